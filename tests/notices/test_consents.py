"""Who is told what about consents, in which words, and who is not."""

from typing import Any

import pytest

from careteam.policy.vocabulary import Label, NoticeKind, Role
from tests.consent.acts import begun, member, place, revoked, signed
from tests.notices.acts import kinds, listed, outsiders, sentences, stored, told
from tests.world import Person, World


def test_a_request_is_told_to_the_patient_and_says_who_asks_and_until_when(world: World) -> None:
    patient, _, prescriber = world.trio()
    request = begun(world, prescriber, patient, message="canary", lapses_at="2099-05-03T12:00:00Z")
    (notice,) = listed(world, patient)
    assert (notice["kind"], notice["read_at"]) == ("consent_requested", None)
    assert notice["about"] == {"kind": "consent", "id": request["id"]}
    assert notice["patient"] == {"id": str(patient.patient_id), "name": patient.name}
    assert notice["sentence"].startswith(
        f"{prescriber.name} asks you for a consent. The request waits until 3 May 2099"
    )
    assert kinds(world, prescriber) == []


def test_a_patients_own_draft_is_no_news(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    world.client(patient).post(f"{place(patient, draft)}/withdrawal")
    assert stored(world) == []


ANSWERS = {
    "decline": ("consent_declined", "has declined your request for a consent."),
    "withdrawal": ("consent_withdrawn", "has taken back the request for a consent."),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_other_side_is_told_of_a_no_once(world: World, answer: str) -> None:
    patient, _, prescriber = world.trio()
    request, kind = begun(world, prescriber, patient), ANSWERS[answer][0]
    by, other = (patient, prescriber) if answer == "decline" else (prescriber, patient)
    for _ in range(2):
        assert world.client(by).post(f"{place(patient, request)}/{answer}").status_code == 200
    assert kinds(world, other).count(kind) == 1
    assert f"{by.name} {ANSWERS[answer][1]}" == listed(world, other)[0]["sentence"]


def test_a_signature_is_confirmed_and_told_to_those_whom_it_concerns(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    signed(world, patient, recipients=["role:prescriber"], valid_until="2099-05-03T12:00:00Z")
    assert kinds(world, patient) == ["consent_signed"]
    assert "until 3 May 2099, unless you revoke it" in sentences(world, patient)
    assert kinds(world, prescriber) == ["consent_granted"]
    assert sentences(world, prescriber) == (
        f"{patient.name} has signed a consent that concerns you. It lists medications, progress notes,"
        " until 3 May 2099."
    )
    assert told(world, therapist) == []


def test_who_asked_is_told_that_it_was_signed_and_nothing_of_how_it_was_narrowed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    request = begun(world, prescriber, patient)
    change = {"recipients": [member(therapist)], "classes": ["measure"]}
    narrowed = world.client(patient).patch(place(patient, request), change, version=1).json
    signed(world, patient, narrowed)
    assert sentences(world, prescriber) == f"{patient.name} has signed a consent that you asked for."
    assert "It lists questionnaires, until" in sentences(world, therapist)
    assert kinds(world, therapist) == ["consent_granted"]


def test_who_asked_and_receives_is_told_once_and_what(world: World) -> None:
    patient, _, prescriber = world.trio()
    signed(world, patient, begun(world, prescriber, patient))
    assert kinds(world, prescriber) == ["consent_signed"]
    assert "It lists medications, progress notes, until" in sentences(world, prescriber)


def test_a_revocation_is_told_to_whom_it_concerned_without_saying_what(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = signed(world, patient, recipients=[member(prescriber)])
    revoked(world, patient, consent)
    assert kinds(world, prescriber) == ["consent_granted", "consent_revoked"]
    gone, over = listed(world, prescriber)[::-1]
    assert (
        gone["sentence"]
        == f"{patient.name} shared something with you. That has ended, or something else took its place."
    )
    assert over["sentence"].startswith(f"Something that {patient.name} shared with you has ended on ")
    assert (gone["about"], over["about"]) == (None, None)
    assert kinds(world, patient) == ["consent_signed"]
    assert told(world, therapist) == []


PARTS = {
    "a class": ({"item_class": "medication"}, {"therapist", "prescriber"}),
    "a discloser": ({"discloser": "patient"}, {"therapist", "prescriber"}),
    "a recipient": ({"recipient": "role:prescriber"}, {"prescriber"}),
    "the whole": ({}, {"therapist", "prescriber"}),
}


@pytest.mark.parametrize("everywhere", [False, True], ids=["one consent", "everywhere"])
@pytest.mark.parametrize("part", PARTS)
def test_only_those_for_whom_something_ended_are_told_of_it(world: World, part: str, everywhere: bool) -> None:
    patient, therapist, prescriber = world.trio()
    consents = [world.consent(patient, disclosers=["team", "patient"]) for _ in range(2 if everywhere else 1)]
    address = f"{patient.record}/revocations" if everywhere else f"{place(patient, consents[0])}/revocation"
    assert world.client(patient).post(address, PARTS[part][0]).status_code == 200
    found = {"therapist": told(world, therapist), "prescriber": told(world, prescriber)}
    assert found == {w: [NoticeKind.CONSENT_REVOKED] if w in PARTS[part][1] else [] for w in found}


def test_the_patient_is_told_what_somebody_records_for_them_and_by_whom(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient)
    recorded = world.client(therapist).post(f"{place(patient, consent)}/revocation", {"given": "orally"})
    assert recorded.status_code == 200
    (notice,) = listed(world, patient)
    assert notice["kind"] == "revocation_recorded"
    assert notice["sentence"].startswith(f"{therapist.name} recorded on ")
    assert "that you revoke consent, as you said." in notice["sentence"]
    assert (kinds(world, prescriber), kinds(world, therapist)) == (["consent_revoked"], [])


def test_the_patient_is_told_too_when_the_recorder_found_nothing_to_revoke(world: World) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist).post(f"{patient.record}/revocations", {"given": "on_paper"})
    assert answer.status_code == 200
    assert kinds(world, patient) == ["revocation_recorded"]
    assert told(world, therapist) == []


def test_the_end_by_an_event_is_told_to_all_but_who_recorded_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = signed(world, patient, ends_when="when I have moved away")
    assert world.client(therapist).post(f"{place(patient, consent)}/ended").status_code == 200
    assert kinds(world, patient) == ["consent_signed", "consent_ended"]
    assert sentences(world, patient).endswith(
        f"{therapist.name} has recorded that what ends one of your consents has happened. It is over."
    )
    assert kinds(world, prescriber) == ["consent_granted", "consent_ended"]
    assert kinds(world, therapist) == ["consent_granted"]


def test_whom_a_renewal_leaves_out_is_told_that_something_has_ended(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    old = world.consent(patient)
    signed(world, patient, recipients=["role:therapist"], supersedes_id=str(old.id))
    assert kinds(world, prescriber) == ["consent_revoked"]
    assert kinds(world, therapist) == ["consent_granted"]


ACTS: dict[str, Any] = {
    "request": lambda world, patient, clinician: begun(world, clinician, patient),
    "sign": lambda world, patient, clinician: signed(world, patient, recipients=[member(clinician)]),
    "revoke": lambda world, patient, clinician: revoked(
        world, patient, world.consent(patient, recipients=[member(clinician)])
    ),
    "restrict": lambda world, patient, clinician: world.client(patient).post(
        f"{patient.record}/restrictions", {"against": member(clinician), "item_class": "medication"}
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_is_told_anything(world: World, act: str) -> None:
    patient, _, prescriber = world.trio()
    others = outsiders(world, patient)
    before = {name: world.client(who).get("me/notices").data for name, who in others.items()}
    ACTS[act](world, patient, prescriber)
    assert {name: world.client(who).get("me/notices").data for name, who in others.items()} == before
    assert {n.user_id for n in stored(world)} <= {patient.user_id, prescriber.user_id}


def test_a_restriction_is_told_to_nobody(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    signed(world, patient)
    before = [kinds(world, who) for who in (patient, therapist, prescriber)]
    for against in ("anyone", member(prescriber), "role:therapist"):
        body = {"against": against, "label": Label.HIV.value}
        made = world.client(patient).post(f"{patient.record}/restrictions", body)
        assert made.status_code == 201, made.json
        assert world.client(patient)("DELETE", f"{patient.record}/restrictions/{made.json['id']}").status_code == 200
    assert [kinds(world, who) for who in (patient, therapist, prescriber)] == before


def test_who_has_left_reads_nothing_of_consents_and_is_told_nothing_new(world: World) -> None:
    patient, _, _ = world.trio()
    leaving = world.prescriber("Lea Leaving")
    place_of = world.join(patient, leaving, Role.PRESCRIBER)
    request = begun(world, leaving, patient)
    signed(world, patient)
    assert kinds(world, leaving) == ["consent_granted"]
    world.client(patient).post(f"memberships/{place_of.id}/end")
    world.client(patient).post(f"{place(patient, request)}/decline")
    assert kinds(world, leaving) == ["membership_ended"]
    assert told(world, leaving) == [NoticeKind.CONSENT_GRANTED, NoticeKind.MEMBERSHIP_ENDED]


def _named(world: World, who: Person) -> str:
    return str(world.client(who).get("me/notices").get_data(as_text=True))


def test_what_a_consent_says_to_others_stands_in_no_notice(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    canaries = [therapist.name, str(note.id), str(therapist.user_id), "canary"]
    exceptions = {"items": [str(note.id)], "holders": [member(therapist)]}
    signed(
        world,
        patient,
        recipients=[member(prescriber), member(therapist)],
        exceptions=exceptions,
        ends_when="canary",
    )
    assert [c for c in canaries if c in _named(world, prescriber)] == []
