"""The tables of drugs and rules: every word is known, rules that are shown have a source, the others never appear."""

from datetime import date

import pytest

from careteam import drugs, interaction_rules
from careteam.policy.drug_names import normal
from careteam.policy.interactions import SAME_INGREDIENT
from careteam.policy.treatment_words import Severeness

ROWS = interaction_rules.rows()
UNREVIEWED = [row for row in ROWS if row["status"] == "unreviewed"]
CLASSES = {c for drug in drugs.by_name().values() for c in drug.classes}
OPENED = date(2026, 11, 23)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['one']} {row['other']} {row['words']}")
def test_every_row_is_of_known_words(row: dict[str, str]) -> None:
    assert row["kind"] in {"interaction", "duplicate"}
    assert row["status"] in {"reviewed", "unreviewed"}
    assert Severeness(row["severity"])
    assert row["words"] in interaction_rules.wordings()
    assert {row["one"], row["other"]} <= CLASSES | drugs.by_name().keys()
    assert row["kind"] == "interaction" or row["one"] == row["other"] in CLASSES


def test_a_row_is_reviewed_exactly_when_its_source_was_opened() -> None:
    for row in ROWS:
        has_source = row["source"].partition(":")[0] in interaction_rules.sources()
        assert has_source == (row["status"] == "reviewed") == bool(row["opened"])
    for rule in interaction_rules.reviewed():
        source = interaction_rules.source_of(rule)
        assert (bool(source.title), bool(source.address), source.opened) == (True, True, OPENED)


def test_unreviewed_rows_apply_to_nothing() -> None:
    assert UNREVIEWED
    applied = {(r.one, r.other, r.words) for r in interaction_rules.knowledge().rules}
    assert applied == {(r["one"], r["other"], r["words"]) for r in ROWS if r["status"] == "reviewed"}
    assert applied.isdisjoint((row["one"], row["other"], row["words"]) for row in UNREVIEWED)


def test_no_pair_stands_twice_in_one_family() -> None:
    told = [(frozenset({r["one"], r["other"]}), r["words"].partition("_")[0]) for r in ROWS]
    assert len(told) == len(set(told))


def test_a_class_and_a_drug_never_share_a_name_and_every_class_is_used() -> None:
    assert CLASSES.isdisjoint(drugs.by_name())
    assert {side for row in ROWS for side in (row["one"], row["other"])} >= CLASSES


def test_every_wording_names_its_drugs_and_tells_patients_whom_to_ask() -> None:
    used = {row["words"] for row in ROWS} | {SAME_INGREDIENT}
    assert interaction_rules.wordings().keys() == used
    for wording in interaction_rules.wordings().values():
        for text in (wording.patients, wording.clinicians):
            assert "{" not in text.format(one="one", other="other")
        assert "{one}" in wording.patients or "{other}" in wording.patients
        assert any(word in wording.patients.lower() for word in ("prescriber", "pharmacist", "whoever", "doctor"))


def test_only_sourced_codes_stand_in_the_table() -> None:
    assert len([d for d in drugs.by_name().values() if d.classes or normal(d.name) in _sides()]) >= 90
    assert drugs.by_name()["lithium"].rxnorm == ""
    assert "" not in drugs.by_rxnorm()
    assert all(rxnorm.isdecimal() for rxnorm in drugs.by_rxnorm())


def test_another_release_is_known_to_reminders_and_never_pairs() -> None:
    assert drugs.brands()["oxycontin"] == ("oxycodone",)
    assert "oxycontin" not in drugs.same_as()
    assert drugs.same_as().items() <= drugs.brands().items()
    assert {means for of in drugs.brands().values() for means in of} - drugs.by_name().keys() == {
        "metoprolol succinate"
    }


def _sides() -> set[str]:
    return {side for row in ROWS for side in (row["one"], row["other"])}
