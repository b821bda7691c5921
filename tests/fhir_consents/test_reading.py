"""What a FHIR Consent becomes: exactly what it says, as rows of a table."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from careteam.fhir_reading import ReadPermit
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label
from tests.fhir_consents.samples import (
    ACT_CODE,
    ACTION,
    END,
    ITEM,
    TESS,
    TYPES,
    Rule,
    actor,
    coding,
    concept,
    consent,
    deny,
    instance,
    permit,
    purposes,
    read,
)

ALL = ("role:prescriber", "role:therapist")
TESS_WORD = f"member:{TESS}"


def only_permit(rule: Rule, **elements: object) -> ReadPermit:
    (made,) = read(consent(rule, **elements)).permits
    return made


def test_a_permit_without_limits_is_everything_for_everybody_who_can_read_here() -> None:
    made = only_permit(permit())
    assert (made.disclosers, made.recipients) == (("patient", "team"), ALL)
    assert set(made.classes) == SHAREABLE_CLASSES
    assert made.labels == frozenset(Label)
    assert (made.valid_from, made.valid_until, made.data_from, made.data_through) == (None, END, None, None)
    assert (made.except_items, made.except_holders) == ((), ())


WHOSE = [
    (permit(), {}, ("patient", "team")),
    (permit(), {"organization": None}, ("patient", "team")),
    (permit(), {"organization": [{"reference": "CareTeam/1"}]}, ("team",)),
    (permit(), {"organization": [{"reference": "Practitioner/tess"}]}, (TESS_WORD,)),
    (permit(actor=[actor("Practitioner/tess", "CST")]), {}, (TESS_WORD,)),
    (permit(actor=[actor("Patient/17", "CST")]), {"organization": None}, ("patient",)),
]


@pytest.mark.parametrize(("rule", "elements", "disclosers"), WHOSE)
def test_whose_items_are_disclosed(rule: Rule, elements: Rule, disclosers: tuple[str, ...]) -> None:
    assert only_permit(rule, **elements).disclosers == disclosers


def test_recipients_are_named_members_and_the_team_is_its_two_roles() -> None:
    assert only_permit(permit(actor=[actor("Practitioner/tess", "PRCP")])).recipients == (TESS_WORD,)
    assert only_permit(permit(actor=[actor("CareTeam/1")])).recipients == ALL


@pytest.mark.parametrize("codes", [("TREAT",), ("TREAT", "HPAYMT", "HOPERAT"), ("HRESCH", "ETREAT", "TREAT")])
def test_only_treatment_is_taken_and_other_purposes_are_told(codes: tuple[str, ...]) -> None:
    made = read(consent(permit(purpose=purposes(*codes)), policy=None))
    assert len(made.permits) == 1
    assert bool(made.remarks) == (len(codes) > 1)


def test_types_of_resource_are_classes_where_they_are_the_same() -> None:
    made = only_permit(permit(**{"class": [coding(TYPES, "Condition"), coding(TYPES, "AllergyIntolerance")]}))
    assert made.classes == (ItemClass.ALLERGY, ItemClass.CONDITION)


PERIODS = [
    ({"end": "2027-05-01"}, "UTC", None, datetime(2027, 5, 2, tzinfo=UTC)),
    ({"end": "2027-05-01"}, "America/New_York", None, datetime(2027, 5, 2, 4, tzinfo=UTC)),
    (
        {"start": "2026-05-01", "end": "2027-12"},
        "UTC",
        datetime(2026, 5, 1, tzinfo=UTC),
        datetime(2028, 1, 1, tzinfo=UTC),
    ),
    ({"end": "2027"}, "UTC", None, datetime(2028, 1, 1, tzinfo=UTC)),
    ({"end": "2028-02-29"}, "UTC", None, datetime(2028, 3, 1, tzinfo=UTC)),
    ({"end": "2027-05-01T10:00:00+02:00"}, "UTC", None, datetime(2027, 5, 1, 8, 0, 1, tzinfo=UTC)),
    ({"end": "2027-05-01T10:00:00.25Z"}, "Asia/Tokyo", None, datetime(2027, 5, 1, 10, 0, 0, 260_000, tzinfo=UTC)),
    ({"start": "2026-05-01"}, "Asia/Tokyo", datetime(2026, 4, 30, 15, tzinfo=UTC), END),
]


@pytest.mark.parametrize(("period", "zone", "begins", "ends"), PERIODS)
def test_a_period_ends_when_all_that_its_words_can_mean_is_over(
    period: Rule, zone: str, begins: datetime | None, ends: datetime
) -> None:
    (made,) = read(consent(permit(period=period)), zone=ZoneInfo(zone)).permits
    assert (made.valid_from, made.valid_until) == (begins, ends)


YEAR = {"start": "2022-01-01", "end": "2022-12-31"}
SPANS = [
    (permit(dataPeriod=YEAR), [(date(2022, 1, 1), date(2022, 12, 31))]),
    (permit(dataPeriod={"start": "2022-01-01"}), [(date(2022, 1, 1), None)]),
    (permit(provision=[deny(dataPeriod=YEAR)]), [(None, date(2021, 12, 31)), (date(2023, 1, 1), None)]),
    (
        permit(dataPeriod=YEAR, provision=[deny(dataPeriod={"end": "2022-06-30"})]),
        [(date(2022, 7, 1), date(2022, 12, 31))],
    ),
    (
        permit(dataPeriod=YEAR, provision=[deny(dataPeriod={"start": "2023-02-01"})]),
        [(date(2022, 1, 1), date(2022, 12, 31))],
    ),
    (
        permit(provision=[deny(dataPeriod=YEAR), deny(dataPeriod={"start": "2022-06-01", "end": "2024-01-01"})]),
        [(None, date(2021, 12, 31)), (date(2024, 1, 2), None)],
    ),
]


@pytest.mark.parametrize(("rule", "spans"), SPANS)
def test_days_that_are_left_out_make_a_consent_of_each_span_that_is_left(rule: Rule, spans: list[Any]) -> None:
    assert [(p.data_from, p.data_through) for p in read(consent(rule)).permits] == spans


def test_exceptions_narrow_the_permit_in_which_they_stand() -> None:
    hiv = deny(securityLabel=[coding(ACT_CODE, "HIV")])
    allergies = deny(**{"class": [coding(TYPES, "AllergyIntolerance")]})
    one, holder = deny(data=[instance()]), deny(actor=[actor("Practitioner/tess", "CST")])
    made = only_permit(permit(provision=[hiv, allergies, one, holder]))
    assert made.labels == frozenset(Label) - {Label.HIV}
    assert set(made.classes) == SHAREABLE_CLASSES - {ItemClass.ALLERGY}
    assert (made.except_items, made.except_holders) == ((ITEM,), (TESS_WORD,))


def test_a_denial_of_everything_is_a_restriction_of_each_class_against_anyone() -> None:
    made = read(consent(deny(purpose=purposes("TREAT", "HPAYMT"))))
    assert not made.permits
    assert {(d.against, d.item_class) for d in made.denials} == {("anyone", item_class) for item_class in ItemClass}
    assert not any(d.label or d.holder or d.item_id for d in made.denials)


DENIALS = [
    (deny(actor=[actor("Practitioner/tess", "CST")]), [("anyone", None, None, TESS_WORD, None)]),
    (deny(securityLabel=[coding(ACT_CODE, "ETH")]), [("anyone", None, Label.SUBSTANCE_USE, None, None)]),
    (deny(data=[instance()]), [("anyone", None, None, None, ITEM)]),
    (
        deny(actor=[actor("Practitioner/tess")], **{"class": [coding(TYPES, "Condition")]}),
        [(TESS_WORD, ItemClass.CONDITION, None, None, None)],
    ),
    (
        deny(
            securityLabel=[coding(ACT_CODE, "HIV"), coding(ACT_CODE, "VIO")], **{"class": [coding(TYPES, "Condition")]}
        ),
        [("anyone", ItemClass.CONDITION, label, None, None) for label in (Label.HIV, Label.VIOLENCE)],
    ),
    (
        deny(action=[concept(ACTION, "access"), concept(ACTION, "correct")], data=[instance()]),
        [("anyone", None, None, None, ITEM)],
    ),
]


@pytest.mark.parametrize(("rule", "restrictions"), DENIALS)
def test_a_denial_is_the_restrictions_that_say_the_same(rule: Rule, restrictions: list[Any]) -> None:
    made = read(consent(rule)).denials
    assert [(d.against, d.item_class, d.label, d.holder, d.item_id) for d in made] == restrictions
