"""A referral to somebody outside: a letter, which opens nothing here and is printed for two people."""

from typing import Any

import pytest

from careteam.models import AccessEvent, Consent, Membership
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from tests.consent.acts import member, signature
from tests.referrals.acts import OUTSIDE, QUESTION, REASON, agree, agreed, draft, place, proposed, referrals, state
from tests.representations.acting import minor, parent
from tests.world import Person, World


def pair(world: World) -> tuple[Person, Person]:
    """A patient and a therapist."""
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    return patient, therapist


def letter(world: World, who: Person, patient: Person, made: dict[str, Any]) -> Any:
    """The letter, as somebody asks for it."""
    return world.client(who).get(f"{place(patient, made)}/letter")


def test_the_letter_says_what_the_patient_agreed_to_in_words(world: World) -> None:
    patient, therapist = pair(world)
    share = {"disclosers": [member(therapist), "patient"], "classes": ["measure", "medication"]}
    made = proposed(world, therapist, patient, None, share=share)
    assert agreed(world, patient, made)["state"] == "sent"
    for who in (therapist, patient):
        page = letter(world, who, patient, made)
        assert (page.status_code, page.mimetype) == (200, "text/html")
        for said in (OUTSIDE["name"], "Port Salem", REASON, QUESTION, patient.name, "1990-05-17", therapist.name):
            assert said in page.text
        assert f"Of {therapist.name}, the patient: questionnaires, medications" in " ".join(page.text.split())
        assert "@media print" in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_what_is_written_is_no_markup(world: World) -> None:
    patient, therapist = pair(world)
    made = proposed(world, therapist, patient, None, reason="<script>alert(1)</script>")
    agreed(world, patient, made)
    assert "<script>" not in letter(world, patient, patient, made).text


def test_it_opens_nothing_here(world: World) -> None:
    patient, therapist = pair(world)
    made = proposed(world, therapist, patient, None)
    agreed(world, patient, made)
    assert (made["consent_id"], made["membership_id"], made["to"]["user_id"]) == (None, None, None)
    assert world.session.query(Consent).count() == 0
    assert world.session.query(Membership).count() == 1
    assert world.client(patient).post(f"{place(patient, made)}/preview").status_code == 409


def test_before_the_yes_and_after_it_is_taken_back_there_is_none(world: World) -> None:
    patient, therapist = pair(world)
    made = proposed(world, therapist, patient, None)
    assert letter(world, therapist, patient, made).status_code == 409
    agreed(world, patient, made)
    assert letter(world, therapist, patient, made).status_code == 200
    assert world.client(patient).post(f"{place(patient, made)}/decline").json["state"] == "refused"
    assert letter(world, therapist, patient, made).status_code == 409
    other = proposed(world, therapist, patient, None)
    agreed(world, patient, other)
    world.client(therapist).post(f"{place(patient, other)}/withdrawal")
    assert letter(world, patient, patient, other).status_code == 409


def test_only_who_refers_and_the_patient_print_it(world: World) -> None:
    patient, therapist = pair(world)
    reader, other = world.prescriber(), world.prescriber("Olly Other")
    for one in (reader, other):
        world.join(patient, one, Role.PRESCRIBER)
    world.consent(patient, recipients=[member(reader)], classes=[ItemClass.REFERRAL])
    made = proposed(world, therapist, patient, None)
    agreed(world, patient, made)
    assert letter(world, reader, patient, made).status_code == 403
    hidden, absent = letter(world, other, patient, made), letter(world, other, patient, {"id": str(new_id())})
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data) == (404, absent.data)
    shown = world.client(reader).get(place(patient, made)).json
    assert (shown["reason"], shown["share"]) == (REASON, None)


def test_printing_it_is_in_the_log(world: World) -> None:
    patient, therapist = pair(world)
    made = proposed(world, therapist, patient, None)
    agreed(world, patient, made)
    letter(world, therapist, patient, made)
    world.session.rollback()
    (event,) = world.session.query(AccessEvent).filter_by(act="print-referral")
    assert (event.actor_id, event.patient_id, event.items) == (therapist.user_id, patient.patient_id, 1)


def test_a_letter_to_somebody_who_is_here_is_none(world: World) -> None:
    patient, therapist = pair(world)
    made = proposed(world, therapist, patient, world.prescriber())
    agreed(world, patient, made)
    assert letter(world, therapist, patient, made).status_code == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [({"password": "not my password at all"}, 403), ({"typed_name": "No"}, 422), ({"terms_sha256": "0" * 64}, 422)],
)
def test_the_patient_agrees_to_it_as_they_sign(world: World, change: dict[str, Any], status: int) -> None:
    patient, therapist = pair(world)
    made = proposed(world, therapist, patient, None)
    assert agree(world, patient, patient, made, **change).status_code == status
    assert state(world, therapist, patient, made) == "proposed"


def test_two_signatures_are_given_on_paper(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    mother, _ = parent(world, patient)
    made = proposed(world, therapist, patient, None)
    for who in (patient, mother):
        refused = world.client(who).post(
            f"{place(patient, made)}/agreement", signature(who.name), version=made["version"]
        )
        assert (refused.status_code, "on paper" in refused.json["detail"]) == (409, True)


@pytest.mark.parametrize(
    "share",
    [
        {"labels": ["substance_use"]},
        {"ends_when": "when I move"},
        {"message": "Please"},
        {"disclosers": [f"member:{new_id()}"]},
        {"classes": []},
        {"valid_until": "2020-01-01T00:00:00Z"},
    ],
)
def test_what_a_letter_cannot_say_is_refused(world: World, share: dict[str, Any]) -> None:
    patient, therapist = pair(world)
    body = draft(therapist, None)
    body["share"] = {**body["share"], **share}
    assert world.client(therapist).post(referrals(patient), body).status_code == 422
    assert world.client(patient).get(referrals(patient)).json["items"] == []
