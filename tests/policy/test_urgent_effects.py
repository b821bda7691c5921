"""Which reports of a side effect are urgent, and which only look like one: a table that can be read aloud."""

import pytest

from careteam import effects
from careteam.policy.urgent_effects import Applies, Drug, Rule, meant, urgent


def known(name: str, *groups: str) -> Drug:
    """A drug of the table."""
    return Drug(name, frozenset({name.lower()}), frozenset(groups), known=True, classed=True)


SERTRALINE = known("Sertraline", "class:ssri", "atc:N06AB06")
LISINOPRIL = known("Lisinopril", "class:ace_inhibitor")
LAMOTRIGINE = known("lamoTRIgine 25 MG Oral Tablet")
LAMICTAL = Drug("Lamictal XR")
LITHIUM = known("Lithium carbonate ER")
CLOZAPINE = known("Clozapine", "class:antipsychotic", "atc:N05AH02")
CARBAMAZEPINE = known("Carbamazepine")
RISPERIDONE = known("Risperidone", "class:antipsychotic")
NARDIL = known("Nardil", "class:maoi")
TRAZODONE = known("Trazodone", "class:other_antidepressant")
VALPROATE = known("Depakote DR", "class:valproates")
SOMETHING = Drug("a green pill")

WORDS: tuple[tuple[Drug | None, str, set[str]], ...] = (
    # rash, by name, brand and kind of words
    (LAMOTRIGINE, "I have a rash", {"lamotrigine_rash"}),
    (LAMICTAL, "Rashes on both arms", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "RASH!!", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "my skin is peeling", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "sores in my mouth", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "got hives last night", {"lamotrigine_rash"}),
    (CARBAMAZEPINE, "a rash since yesterday", {"carbamazepine_rash"}),
    (SERTRALINE, "I have a rash", set()),
    (LAMOTRIGINE, "I was rash with my money, a rash decision", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "made a rash decision", set()),
    (LAMOTRIGINE, "the trash smells stronger", set()),
    (LAMOTRIGINE, "I crashed in the afternoon", set()),
    # denying takes nothing away unless nothing else can be meant
    (LAMOTRIGINE, "no rash", set()),
    (LAMOTRIGINE, "a headache, without any rash", set()),
    (LAMOTRIGINE, "no rash before, everywhere now", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "No, a rash", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "no longer just a rash", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "never had such a rash", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "I don't know if it is a rash", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "no doubt a rash", {"lamotrigine_rash"}),
    (LAMOTRIGINE, "no sleep because of the rash", {"lamotrigine_rash"}),
    # what cannot be excluded counts
    (None, "a rash", {"lamotrigine_rash", "carbamazepine_rash"}),
    (SOMETHING, "a rash", {"lamotrigine_rash", "carbamazepine_rash"}),
    (None, "my mouth is dry", set()),
    (SOMETHING, "a bit sleepy", set()),
    # lithium
    (LITHIUM, "Vomiting since the morning", {"lithium_toxicity"}),
    (LITHIUM, "my hands are shaking", {"lithium_toxicity"}),
    (LITHIUM, "Diarrhoea", {"lithium_toxicity"}),
    (LITHIUM, "I feel thirsty", set()),
    (LISINOPRIL, "vomiting", set()),
    (LITHIUM, "my faith is shaken", set()),
    # fever with something, or alone
    (RISPERIDONE, "Fever and my muscles are stiff", {"neuroleptic_malignant_syndrome"}),
    (RISPERIDONE, "he is confused. He has a fever.", {"neuroleptic_malignant_syndrome"}),
    (RISPERIDONE, "stiff after football", set()),
    (RISPERIDONE, "a fever", set()),
    (SERTRALINE, "fever, twitching legs", {"serotonin_syndrome"}),
    (SERTRALINE, "agitated and sweating", {"serotonin_syndrome"}),
    (SERTRALINE, "sweating at night", set()),
    (CLOZAPINE, "a fever", {"clozapine_blood"}),
    (CLOZAPINE, "I got a sore throat", {"clozapine_blood"}),
    (CARBAMAZEPINE, "mouth ulcers", {"carbamazepine_blood"}),
    (CLOZAPINE, "I got my flu shot", set()),
    # any drug
    (LISINOPRIL, "I want to die", {"suicidal_thoughts"}),
    (SERTRALINE, "thinking about killing myself", {"suicidal_thoughts"}),
    (SERTRALINE, "suicidal", {"suicidal_thoughts"}),
    (SERTRALINE, "I don\u2019t want to live any more", {"suicidal_thoughts"}),
    (SERTRALINE, "not suicidal", {"suicidal_thoughts"}),
    (SERTRALINE, "no suicidal thoughts", set()),
    (SERTRALINE, "this headache is killing me", set()),
    (SERTRALINE, "dying for a coffee", set()),
    (LISINOPRIL, "tightness in my chest", {"chest_pain"}),
    (LISINOPRIL, "a chest cold", set()),
    (LISINOPRIL, "my tongue is swollen", {"allergic_reaction"}),
    (LISINOPRIL, "can't breathe properly", {"allergic_reaction"}),
    (LISINOPRIL, "swollen ankles", set()),
    (LISINOPRIL, "had a siezure", {"seizure"}),
    (LISINOPRIL, "I fainted on the stairs", {"fainting"}),
    (LISINOPRIL, "a faint taste of metal", set()),
    (LISINOPRIL, "took too many tablets", {"overdose"}),
    (LISINOPRIL, "she is hard to wake", {"hard_to_wake"}),
    # the rest
    (NARDIL, "the worst headache of my life", {"maoi_hypertensive_crisis"}),
    (SERTRALINE, "the worst headache of my life", set()),
    (TRAZODONE, "an erection for five hours", {"trazodone_priapism"}),
    (TRAZODONE, "cannot get an erection", set()),
    (VALPROATE, "my eyes look yellow", {"valproate_liver_pancreas"}),
    (RISPERIDONE, "my jaw is locked", set()),
)


@pytest.mark.parametrize(("drug", "words", "expected"), WORDS)
def test_words_mean_what_they_say(drug: Drug | None, words: str, expected: set[str]) -> None:
    found = urgent(meant(effects.urgent_rules(), code=None, words=words), drug)
    assert {one.rule.id for one in found} == expected


@pytest.mark.parametrize("words", ["no rash", "everything is fine", "I take it all back", "xyzzy", "without a rash"])
def test_no_words_take_urgency_from_an_effect_that_was_chosen(words: str) -> None:
    found = urgent(meant(effects.urgent_rules(), code="rash", words=words), LAMOTRIGINE)
    assert [(one.rule.id, one.applies) for one in found] == [("lamotrigine_rash", Applies.NAMED)]


def test_why_a_rule_applies_is_told_and_the_surest_comes_first() -> None:
    asked = meant(effects.urgent_rules(), code=None, words="a rash, and I want to die")
    found = [(one.rule.id, one.applies) for one in urgent(asked, None)]
    assert found == [
        ("suicidal_thoughts", Applies.ANY),
        ("carbamazepine_rash", Applies.MAY_BE),
        ("lamotrigine_rash", Applies.MAY_BE),
    ]
    also = urgent(meant(effects.urgent_rules(), code="rash", words=""), SERTRALINE, others=[LAMICTAL])
    assert [(one.applies, one.drug) for one in also] == [(Applies.ALSO_TAKEN, "Lamictal XR")]


def test_a_known_drug_without_groups_excludes_names_but_no_class() -> None:
    bare = Drug("Zinc", frozenset({"zinc"}), known=True)
    assert urgent(meant(effects.urgent_rules(), code="rash", words=""), bare) == ()
    fever = urgent(meant(effects.urgent_rules(), code="fever_stiffness_confusion", words=""), bare)
    assert {one.rule.id for one in fever} == {"neuroleptic_malignant_syndrome", "serotonin_syndrome"}


def test_a_row_without_its_source_or_its_day_is_used_for_nothing() -> None:
    every = effects.every_rule()
    assert {rule.id for rule in every} - {rule.id for rule in effects.urgent_rules()} == {"antipsychotic_dystonia"}
    assert meant(every, code="muscle_movements", words="jaw locked") == ()
    said: dict[str, str] = {"do_now": "Call.", "for_clinicians": "Call.", "drugs": ""}
    for source, day in (("a label", ""), ("", "2026-11-23")):
        rule = Rule("x", frozenset({"rash"}), ("rash",), (), crisis=False, source=source, opened_on=day, **said)
        assert meant([rule], code="rash", words="rash") == ()


def test_the_tables_agree_with_each_other() -> None:
    rules, codes = effects.every_rule(), effects.codes()
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.effects <= codes.keys()
        assert all(tied.partition(":")[0] in {"name", "atc", "class"} for tied in rule.tied_to)
        assert bool(rule.drugs) is bool(rule.tied_to)
        assert all(phrase == phrase.casefold() and "'" not in phrase for phrase in rule.words)


def test_every_effect_by_its_own_words_means_at_least_what_its_code_means() -> None:
    for code, words in effects.codes().items():
        by_code = {rule.id for rule in meant(effects.urgent_rules(), code=code, words="")}
        assert by_code <= {rule.id for rule in meant(effects.urgent_rules(), code=code, words=words)}
