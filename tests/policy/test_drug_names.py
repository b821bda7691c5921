"""Names as real lists write them, read into ingredients; whatever is not in the form is one name."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam.fhir_reading import read_bundle
from careteam.policy.drug_names import KnownDrugs, identity, normal, read
from careteam.services.medications.drug_lookups import ingredient, known_drugs
from tests.fhir_reading.samples import DATA

NOTHING_KNOWN = KnownDrugs({}, {})
PARTS = {
    "Sertraline 100 MG Oral Tablet": ["sertraline 100mg"],
    "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet": [
        "acetaminophen 325mg",
        "oxycodone hydrochloride 5mg",
    ],
    "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]": ["metoprolol succinate 100mg"],
    "Abuse-Deterrent 12 HR Oxycodone Hydrochloride 15 MG Extended Release Oral Tablet": [
        "oxycodone hydrochloride 15mg"
    ],
    "10 ML Furosemide 10 MG/ML Injection": ["furosemide 10mg/ml"],
    "Carbamazepine[Tegretol]": ["carbamazepine"],
    "Clonazepam [Klonopin]": ["clonazepam"],
    "Fluoxetine 25MG": ["fluoxetine 25mg"],
    "Lasix 40mg": ["lasix 40mg"],
    "Hydrochlorothiazide 25 MG": ["hydrochlorothiazide 25mg"],
    "Acetaminophen/Hydrocodone": ["acetaminophen", "hydrocodone"],
    "Vitamin B 12 5 MG/ML Injectable Solution": ["vitamin b 12 5mg/ml"],
    "Hydrocortisone 10 MG/ML Topical Cream": ["hydrocortisone 10mg/ml"],
    "Tylenol PM Pill": ["tylenol pm"],
    "Yaz 28 Day Pack": ["yaz 28 day pack"],
    "interferon alfa-2b, recombinant": ["interferon alfa-2b, recombinant"],
    "{28 (Sertraline 50 MG Oral Tablet)} Pack [X]": ["{28 (sertraline 50 mg oral tablet)} pack [x]"],
    "sertraline 50 mg / day": ["sertraline 50 mg / day"],
    "sertraline 50 mg twice daily": ["sertraline 50 mg twice daily"],
    "Acetaminophen 325 MG Oral Tablet / Codeine 30 MG": ["acetaminophen 325 mg oral tablet / codeine 30 mg"],
    "[Zoloft]": ["[zoloft]"],
    "Oral Tablet": ["oral tablet"],
    "50 mg": ["50 mg"],
}


@pytest.mark.parametrize(("name", "parts"), PARTS.items(), ids=PARTS)
def test_a_name_is_read_in_rxnorms_form_or_stays_whole(name: str, parts: list[str]) -> None:
    assert [" ".join(filter(None, (p.name, p.strength))) for p in read(name).parts] == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sertraline\N{TRADE MARK SIGN}", "sertraline"),
        ("St. John's wort", "ST JOHN\N{RIGHT SINGLE QUOTATION MARK}S  WORT"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}spirin", "aspirin"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}ine", "cafe\N{COMBINING ACUTE ACCENT}ine"),
    ],
)
def test_what_carries_nothing_is_left_out(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(("one", "other"), [("0.5 mg", "05 mg"), ("alfa-2b", "alfa 2b"), ("a/b", "ab"), ("'", ".")])
def test_what_carries_something_stays(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_a_piece_is_known_only_where_the_name_says_all_of_it() -> None:
    whole, stronger = read("Sertraline 100 MG Oral Tablet"), read("Sertraline 50 MG Oral Tablet")
    slow = read("24 HR Sertraline 100 MG Oral Tablet")
    assert len({whole.product, stronger.product, slow.product, None}) == 4
    assert read("Sertraline 100 MG").product is read("Sertraline Oral Tablet").product is None


def test_a_code_counts_where_it_is_an_ingredients_and_nothing_contradicts_it() -> None:
    known = KnownDrugs({"sertraline": "36437", "fluoxetine": "4493"}, {})
    by_name = identity("sertraline", None, known)
    assert by_name == identity("sertraline", "36437", known) == identity("a brand", "36437", known)
    assert identity("fluoxetine", "36437", known) is None
    assert identity("sertraline / folate", "36437", known) is None
    assert identity("fluoxetine", "312938", known) == identity("fluoxetine", None, known)


def test_every_row_of_the_tables_is_normal_and_leads_somewhere() -> None:
    known = known_drugs()
    assert all(normal(name) == name for name in (*known.codes, *known.same_as))
    assert not known.codes.keys() & known.same_as.keys()
    assert all(name not in known.same_as for means in known.same_as.values() for name in means)
    assert ingredient("rxnorm:36437") == {"name": "sertraline", "rxnorm_code": "36437"}
    assert ingredient("name:a: b") == {"name": "a: b", "rxnorm_code": None}


@given(st.text(max_size=60))
def test_any_text_is_read_and_normalising_again_changes_nothing(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    reading = read(text)
    assert reading.parts
    assert identity(text, None, NOTHING_KNOWN) == identity(normal(text), None, NOTHING_KNOWN)


@given(
    st.lists(st.sampled_from(["sertraline", "lithium carbonate", "vitamin b 12"]), min_size=1, unique=True), st.data()
)
def test_the_order_of_ingredients_does_not_matter(names: list[str], data: st.DataObject) -> None:
    other = data.draw(st.permutations(names))
    one, two = (" / ".join(f"{n} 5 MG" for n in some) + " Oral Tablet" for some in (names, other))
    first, second = (identity(text, None, NOTHING_KNOWN) for text in (one, two))
    assert first is not None
    assert second is not None
    assert (first.ingredients, first.product) == (second.ingredients, second.product)


BUNDLES = sorted(DATA.glob("synthea/*.json"))


@pytest.mark.skipif(not BUNDLES, reason="needs the example data beside the project (../shared/data)")
@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem.split("_")[0])
def test_no_ingredient_of_a_real_list_holds_a_strength_or_a_form(path: Path) -> None:
    names = {medication.name for medication in read_bundle(path.read_bytes()).medications}
    assert names
    for name in names:
        assert all(not re.search(r"\d ?mg|tablet|solution|\[", part.name) for part in read(name).parts), name
