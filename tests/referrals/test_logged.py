"""Each act on a referral is one event of the patient's log, whatever it is made of."""

from sqlalchemy import select

from careteam.models import AccessEvent
from careteam.policy.vocabulary import Role
from tests.referrals.acts import accepted, agreed, answered, place, proposed, to_me
from tests.world import Person, World


def acts(world: World, patient: Person) -> list[str]:
    """What was done in this record, oldest first, reading left out."""
    world.session.rollback()
    query = select(AccessEvent).where(AccessEvent.patient_id == patient.patient_id, AccessEvent.outcome == "changed")
    found = list(world.session.scalars(query.order_by(AccessEvent.id)))
    assert len({event.request_id for event in found}) == len(found), "each answer is one event"
    return [event.act for event in found]


def test_what_is_done_is_in_the_patients_log_once(world: World) -> None:
    patient, therapist, prescriber = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST)
    made = proposed(world, therapist, patient, prescriber)
    world.client(patient).post(f"{place(patient, made)}/postponement")
    agreed(world, patient, made)
    accepted(world, prescriber, made, ask={"disclosers": ["team"], "classes": ["medication"]})
    answered(world, prescriber, patient, made, outcome="assessed")
    done = ["propose-referral", "postpone-referral", "agree-referral", "accept-referral", "answer-referral"]
    assert acts(world, patient) == done


def test_so_is_what_is_refused_or_taken_back(world: World) -> None:
    patient, therapist, prescriber = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST)
    first, second = (proposed(world, therapist, patient, to) for to in (prescriber, world.prescriber("Pia Moss")))
    agreed(world, patient, first)
    world.client(prescriber).post(f"{to_me(first)}/decline", {"reason": "Full."})
    world.client(therapist).post(f"{place(patient, second)}/withdrawal")
    assert acts(world, patient)[2:] == ["agree-referral", "decline-referral-to-them", "withdraw-referral"]
    log = world.client(patient).get(f"{patient.record}/access-log").text
    assert "said no" not in log
    assert "took back a referral" in log
