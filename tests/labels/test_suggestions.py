"""What suggests a label: tags, condition codes and drugs; with the tables that careteam ships, and with any."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as some

from careteam import sensitive_codes
from careteam.policy.label_suggestions import (
    Clues,
    DrugClue,
    SensitiveCode,
    SensitiveDrug,
    Suggestion,
    labels_of,
    needs_reason,
    part2_of,
    suggest,
)
from careteam.policy.vocabulary import ItemClass, Label, SuggestionSource
from careteam.services.labels.label_clues import clues_of
from careteam.services.record.subjects import RXNORM, Subject

ICD, SNOMED = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"
SUBSTANCE_USE, HIV, SEXUAL = Label.SUBSTANCE_USE, Label.HIV, Label.SEXUAL_HEALTH
VIOLENCE, REPRODUCTIVE = Label.VIOLENCE, Label.GENDER_AND_REPRODUCTIVE
MEDICATION, CONDITION, ALLERGY, NOTE = (
    ItemClass.MEDICATION,
    ItemClass.CONDITION,
    ItemClass.ALLERGY,
    ItemClass.PROGRESS_NOTE,
)

CODES = [
    # system, code, the labels that it suggests; the ends of every range from both sides
    (ICD, "F10", {SUBSTANCE_USE}),
    (ICD, "F10.20", {SUBSTANCE_USE}),
    (ICD, "f10.20", {SUBSTANCE_USE}),
    (ICD, "F1020", {SUBSTANCE_USE}),
    (ICD, "F09", set()),
    (ICD, "F16.99", {SUBSTANCE_USE}),
    (ICD, "F17.210", set()),
    (ICD, "F18.10", {SUBSTANCE_USE}),
    (ICD, "F19.99", {SUBSTANCE_USE}),
    (ICD, "F20.0", set()),
    (ICD, "F1", set()),
    (ICD, "K70.30", {SUBSTANCE_USE}),
    (ICD, "K71.0", set()),
    (ICD, "B20", {HIV}),
    (ICD, "B19.9", set()),
    (ICD, "Z21", {HIV}),
    (ICD, "Z20.6", {HIV}),
    (ICD, "Z20.5", set()),
    (ICD, "O98.711", {HIV, REPRODUCTIVE}),
    (ICD, "A50.01", {SEXUAL}),
    (ICD, "A49.9", set()),
    (ICD, "A64", {SEXUAL}),
    (ICD, "A65", set()),
    (ICD, "N52.9", {SEXUAL}),
    (ICD, "T74.11XA", {VIOLENCE}),
    (ICD, "T74.21XA", {VIOLENCE, SEXUAL}),
    (ICD, "T75.00XA", set()),
    (ICD, "T76.92XA", {VIOLENCE}),
    (ICD, "X92.0XXA", {VIOLENCE}),
    (ICD, "X83.8XXA", set()),
    (ICD, "Y07.01", {VIOLENCE}),
    (ICD, "Y10.0XXA", set()),
    (ICD, "O00.1", {REPRODUCTIVE}),
    (ICD, "O99.320", {REPRODUCTIVE, SUBSTANCE_USE}),
    (ICD, "O9A.411", {REPRODUCTIVE, VIOLENCE, SEXUAL}),
    (ICD, "P00.0", set()),
    (ICD, "Z30.9", {REPRODUCTIVE}),
    (ICD, "Z3A.20", {REPRODUCTIVE}),
    (ICD, "Z40.0", set()),
    (ICD, "F64.0", {REPRODUCTIVE}),
    (ICD, "F41.1", set()),
    (ICD, "", set()),
    (ICD, " B20 ", {HIV}),
    (SNOMED, "6525002", {SUBSTANCE_USE}),
    (SNOMED, "5602001", {SUBSTANCE_USE}),
    (SNOMED, "65250021", set()),
    (SNOMED, "652500", set()),
    (SNOMED, "86406008", {HIV}),
    (SNOMED, "706893006", {VIOLENCE}),
    (SNOMED, "72892002", {REPRODUCTIVE}),
    (SNOMED, "428015005", {SEXUAL}),
    (SNOMED, "38341003", set()),
    (SNOMED, "F10.20", set()),
    (RXNORM, "B20", set()),
    ("http://hl7.org/fhir/sid/icd-9-cm", "F10.20", set()),
    ("", "F10.20", set()),
]

DRUGS = [
    # what the entry says, its RxNorm code, the labels that it suggests
    ("Methadone", None, {SUBSTANCE_USE}),
    ("METHADONE  ", None, {SUBSTANCE_USE}),
    ("naltrexone", None, {SUBSTANCE_USE}),
    ("naltrexone hydrochloride 50 MG Oral Tablet", None, {SUBSTANCE_USE}),
    ("methadone hydrochloride 10 MG Oral Tablet [Dolophine]", None, {SUBSTANCE_USE}),
    ("emtricitabine 200 MG / tenofovir disoproxil fumarate 300 MG Oral Tablet", None, {HIV}),
    ("Zoloft", None, set()),
    ("Naltrexone 50 MG Oral Tablet", None, {SUBSTANCE_USE}),
    ("Buprenorphine 8 MG / Naloxone 2 MG Sublingual Tablet", None, {SUBSTANCE_USE}),
    ("Suboxone", "352364", {SUBSTANCE_USE}),
    ("a tablet", "6813", {SUBSTANCE_USE}),
    ("Disulfiram 250 MG Oral Tablet", None, {SUBSTANCE_USE}),
    ("acamprosate", None, {SUBSTANCE_USE}),
    ("nicotine", None, set()),
    ("Abacavir", None, {HIV}),
    ("efavirenz 600 MG Oral Tablet", None, {HIV}),
    ("emtricitabine", None, {HIV}),
    ("Descovy", "1747692", {HIV}),
    ("Yaz 28 Day Pack", "748856", {REPRODUCTIVE}),
    ("Yaz 28 Day Pack", None, set()),
    ("168 HR Ethinyl Estradiol 0.00146 MG/HR / norelgestromin 0.00625 MG/HR Transdermal System", None, {REPRODUCTIVE}),
    ("Sildenafil 50 MG Oral Tablet", None, {SEXUAL}),
    ("Sertraline 100 MG Oral Tablet", None, set()),
    ("Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet", "1049221", set()),
    ("methadone clinic", None, set()),
    ("not methadone", None, set()),
]


@pytest.mark.parametrize(("system", "code", "expected"), CODES)
def test_what_a_condition_code_suggests(system: str, code: str, expected: set[Label]) -> None:
    assert suggested(CONDITION, Subject("a problem", ((system, code),))) == expected


@pytest.mark.parametrize(("name", "code", "expected"), DRUGS)
def test_what_a_drug_suggests(name: str, code: str | None, expected: set[Label]) -> None:
    assert suggested(MEDICATION, Subject(name, ((RXNORM, code),) if code else ())) == expected


@pytest.mark.parametrize(
    ("item_class", "words", "expected"),
    [
        (NOTE, "methadone", set()),
        (CONDITION, "methadone", set()),
        (ALLERGY, "methadone", {SUBSTANCE_USE}),
        (MEDICATION, None, set()),
        (NOTE, None, set()),
    ],
)
def test_words_count_only_where_they_name_a_drug(
    item_class: ItemClass, words: str | None, expected: set[Label]
) -> None:
    assert suggested(item_class, Subject(words)) == expected


@pytest.mark.parametrize("item_class", [MEDICATION, CONDITION, ALLERGY, NOTE])
def test_tags_count_for_every_class(item_class: ItemClass) -> None:
    made = suggest_for(item_class, Subject("Anything"), frozenset({HIV}))
    assert made == (Suggestion(HIV, SuggestionSource.SECURITY_TAG, "The source tags it so."),)


def test_every_source_of_one_label_gives_its_own_reason() -> None:
    made = suggest_for(
        CONDITION, Subject("Opioid use", ((ICD, "F11.20"), (SNOMED, "5602001"))), frozenset({SUBSTANCE_USE})
    )
    assert [(one.source, one.reason) for one in made] == [
        ("condition_code", "Code 5602001: Opioid abuse."),
        ("condition_code", "Code F11.20: Opioid related disorders."),
        ("security_tag", "The source tags it so."),
    ]
    entry = suggest_for(MEDICATION, Subject("Methadone 10 MG Oral Tablet"), frozenset())
    assert [one.reason for one in entry] == ["Methadone 10 MG Oral Tablet: ATC N07BC, drugs used in opioid dependence."]


def test_substance_use_of_unknown_origin_counts_as_part2() -> None:
    assert part2_of({SUBSTANCE_USE, HIV})
    assert not part2_of(set(Label) - {SUBSTANCE_USE})


@pytest.mark.parametrize(
    ("labels", "part2", "before", "suggested_labels", "needed"),
    [
        (set(), False, set(), set(), set()),
        (set(), False, set(), {HIV}, set()),
        (set(), False, set(), {SUBSTANCE_USE}, {"substance_use"}),
        ({SUBSTANCE_USE}, True, set(), {SUBSTANCE_USE}, set()),
        ({SUBSTANCE_USE}, False, set(), {SUBSTANCE_USE}, {"part2"}),
        ({SUBSTANCE_USE}, False, set(), set(), {"part2"}),
        (set(), False, {HIV}, set(), {"hiv"}),
        ({HIV}, False, {HIV}, {HIV, VIOLENCE}, set()),
        ({VIOLENCE}, False, {HIV}, {SUBSTANCE_USE}, {"hiv", "substance_use"}),
    ],
)
def test_what_may_not_be_left_out_without_a_reason(
    labels: set[Label], part2: bool, before: set[Label], suggested_labels: set[Label], needed: set[str]
) -> None:
    asked = {"before": frozenset(before), "suggested": frozenset(suggested_labels)}
    assert needs_reason(labels=frozenset(labels), part2=part2, **asked) == needed


LABELS = some.sampled_from(Label)
CODE = some.tuples(some.sampled_from([ICD, SNOMED]), some.from_regex(r"[A-Z0-9]{1,4}", fullmatch=True))
ROWS = some.builds(
    SensitiveCode,
    some.sampled_from([ICD, SNOMED]),
    some.from_regex(r"[A-F][0-9]{2}", fullmatch=True),
    some.from_regex(r"[A-F][0-9]{2}", fullmatch=True) | some.just(""),
    LABELS,
    some.just("words"),
)
KNOWN = some.builds(
    SensitiveDrug,
    some.sampled_from(["atc", "name", "rxnorm"]),
    some.sampled_from(["a", "b", "1"]),
    LABELS,
    some.just("words"),
)
SETS = some.frozensets(some.sampled_from(["a", "b", "1", "ab"]))
CLUES = some.builds(
    Clues,
    some.frozensets(LABELS),
    some.lists(CODE, max_size=3).map(tuple),
    some.none() | some.builds(DrugClue, some.just("a drug"), SETS, SETS, SETS),
)


@given(CLUES, some.lists(ROWS, max_size=4), some.lists(KNOWN, max_size=4), ROWS, KNOWN, CODE, LABELS)
def test_more_clues_and_longer_tables_never_take_a_suggestion_away(
    clues: Clues,
    codes: list[SensitiveCode],
    drugs: list[SensitiveDrug],
    row: SensitiveCode,
    drug: SensitiveDrug,
    code: tuple[str, str],
    label: Label,
) -> None:
    made = set(suggest(clues, codes, drugs))
    more = Clues(clues.tagged | {label}, (*clues.codes, code), clues.drug)
    assert made <= set(suggest(more, [*codes, row], [drug, *drugs]))
    assert labels_of(made) <= labels_of(suggest(clues, [row, *codes], drugs))


@given(CLUES, some.lists(ROWS, max_size=4), some.lists(KNOWN, max_size=4))
def test_the_order_of_the_tables_does_not_matter(
    clues: Clues, codes: list[SensitiveCode], drugs: list[SensitiveDrug]
) -> None:
    assert suggest(clues, codes, drugs) == suggest(clues, codes[::-1], drugs[::-1])


@pytest.mark.parametrize("name", ["sensitive_conditions.tsv", "sensitive_drugs.tsv"])
def test_every_row_names_a_source_that_the_table_describes(name: str) -> None:
    text = files("careteam").joinpath("data", name).read_text(encoding="utf-8")
    described = set(re.findall(r"^# ([a-z0-9]+) {2,}\S", text, re.M))
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    assert {row[-1] for row in rows} == described
    assert len(rows) == len({tuple(row[:-2]) for row in rows})


def test_ranges_run_forwards_and_drugs_are_written_as_they_are_looked_up() -> None:
    assert not [row for row in sensitive_codes.conditions() if row.last and row.last < row.first]
    names = [row.key for row in sensitive_codes.drugs() if row.kind == "name"]
    assert names == [" ".join(name.casefold().split()) for name in names]
    assert {row.kind for row in sensitive_codes.drugs()} == {"atc", "name", "rxnorm"}


def suggest_for(item_class: ItemClass, about: Subject, tagged: frozenset[Label]) -> tuple[Suggestion, ...]:
    return suggest(clues_of(item_class, about, tagged), sensitive_codes.conditions(), sensitive_codes.drugs())


def suggested(item_class: ItemClass, about: Subject) -> frozenset[Label]:
    return labels_of(suggest_for(item_class, about, frozenset()))
