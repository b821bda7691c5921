"""Laws of the reading: what is added to a permit never widens it, and what is not known refuses.

What opens is asked of the real rule, for three readers and a grid of items of every class, label, holder and day.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careteam import facts
from careteam.fhir_reading import ReadConsent, ReadPermit, UnreadableBundle, read_consent
from careteam.policy.facts import Consent, Exceptions, Membership, Reader, Team, Verification
from careteam.policy.matching import ItemFact, permit_for
from careteam.policy.sharing import readable
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.fhir_consents.samples import (
    ACT_CODE,
    ACTION,
    END,
    ITEM,
    LEVEL,
    PARTIES,
    PAUL,
    TESS,
    TYPES,
    Rule,
    actor,
    coding,
    concept,
    consent,
    deny,
    instance,
    named,
    permit,
    purposes,
    read,
    reference,
)

AT = datetime(2026, 6, 1, tzinfo=UTC)
RECORD, CORA = UUID(int=90), UUID(int=4)
ROLES = {TESS: Role.THERAPIST, PAUL: Role.PRESCRIBER, CORA: Role.PRESCRIBER}
TEAM = Team(RECORD, UUID(int=91), tuple(Membership(who, role) for who, role in ROLES.items()))
LABELS = [frozenset[Label](), *(frozenset({label}) for label in Label), frozenset({Label.HIV, Label.VIOLENCE})]
DAYS = [date(2021, 12, 31), date(2022, 1, 1), date(2022, 12, 31), date(2024, 5, 5)]


def grid() -> Iterator[ItemFact]:
    """Items of every class, label, holder and day, one of them the item that the samples name."""
    things = product(ItemClass, (None, TESS, PAUL, CORA), LABELS, DAYS)
    for number, (item_class, holder, labels, day) in enumerate(things):
        item_id = ITEM if number == 0 else UUID(int=1000 + number)
        yield ItemFact(item_id, RECORD, item_class, None, holder, day, labels)


GRID = tuple(grid())


def opened(made: ReadConsent) -> frozenset[tuple[UUID, UUID]]:
    """Which reader reads which item when every consent of the reading is signed."""
    consents = [_fact(number, permit) for number, permit in enumerate(made.permits)]
    found = set()
    for who, role in ROLES.items():
        scope = readable(Reader(who, frozenset({Verification(role, None)})), TEAM, consents, (), at=AT)
        found |= {(who, item.id) for item in GRID if permit_for(scope, item) and item.holder_id != who}
    return frozenset(found)


def _fact(number: int, made: ReadPermit) -> Consent:
    return Consent(
        id=UUID(int=500 + number),
        disclosers=frozenset(map(facts.discloser, made.disclosers)),
        recipients=frozenset(map(facts.recipient, made.recipients)),
        classes=frozenset(made.classes),
        labels=made.labels,
        exceptions=Exceptions(frozenset(made.except_items), frozenset(map(facts.holder, made.except_holders))),
        valid_from=made.valid_from or AT,
        valid_until=made.valid_until,
        data_from=made.data_from,
        data_through=made.data_through,
    )


YEAR = {"start": "2022-01-01", "end": "2022-12-31"}
CONDITION = {"class": [coding(TYPES, "Condition")]}
EXCEPTIONS = [
    deny(securityLabel=[coding(ACT_CODE, "HIV")]),
    deny(securityLabel=[coding(ACT_CODE, "VIO"), coding(ACT_CODE, "ETH")]),
    deny(dataPeriod=YEAR),
    deny(dataPeriod={"end": "2022-01-01"}),
    deny(data=[instance()]),
    deny(actor=[actor("Practitioner/paul", "CST")]),
    deny(actor=[actor("Patient/17", "CST")]),
    deny(**CONDITION),
    deny(purpose=purposes("TREAT"), **CONDITION),
    deny(actor=[actor("Practitioner/tess")]),
    deny(securityLabel=[coding(LEVEL, "R")]),
    deny(data=[instance(meaning="related")]),
    permit(securityLabel=[coding(ACT_CODE, "HIV")]),
    deny(period={"end": "2027-01-01"}),
]
LIMITS: list[tuple[str, Any]] = [
    ("purpose", purposes("TREAT")),
    ("purpose", purposes("TREAT", "HPAYMT")),
    ("purpose", purposes("HRESCH")),
    ("action", [concept(ACTION, "access")]),
    ("action", [concept(ACTION, "correct")]),
    ("class", [coding(TYPES, "Condition")]),
    ("class", [coding(TYPES, "MedicationRequest")]),
    ("actor", [actor("Practitioner/tess")]),
    ("actor", [actor("Practitioner/paul", "CST")]),
    ("actor", [actor("Practitioner/tess", "PRCP"), actor("Practitioner/paul", "CST")]),
    ("actor", [actor("CareTeam/1")]),
    ("actor", [actor("Organization/3", "CST")]),
    ("dataPeriod", YEAR),
    ("dataPeriod", {"start": "2023-01-01"}),
    ("period", {"end": "2026-05-01"}),
    ("period", {"start": "2026-07-01"}),
    ("securityLabel", [coding(LEVEL, "N")]),
    ("securityLabel", [coding(ACT_CODE, "HIV")]),
    ("data", [instance()]),
    ("code", [concept("http://loinc.org", "1")]),
    ("extension", [{"url": "http://example.org", "valueCode": "x"}]),
    ("modifierExtension", [{"url": "http://example.org", "valueCode": "x"}]),
]
WHOLE: list[tuple[str, Any]] = [
    ("status", "inactive"),
    ("verification", [{"verified": False}]),
    ("verification", [{"verified": True}]),
    ("policyRule", concept(ACT_CODE, "OPTOUT")),
    ("organization", [reference("Practitioner/tess")]),
    ("organization", [reference("CareTeam/1")]),
    ("performer", [reference("Practitioner/tess")]),
    ("scope", {"text": "x"}),
    ("implicitRules", "http://example.org"),
]
RULES = st.builds(
    lambda limits, exceptions: permit(**dict(limits), **({"provision": exceptions} if exceptions else {})),
    st.lists(st.sampled_from(LIMITS), max_size=3),
    st.lists(st.sampled_from(EXCEPTIONS), max_size=3),
)
ADDED = st.one_of(
    st.sampled_from(EXCEPTIONS).map(lambda rule: ("exception", rule)),
    st.sampled_from(LIMITS).map(lambda limit: ("limit", limit)),
    st.sampled_from(WHOLE).map(lambda limit: ("whole", limit)),
)


def reading(resource: Rule) -> ReadConsent | None:
    """Return what is read, None where it is refused."""
    try:
        return read(resource)
    except UnreadableBundle:
        return None


def narrowed(resource: Rule, kind: str, what: Any) -> Rule | None:
    """Return the resource with one more limit; None where one of the kind is there already."""
    made = deepcopy(resource)
    if kind == "exception":
        made["provision"].setdefault("provision", []).append(what)
        return made
    place = made if kind == "whole" else made["provision"]
    if kind == "limit" and what[0] in place:
        return None
    place[what[0]] = what[1]
    return made


@settings(deadline=None, max_examples=150)
@given(RULES, ADDED)
def test_what_is_added_to_a_permit_never_widens_what_opens(rule: Rule, added: tuple[str, Any]) -> None:
    resource = consent(rule)
    before, more = reading(resource), narrowed(resource, *added)
    after = reading(more) if more else None
    if before and after:
        assert opened(after) <= opened(before)


def test_the_samples_of_that_law_are_read_often_enough_to_mean_something() -> None:
    whole = reading(consent(permit()))
    assert whole
    read_again = [
        reading(m)
        for kind, of in (("exception", EXCEPTIONS), ("limit", LIMITS))
        for what in of
        if (m := narrowed(consent(permit()), kind, what))
    ]
    smaller = [made for made in read_again if made and opened(made) < opened(whole)]
    assert len(smaller) >= 12


ACCEPTED = [
    consent(permit(actor=[actor("Practitioner/tess")], purpose=purposes("TREAT"), period={"end": "2027-01-01"},
                   provision=EXCEPTIONS[:6], **CONDITION), meta={"versionId": "1", "profile": ["http://example.org/p"]},
            verification=[{"verified": True}], identifier=[{"system": "urn:x", "value": "1"}]),
    consent(deny(action=[concept(ACTION, "access")], data=[instance()], securityLabel=[coding(ACT_CODE, "HIV")])),
]  # fmt: skip


def objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of all objects inside a resource."""
    if isinstance(value, dict):
        yield path
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in below:
        yield from objects(inner, (*path, key))


def at(resource: Rule, path: tuple[str | int, ...]) -> Any:
    """What stands at a place."""
    for key in path:
        resource = resource[key]  # type: ignore[index]
    return resource


ODD = ["somethingNew", "extension", "modifierExtension", "_status", "contained", "implicitRules"]


@pytest.mark.parametrize("resource", ACCEPTED)
@pytest.mark.parametrize("name", ODD)
def test_an_element_that_is_not_known_refuses_wherever_it_stands(resource: Rule, name: str) -> None:
    assert reading(resource)
    for path in objects(resource):
        more = deepcopy(resource)
        at(more, path)[name] = [{"url": "http://example.org", "valueCode": "x"}]
        assert reading(more) is None, path


@pytest.mark.parametrize("resource", ACCEPTED)
@pytest.mark.parametrize("nothing", [[], {}, "", " ", None, [None], [[]]])
def test_nothing_in_place_of_something_refuses_wherever_it_stands(resource: Rule, nothing: Any) -> None:
    for path in objects(resource):
        for key in list(at(resource, path)):
            more = deepcopy(resource)
            at(more, path)[key] = nothing
            assert reading(more) is None, (*path, key)


def values(resource: Rule) -> list[tuple[tuple[str | int, ...], str]]:
    """Every place of an element."""
    return [(path, key) for path in objects(resource) for key in at(resource, path)]


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**45), 10**45),
    st.floats(),
    st.text(max_size=10),
    st.sampled_from(
        ["permit", "deny", "TREAT", "Patient/17", "2022", "2022-13-01", "9999-12-31", "\ud800", "\x00", "x" * 5000]
    ),
    st.sampled_from([[], {}, [None], [[]], {"coding": [{}]}, {"reference": 7}, [{"system": "x"}], purposes("TREAT")]),
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(ACCEPTED), st.data())
def test_whatever_comes_in_a_reading_or_one_refusal_comes_out(resource: Rule, data: st.DataObject) -> None:
    made = deepcopy(resource)
    for _ in range(data.draw(st.integers(1, 3))):
        path, key = data.draw(st.sampled_from(values(made)))
        at(made, path)[key] = deepcopy(data.draw(JUNK))
    try:
        found = read_consent(json.dumps(made).encode(), named(made), ends=END if data.draw(st.booleans()) else None)
    except UnreadableBundle:
        return
    assert bool(found.permits) != bool(found.denials)


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=200),
        JUNK.map(lambda value: json.dumps({"resourceType": "Consent", "provision": value}).encode()),
    )
)
def test_bytes_that_are_no_consent_are_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableBundle):
        read_consent(raw, PARTIES)
