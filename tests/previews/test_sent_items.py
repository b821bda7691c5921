"""What becomes of items that were sent is told before a restriction, its lifting, and before somebody joins."""

from careteam.policy.vocabulary import ItemClass, Role
from tests.consent.acts import member
from tests.directing.sends import sees
from tests.previews.acts import NOTHING, at_once, preview, reader
from tests.world import World


def test_restricting_a_member_tells_that_they_lose_what_was_sent_to_them(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    question, other = world.question(patient), world.question(patient)
    world.sent(question, therapist, prescriber)
    world.sent(other, prescriber, revoked_at=world.now)
    body = {"against": member(prescriber), "item_class": "question"}
    shown = preview(world, patient, "restrictions", body)
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(question.id)})
    assert at_once(reader(shown, therapist)) == NOTHING
    world.client(patient).post(f"{patient.record}/restrictions", body)
    made = {"id": str(question.id)}
    assert (sees(world, prescriber, patient, made), sees(world, therapist, patient, made)) == (False, True)


def test_what_is_sent_is_not_lost_by_revoking_the_consent_that_opens_it_too(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    sent, kept = world.question(patient), world.question(patient)
    world.sent(sent, prescriber)
    consent = world.consent(patient, disclosers=["patient"], classes=[ItemClass.QUESTION])
    shown = preview(world, patient, f"consents/{consent.id}/revocation", {})
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(kept.id)})
    assert at_once(reader(shown, therapist)) == (frozenset(), {str(kept.id), str(sent.id)})


def test_lifting_tells_that_what_was_sent_opens_again(world: World) -> None:
    patient, _, prescriber = world.trio()
    question = world.question(patient)
    world.sent(question, prescriber)
    no = world.restriction(patient, item_class=ItemClass.QUESTION)
    shown = preview(world, patient, f"restrictions/{no.id}/lifting")
    assert at_once(reader(shown, prescriber)) == ({str(question.id)}, frozenset())


def test_whoever_comes_back_finds_what_was_sent_to_them_and_that_is_told_before(world: World) -> None:
    patient, _, _ = world.trio()
    pia = world.prescriber("Pia Moss")
    question = world.question(patient)
    world.join(patient, pia, Role.PRESCRIBER, ended_at=world.now)
    place = world.join(patient, pia, Role.PRESCRIBER, patient_agreed_at=None)
    world.sent(question, pia)
    shown = world.client(patient).post(f"/api/v1/memberships/{place.id}/preview").json
    assert at_once(reader(shown, pia)) == ({str(question.id)}, frozenset())
    world.client(patient).post(f"/api/v1/memberships/{place.id}/agreement")
    assert sees(world, pia, patient, {"id": str(question.id)})
