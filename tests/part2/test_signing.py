"""Signing what lists substance_use: its own terms, nothing active until every element is there, then the notice."""

from typing import Any
from unittest.mock import patch

import pytest

from careteam.policy.vocabulary import Label, TermsFor
from careteam.services.consents import terms
from tests.world import PASSWORD, Person, World


def draft(world: World, patient: Person, *labels: Label, **changes: Any) -> Any:
    body = {
        "disclosers": ["team"],
        "recipients": ["role:prescriber"],
        "classes": ["progress_note"],
        "labels": [*labels],
        **changes,
    }
    answer = world.client(patient).post(f"{patient.record}/consents", body)
    assert answer.status_code == 201, answer.json
    return answer.json


def sign(world: World, patient: Person, consent: Any, sha256: str) -> Any:
    place = f"{patient.record}/consents/{consent['id']}/signature"
    body = {"typed_name": patient.name, "password": PASSWORD, "terms_sha256": sha256}
    return world.client(patient).post(place, body, version=consent["version"])


def test_a_draft_names_its_terms_and_what_is_missing(world: World) -> None:
    patient, *_ = world.trio()
    plain, labelled = draft(world, patient), draft(world, patient, Label.SUBSTANCE_USE)
    assert (plain["terms"]["name"], labelled["terms"]["name"]) == ("sharing-terms-2", "part2-terms-1")
    sections = {e["section"] for e in labelled["missing_elements"]}
    assert sections == {"45 CFR 164.508(c)(1)(vi)", "42 CFR 2.31(a)(8)", "42 CFR 2.31(a)(9)"}


def test_the_terms_of_another_kind_are_refused_and_nothing_opens(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, labels=frozenset({Label.SUBSTANCE_USE}), part2=True)
    consent = draft(world, patient, Label.SUBSTANCE_USE)
    refused = sign(world, patient, consent, terms.current(TermsFor.SHARING).sha256)
    assert refused.status_code == 422
    assert world.client(prescriber).get(f"{patient.record}/notes/{note.id}").status_code == 404


def test_signed_with_its_terms_it_opens_what_is_labelled(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, labels=frozenset({Label.SUBSTANCE_USE}), part2=True)
    consent = draft(world, patient, Label.SUBSTANCE_USE)
    signed = sign(world, patient, consent, consent["terms"]["sha256"])
    assert signed.status_code == 200, signed.json
    assert (signed.json["status"], signed.json["missing_elements"], signed.json["terms"]) == ("active", [], None)
    answer = world.client(prescriber).get(f"{patient.record}/notes/{note.id}")
    assert answer.json["part2_notice"]["scope"][0]["consent_id"] == consent["id"]
    shown = world.client(patient).get(f"terms/{signed.json['signature']['terms_sha256']}")
    assert shown.json["name"] == "part2-terms-1"


@pytest.mark.parametrize("labels", [(), (Label.SUBSTANCE_USE,)])
def test_nothing_becomes_active_while_an_element_is_missing(world: World, labels: tuple[Label, ...]) -> None:
    patient, *_ = world.trio()
    consent = draft(world, patient, *labels)
    with patch.dict(terms.SAYS, {"part2-terms-1": frozenset(), "sharing-terms-2": frozenset()}):
        refused = sign(world, patient, consent, consent["terms"]["sha256"])
    assert refused.status_code == 422
    assert "right_to_revoke" in refused.json["errors"]["missing_elements"]
    left = world.client(patient).get(f"{patient.record}/consents/{consent['id']}").json
    assert (left["status"], left["version"]) == ("draft", consent["version"])


def test_a_clinician_does_not_see_what_is_missing(world: World) -> None:
    patient, _, prescriber = world.trio()
    body = {
        "disclosers": ["team"],
        "recipients": [f"member:{prescriber.user_id}"],
        "classes": ["medication"],
        "labels": ["substance_use"],
    }
    asked = world.client(prescriber).post(f"{patient.record}/consents", body).json
    assert (asked["missing_elements"], asked["terms"]) == (None, None)


@pytest.mark.parametrize("what", TermsFor)
def test_the_terms_of_every_kind_can_be_read_before_and_after(world: World, what: TermsFor) -> None:
    patient = world.patient()
    shown = world.client(patient).get("terms/current", query_string={"for": what.value}).json
    assert world.client(patient).get(f"terms/{shown['sha256']}").json == shown
