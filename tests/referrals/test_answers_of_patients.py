"""Yes, no and not now: what each does, and that yes is one act."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from careteam.models import Consent, Membership
from careteam.policy.vocabulary import ItemClass, Label, RepresentationBasis, Role
from careteam.services.consents import terms
from tests.consent.acts import member, signature
from tests.consent.test_races import statuses, together
from tests.notices.acts import kinds
from tests.previews.acts import at_once, lists, reader
from tests.referrals.acts import (
    accepted,
    agree,
    agreed,
    draft,
    place,
    proposed,
    read,
    referrals,
    state,
    to_me,
    to_them,
)
from tests.representations.acting import minor, parent
from tests.team.inviting import at_instant
from tests.world import Person, World


def pair(world: World, patient: Person | None = None) -> tuple[Person, Person, Person]:
    """A patient with a therapist, and a prescriber who is not in the team."""
    patient, therapist = patient or world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    return patient, therapist, world.prescriber()


def consent_of(world: World, who: Person, patient: Person, made: dict[str, Any]) -> dict[str, Any]:
    """The consent that goes with a referral, as somebody reads it."""
    return dict(world.client(who).get(f"{patient.record}/consents/{made['consent_id']}").json)


def opened(world: World, patient: Person, prescriber: Person) -> tuple[int, int]:
    """How many consents are signed, and to how many places the patient has said yes."""
    world.session.rollback()
    signed = world.session.query(Consent).filter(Consent.signed_at.is_not(None)).count()
    agreed_to = world.session.query(Membership).filter(
        Membership.user_id == prescriber.user_id, Membership.patient_agreed_at.is_not(None)
    )
    return signed, agreed_to.count()


def test_yes_signs_the_consent_and_agrees_to_the_place_in_one_act(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    assert opened(world, patient, prescriber) == (0, 0)
    agreed(world, patient, made)
    assert opened(world, patient, prescriber) == (1, 1)
    consent = consent_of(world, patient, patient, made)
    assert (consent["status"], consent["signature"]["typed_name"]) == ("active", patient.name)
    assert consent["recipients"] == [member(prescriber)]


WRONG: list[tuple[dict[str, Any], int]] = [
    ({"password": "not my password at all"}, 403),
    ({"typed_name": "Somebody Else"}, 422),
    ({"terms_sha256": "0" * 64}, 422),
    ({"consent_version": 7}, 412),
]


@pytest.mark.parametrize(("change", "status"), WRONG)
def test_what_signing_refuses_does_neither(world: World, change: dict[str, Any], status: int) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    assert agree(world, patient, patient, made, **change).status_code == status
    assert opened(world, patient, prescriber) == (0, 0)
    assert (state(world, patient, patient, made), to_them(world, prescriber)) == ("proposed", [])


def test_yes_names_the_version_of_both(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    here, body = f"{place(patient, made)}/agreement", signature(patient.name)
    client = world.client(patient)
    assert client.post(here, {**body, "consent_version": 1}).status_code == 428
    assert client.post(here, {**body, "consent_version": 1}, version=9).status_code == 412
    assert client.post(here, body, version=1).status_code == 422
    assert opened(world, patient, prescriber) == (0, 0)


def test_a_place_that_closed_meanwhile_signs_nothing(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    place_of = read(world, patient, patient, made)["membership_id"]
    assert world.client(patient).post(f"memberships/{place_of}/decline").status_code == 200
    assert agree(world, patient, patient, made).status_code == 409
    assert opened(world, patient, prescriber) == (0, 0)
    assert state(world, therapist, patient, made) == "refused"


def test_a_consent_that_lapsed_meanwhile_agrees_to_nothing(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    assert made["answer_by"] is not None
    later = partial(agree, world, patient, patient, made)
    assert at_instant(world, world.now + timedelta(days=91), later).status_code == 409
    assert opened(world, patient, prescriber) == (0, 0)


def test_not_now_opens_nothing_and_can_become_yes(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    for _ in range(2):
        said = world.client(patient).post(f"{place(patient, made)}/postponement")
        assert (said.status_code, said.json["state"]) == (200, "not_now")
    assert (state(world, therapist, patient, made), kinds(world, therapist)) == ("not_now", ["referral_answered"])
    assert to_them(world, prescriber) == []
    assert agreed(world, patient, made)["state"] == "sent"
    assert world.client(patient).post(f"{place(patient, made)}/postponement").status_code == 409


def test_no_closes_the_consent_and_the_place_and_the_addressee_never_knew(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    for _ in range(2):
        said = world.client(patient).post(f"{place(patient, made)}/decline")
        assert (said.status_code, said.json["state"]) == (200, "refused")
    assert consent_of(world, patient, patient, made)["status"] == "declined"
    assert (state(world, therapist, patient, made), kinds(world, prescriber)) == ("refused", [])
    assert to_them(world, prescriber) == []
    assert agree(world, patient, patient, made).status_code == 409


def test_no_after_a_yes_takes_back_all_of_it(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    assert world.client(patient).post(f"{place(patient, made)}/decline").json["state"] == "refused"
    assert consent_of(world, patient, patient, made)["status"] == "revoked"
    assert world.client(prescriber).post(f"{to_me(made)}/acceptance").status_code == 404
    place_now = world.client(prescriber).get("memberships").json["items"][0]
    assert (place_now["state"], place_now["patient"]) == ("withdrawn", None)


def test_after_the_acceptance_no_is_said_where_it_is_open(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    assert world.client(patient).post(f"{place(patient, made)}/decline").status_code == 409
    assert world.client(therapist).post(f"{place(patient, made)}/withdrawal").status_code == 409


def test_no_to_the_consent_alone_is_a_no_to_the_referral(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    consent = f"{patient.record}/consents/{made['consent_id']}/decline"
    assert world.client(patient).post(consent).status_code == 200
    assert state(world, therapist, patient, made) == "refused"


@pytest.mark.parametrize("who", ["therapist", "another member"])
def test_nobody_answers_for_the_patient(world: World, who: str) -> None:
    patient, therapist, prescriber = pair(world)
    other = world.prescriber("Olly Other")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient, recipients=[member(other)], classes=[ItemClass.REFERRAL])
    made = proposed(world, therapist, patient, prescriber)
    acting = world.client({"therapist": therapist, "another member": other}[who])
    for act in ("decline", "postponement", "preview"):
        assert acting.post(f"{place(patient, made)}/{act}").status_code == 403
    yes = {**signature(patient.name), "consent_version": 1}
    assert acting.post(f"{place(patient, made)}/agreement", yes, version=1).status_code == 403


# narrowing, and looking first -----------------------------------------------------------------------


def test_the_patient_narrows_the_consent_before_yes(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    world.note(patient, therapist)
    made = proposed(world, therapist, patient, prescriber)
    consent = f"{patient.record}/consents/{made['consent_id']}"
    assert world.client(patient).patch(consent, {"classes": ["referral"]}, version=1).status_code == 200
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    assert lists(world, prescriber, patient.patient_id) == frozenset()
    assert read(world, prescriber, patient, made)["state"] == "accepted"
    asked = consent_of(world, patient, patient, made)["asked"]
    assert asked["classes"] == ["progress_note", "referral"]


@pytest.mark.parametrize("kept_back", ["the class", "a restriction"])
def test_yes_to_what_the_addressee_could_not_read_is_refused_with_what_to_do(world: World, kept_back: str) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    if kept_back == "the class":
        consent = f"{patient.record}/consents/{made['consent_id']}"
        world.client(patient).patch(consent, {"classes": ["progress_note"]}, version=1)
    else:
        world.restriction(patient, item_class=ItemClass.REFERRAL)
    refused = agree(world, patient, patient, made)
    assert (refused.status_code, "lift a restriction" in refused.text) == (422, True)
    assert opened(world, patient, prescriber) == (0, 0)


def test_a_restriction_of_the_patients_does_not_show_when_a_referral_is_proposed(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    world.restriction(patient, item_class=ItemClass.REFERRAL)
    assert proposed(world, therapist, patient, prescriber)["state"] == "proposed"


def test_the_preview_says_what_yes_and_acceptance_then_open(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    note = world.note(patient, therapist)
    world.medication(patient, therapist)
    made = proposed(world, therapist, patient, prescriber)
    shown = world.client(patient).post(f"{place(patient, made)}/preview")
    assert shown.status_code == 200, shown.json
    said = reader(shown.json, prescriber)
    assert (said["standing"], said["waits_for"]) == ("joining", ["clinician"])
    assert at_once(said) == ({str(note.id), made["id"]}, frozenset())
    assert shown.json["consent_version"] == consent_of(world, patient, patient, made)["version"]
    assert opened(world, patient, prescriber) == (0, 0)
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    assert lists(world, prescriber, patient.patient_id) == {str(note.id)}
    assert read(world, prescriber, patient, made)["id"] == made["id"]


def test_a_referral_to_somebody_who_is_here_already_signs_the_consent_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = proposed(world, therapist, patient, prescriber)
    shown = world.client(patient).post(f"{place(patient, made)}/preview").json
    assert shown["act"] == "sign"
    agreed(world, patient, made)
    assert read(world, prescriber, patient, made)["state"] == "sent"
    assert accepted(world, prescriber, made)["state"] == "accepted"


# minors ------------------------------------------------------------------------------------------


def test_a_minors_yes_waits_for_the_parents(world: World) -> None:
    patient, therapist, prescriber = pair(world, minor(world))
    mother, _ = parent(world, patient)
    made = proposed(world, therapist, patient, prescriber)
    first = agree(world, patient, patient, made)
    assert (first.status_code, first.json["state"]) == (200, "proposed")
    assert opened(world, patient, prescriber) == (0, 0)
    assert agree(world, patient, patient, made).status_code == 409
    second = agree(world, mother, patient, made)
    assert (second.status_code, second.json.get("state")) == (200, "sent"), second.json
    assert opened(world, patient, prescriber) == (1, 1)


def test_somebody_who_acts_without_the_class_knows_of_no_referral(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    nora = world.user("Nora Ellison")
    basis = RepresentationBasis.POWER_OF_ATTORNEY
    world.acts_for(patient, nora, basis=basis, classes=[ItemClass.MEDICATION])
    made = proposed(world, therapist, patient, prescriber)
    assert world.client(nora).get(place(patient, made)).status_code == 404
    assert world.client(nora).post(f"{place(patient, made)}/decline").status_code == 404


# proposing ---------------------------------------------------------------------------------------


def test_only_current_clinicians_refer(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    former = world.therapist("Fay Former")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    others = {patient: 403, former: 403, prescriber: 404, world.therapist("Uwe", verified=False): 404}
    for who, status in others.items():
        body = draft(therapist, prescriber)
        assert world.client(who).post(referrals(patient), body).status_code == status
    assert world.client(patient).get(referrals(patient)).json["items"] == []


def test_somebody_who_is_not_verified_in_the_role_is_nobody(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    unverified = world.prescriber("Uwe", verified=False)
    told = set()
    for to in (unverified, world.therapist("Wrong Role"), patient, therapist, world.user("Just Somebody")):
        refused = world.client(therapist).post(referrals(patient), draft(therapist, to))
        assert refused.status_code == 422
        told.add(refused.data)
    absent = draft(therapist, prescriber) | {"to": {"user_id": "01990000-0000-7000-8000-000000000001"}}
    told.add(world.client(therapist).post(referrals(patient), absent).data)
    assert len(told) == 1


def test_who_is_asked_to_join_already_does_not_show(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    dates = {"valid_from": world.now, "valid_until": world.now + timedelta(days=9)}
    world.join(patient, prescriber, Role.PRESCRIBER, patient_agreed_at=None, kind="covering", **dates)
    assert proposed(world, therapist, patient, prescriber)["membership_id"] is None


BAD: list[dict[str, Any]] = [
    {"to": {}},
    {"to": {"name": "Dr. Falk"}},
    {"to_role": "administrator"},
    {"reason": " "},
    {"share": {"disclosers": ["team"], "classes": ["progress_note"]}},
    {"share": {"disclosers": ["patient"], "classes": ["referral"]}},
    {"share": {"disclosers": ["team"], "classes": ["referral", "psychotherapy_note"]}},
    {"share": {"disclosers": ["team"], "classes": ["referral"], "recipients": ["role:prescriber"]}},
    {"share": {"disclosers": ["team"], "classes": ["referral"], "data_through": "2020-01-01"}},
    {"labels": ["hiv"]},
    {"part2": True},
    {"state": "sent"},
]


@pytest.mark.parametrize("said", BAD)
def test_a_referral_that_cannot_work_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, prescriber = pair(world)
    refused = world.client(therapist).post(referrals(patient), {**draft(therapist, prescriber), **said})
    assert refused.status_code == 422, refused.json
    assert world.client(patient).get(referrals(patient)).json["items"] == []
    assert world.client(patient).get(f"{patient.record}/consents").json["items"] == []


def test_a_labelled_referral_needs_a_consent_with_its_labels(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    share = {"disclosers": [member(therapist)], "classes": ["referral"], "labels": [Label.SUBSTANCE_USE]}
    made = proposed(world, therapist, patient, prescriber, labels=["substance_use"], share=share)
    text = next(t for t in terms.CURRENT if t == "substance_use")
    yes = agree(world, patient, patient, made, terms_sha256=terms.current(text).sha256)
    assert (yes.status_code, yes.json["part2"]) == (200, True)
    assert yes.json["part2_notice"]["text"]


# taking it back ----------------------------------------------------------------------------------


def test_who_refers_takes_it_back_before_and_after_the_yes(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    for yes in (False, True):
        made = proposed(world, therapist, patient, prescriber)
        if yes:
            agreed(world, patient, made)
        for _ in range(2):
            said = world.client(therapist).post(f"{place(patient, made)}/withdrawal")
            assert (said.status_code, said.json["state"]) == (200, "withdrawn")
        assert agree(world, patient, patient, made).status_code == 409
        assert consent_of(world, patient, patient, made)["status"] == ("active" if yes else "withdrawn")
    assert world.client(prescriber).post(f"{to_me(made)}/acceptance").status_code == 409
    assert to_them(world, prescriber)[0]["state"] == "withdrawn"
    assert world.client(patient).post(f"{place(patient, made)}/withdrawal").status_code == 403


def test_what_is_entered_in_error_waits_for_nothing(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    here = f"{place(patient, made)}/entered-in-error"
    assert world.client(therapist).post(here, {"reason": "Another patient."}, version=9).status_code == 412
    assert world.client(patient).post(here, {"reason": "No."}, version=1).status_code == 403
    wrong = world.client(therapist).post(here, {"reason": "Another patient."}, version=1)
    assert (wrong.status_code, wrong.json["state"]) == (200, "withdrawn")
    assert consent_of(world, patient, patient, made)["status"] == "withdrawn"
    assert agree(world, patient, patient, made).status_code == 409


def test_yes_and_taking_back_meet(world: World) -> None:
    patient, therapist, _ = pair(world)
    for n in range(3):
        to = world.prescriber(f"Paul {n}")
        made = proposed(world, therapist, patient, to)
        body = {**signature(patient.name), "consent_version": 1}
        mine, theirs, here = world.client(patient), world.client(therapist), place(patient, made)
        answers = together(
            partial(mine.post, f"{here}/agreement", body, version=1), partial(theirs.post, f"{here}/withdrawal")
        )
        assert statuses(answers)[0] == 200
        assert state(world, patient, patient, made) == "withdrawn"
        known = [one["state"] for one in world.client(to).get("memberships").json["items"]]
        assert known == (["withdrawn"] if answers[0].status_code == 200 else [])


def test_accepting_and_taking_back_meet(world: World) -> None:
    patient, therapist, _ = pair(world)
    for n in range(3):
        to = world.prescriber(f"Paul {n}")
        made = proposed(world, therapist, patient, to)
        agreed(world, patient, made)
        theirs, mine = world.client(to), world.client(therapist)
        answers = together(
            partial(theirs.post, f"{to_me(made)}/acceptance"), partial(mine.post, f"{place(patient, made)}/withdrawal")
        )
        assert statuses(answers) == [200, 409]
        won = "accepted" if answers[0].status_code == 200 else "withdrawn"
        assert to_them(world, to)[0]["state"] == won
