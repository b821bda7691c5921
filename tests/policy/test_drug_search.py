"""Search-as-you-type, without a server: what fits what was typed, and in which order."""

import time

import pytest

from careteam.services.medications.drug_search import search


def names(typed: str, limit: int = 10) -> list[str]:
    return [drug["name"] for drug in search(typed, limit=limit)["drugs"]]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sertraline", "sertraline"),
        ("SERT", "sertraline"),
        ("zol", "zolmitriptan"),
        ("zolo", "sertraline"),
        ("Zoloft", "sertraline"),
        ("st john", "st john's wort"),
        ("St. John's", "st john's wort"),
        ("john", "st john's wort"),
        ("wort", "st john's wort"),
        ("wort st", "st john's wort"),
        ("estradiol", "ethinyl estradiol"),
        ("lith", "lithium"),
        ("perco", "oxycodone / acetaminophen"),
        ("birth control", "oral contraceptive"),
    ],
)
def test_what_was_typed_finds(typed: str, first: str) -> None:
    assert names(typed)[0] == first


@pytest.mark.parametrize("typed", ["ertraline", "zzz", "%", "_", "sertraline x", ".", "ſertralinf"])
def test_nothing_is_found_by_likeness(typed: str) -> None:
    assert names(typed) == []


def test_a_drug_stands_once_and_says_under_which_name_it_was_found() -> None:
    found = search("pro", limit=50)["drugs"]
    assert len({drug["name"] for drug in found}) == len(found)
    fluoxetine = next(drug for drug in found if drug["name"] == "fluoxetine")
    assert (fluoxetine["matched"], "prozac" in fluoxetine["also_called"]) == ("prozac", True)
    assert fluoxetine["ingredients"] == [{"name": "fluoxetine", "rxnorm_code": "4493"}]


def test_own_names_stand_before_brands_and_words() -> None:
    assert names("val")[:2] == ["valproate", "valproic acid"]
    assert "diazepam" in names("val")


def test_no_more_than_asked_for() -> None:
    assert len(names("a", limit=3)) == 3


def test_a_thousand_keystrokes_take_little() -> None:
    names("a")
    begun = time.process_time()
    for _ in range(100):
        names("se")
    assert time.process_time() - begun < 2
