"""What a Consent may not hold: each is refused where it stands, and nothing is guessed."""

import json
import re
from typing import Any

import pytest

from careteam.fhir_reading import Party, PartyKind, UnreadableBundle, read_consent
from tests.fhir_consents.samples import (
    ACT_CODE,
    ACTION,
    END,
    LEVEL,
    PARTIES,
    REASON,
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
    reference,
)

OPTIN = concept(ACT_CODE, "OPTIN")
RULE = "Consent.provision"
INNER = "Consent.provision.provision[0]"


def within(rule: dict[str, Any]) -> dict[str, Any]:
    return permit(provision=[rule])


REFUSED = [
    # the resource
    ({"status": "proposed"}, permit(), "Consent.status"),
    ({"status": "rejected"}, permit(), "Consent.status"),
    ({"scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "research")}, permit(), "Consent.scope"),
    ({"scope": {"text": "privacy"}}, permit(), "Consent.scope.coding"),
    ({"category": [concept(ACT_CODE, "EMRGONLY")]}, permit(), "Consent.category[0]"),
    ({"policyRule": OPTIN}, permit(), "Consent.policyRule"),
    ({"policyRule": concept(ACT_CODE, "OPTOUT")}, deny(data=[instance()]), "Consent.policyRule"),
    ({"patient": None}, permit(), "Consent.patient"),
    ({"patient": {"display": "Maya"}}, permit(), "Consent.patient.reference"),
    ({"patient": reference("Patient/18")}, permit(), "Consent.patient.reference"),
    ({"performer": [reference("RelatedPerson/1")]}, permit(), "Consent.performer[0].reference"),
    ({"performer": [reference("Practitioner/tess")]}, permit(), "Consent.performer[0].reference"),
    ({"organization": [reference("Organization/4")]}, permit(), "Consent.organization[0].reference"),
    ({"verification": [{"verified": False}]}, permit(), "Consent.verification[0].verified"),
    ({"provision": None}, None, "Consent.provision"),
    ({"decision": "permit"}, permit(), "Consent.decision"),
    ({"subject": reference("Patient/17")}, permit(), "Consent.subject"),
    ({"contained": [{"resourceType": "Patient", "id": "x"}]}, permit(), "Consent.contained"),
    ({"implicitRules": "http://example.org"}, permit(), "Consent.implicitRules"),
    (
        {"modifierExtension": [{"url": "http://example.org", "valueBoolean": True}]},
        permit(),
        "Consent.modifierExtension",
    ),
    ({"extension": [{"url": "http://example.org", "valueBoolean": True}]}, permit(), "Consent.extension"),
    ({"_status": {"id": "a"}}, permit(), "Consent._status"),
    ({"meta": {"tag": [coding("http://example.org", "SUBSETTED")]}}, permit(), "Consent.meta.tag[0]"),
    ({"dateTime": "yesterday"}, permit(), "Consent.dateTime"),
    ({"somethingNew": True}, permit(), "Consent.somethingNew"),
    # every rule
    ({}, {"purpose": purposes("TREAT")}, RULE + ".type"),
    ({}, {"type": "allow"}, RULE + ".type"),
    ({}, permit(code=[concept("http://loinc.org", "34133-9")]), RULE + ".code"),
    ({}, permit(purpose=[]), RULE + ".purpose"),
    ({}, permit(actor=None), RULE + ".actor"),
    ({}, permit(purpose=purposes("HRESCH")), RULE + ".purpose"),
    ({}, permit(purpose=purposes("TREAT", "HMARKT")), RULE + ".purpose[1]"),
    ({}, permit(purpose=[coding("http://example.org", "TREAT")]), RULE + ".purpose[0]"),
    ({}, permit(purpose=[coding(REASON, "treat")]), RULE + ".purpose[0]"),
    ({}, permit(action=[concept(ACTION, "disclose")]), RULE + ".action"),
    ({}, permit(action=[concept(ACTION, "access"), concept(ACTION, "correct")]), RULE + ".action"),
    ({}, permit(action=[{"text": "read"}]), RULE + ".action[0].coding"),
    ({}, permit(**{"class": [coding(TYPES, "MedicationRequest")]}), RULE + ".class[0]"),
    ({}, permit(actor=[actor("Practitioner/tess", "AUT")]), RULE + ".actor[0].role"),
    ({}, permit(actor=[actor("Practitioner/9")]), RULE + ".actor[0].reference.reference"),
    ({}, permit(actor=[actor("Organization/3")]), RULE + ".actor[0].reference.reference"),
    ({}, permit(actor=[{"reference": reference("Practitioner/tess")}]), RULE + ".actor[0].role"),
    ({}, permit(extension=[{"url": "http://example.org", "valueBoolean": True}]), RULE + ".extension"),
    # a permit
    ({}, permit(securityLabel=[coding(LEVEL, "N")]), RULE + ".securityLabel"),
    ({}, permit(securityLabel=[coding(ACT_CODE, "HIV")]), RULE + ".securityLabel"),
    ({}, permit(data=[instance()]), RULE + ".data"),
    ({}, permit(dataPeriod={"start": "2022"}), RULE + ".dataPeriod.start"),
    ({}, permit(dataPeriod={"start": "2022-01-01", "end": "2021-01-01"}), RULE + ".dataPeriod.end"),
    ({}, permit(period={"start": "2026-01-01", "end": "2025-01-01"}), RULE + ".period.end"),
    ({}, permit(period={"end": "2027-01-01T00:00:00.1234567Z"}), RULE + ".period.end"),
    ({}, permit(period={"start": "2031-01-01"}), RULE + ".period"),
    ({}, permit(provision=[permit(securityLabel=[coding(ACT_CODE, "HIV")])]), INNER + ".type"),
    ({}, within({"data": [instance()]}), INNER + ".type"),
    ({}, within(deny()), INNER),
    ({}, within(deny(data=[instance()], securityLabel=[coding(ACT_CODE, "HIV")])), INNER),
    ({}, within(deny(data=[instance(meaning="related")])), INNER + ".data[0].meaning"),
    ({}, within(deny(data=[instance(meaning="authoredby")])), INNER + ".data[0].meaning"),
    ({}, within(deny(data=[instance("Practitioner/tess")])), INNER + ".data[0].reference.reference"),
    ({}, within(deny(securityLabel=[coding(LEVEL, "R")])), INNER + ".securityLabel[0]"),
    ({}, within(deny(securityLabel=[coding(ACT_CODE, "ETHUD")])), INNER + ".securityLabel[0]"),
    ({}, within(deny(securityLabel=[coding(ACT_CODE, "PSY")])), INNER + ".securityLabel[0]"),
    ({}, within(deny(actor=[actor("Practitioner/tess")])), INNER + ".actor"),
    ({}, within(deny(actor=[actor("Organization/3", "CST")])), INNER),
    ({}, within(deny(period={"start": "2026-01-01"}, data=[instance()])), INNER + ".period"),
    ({}, within(deny(data=[instance()], provision=[permit()])), INNER + ".provision"),
    ({}, within(deny(data=[instance()], purpose=purposes("HRESCH"))), INNER + ".purpose"),
    # a denial
    ({}, deny(period={"start": "2026-01-01"}), RULE + ".period"),
    ({}, deny(dataPeriod={"start": "2026-01-01"}), RULE + ".dataPeriod"),
    ({}, deny(provision=[permit(purpose=purposes("ETREAT"))]), RULE + ".provision"),
    ({}, deny(actor=[actor("Practitioner/tess"), actor("Practitioner/paul", "CST")]), RULE + ".actor"),
    ({}, deny(purpose=purposes("ETREAT")), RULE + ".purpose"),
    ({}, deny(purpose=purposes("BTG")), RULE + ".purpose[0]"),
    ({}, deny(action=[concept(ACTION, "correct")]), RULE + ".action"),
    ({"organization": [reference("CareTeam/1")]}, deny(), RULE),
    (
        {"organization": [reference("Practitioner/paul")]},
        deny(actor=[actor("Practitioner/tess", "CST")]),
        RULE + ".actor",
    ),
]


def ids(row: Any) -> str | None:
    return re.sub(r"\W+", "-", row) if isinstance(row, str) else None


@pytest.mark.parametrize(("elements", "rule", "path"), REFUSED, ids=ids)
def test_what_is_not_understood_is_refused_where_it_stands(elements: Rule, rule: Rule | None, path: str) -> None:
    with pytest.raises(UnreadableBundle) as refusal:
        read(consent(**{"provision": rule, **elements}))
    assert refusal.value.path == path
    assert refusal.value.reason


def test_a_permit_that_names_no_end_is_refused_until_somebody_names_one() -> None:
    with pytest.raises(UnreadableBundle, match="valid_until") as refusal:
        read(consent(permit()), ends=None)
    assert refusal.value.path == "Consent.provision.period"


@pytest.mark.parametrize("rule", [permit(period={"end": "2027-01-01"}), deny()])
def test_an_end_that_has_no_place_is_refused(rule: Rule) -> None:
    with pytest.raises(UnreadableBundle, match="leave `valid_until` out"):
        read(consent(rule), ends=END)


def test_a_party_that_stands_nowhere_is_refused() -> None:
    with pytest.raises(UnreadableBundle, match="holds no such reference"):
        read(consent(permit()), parties=PARTIES)


def test_nobody_is_meant_by_likeness() -> None:
    with pytest.raises(UnreadableBundle) as refusal:
        read(consent(permit(), organization=None), parties={"patient/17": Party(PartyKind.PATIENT)})
    assert refusal.value.path == "Consent.patient.reference"


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"null", b'{"resourceType":"Bundle"}', b'{"resourceType":"Patient"}']
)
def test_only_a_consent_by_itself_is_read(raw: bytes) -> None:
    with pytest.raises(UnreadableBundle):
        read_consent(raw, PARTIES)


def test_a_name_that_stands_twice_is_refused() -> None:
    text = json.dumps(consent(permit())).replace('"type": "permit"', '"type": "deny", "type": "permit"')
    with pytest.raises(UnreadableBundle, match="twice"):
        read_consent(text.encode(), PARTIES, ends=END)


def test_several_codings_leave_open_what_is_meant() -> None:
    both = {"coding": [coding(ACTION, "access"), coding(ACTION, "correct")]}
    with pytest.raises(UnreadableBundle, match="one code"):
        read(consent(permit(action=[both])))
