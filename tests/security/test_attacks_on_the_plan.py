"""Attacks on what treatment is made of: referrals, the plan and its alignment, check-ins and supplies, signals."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from careteam.models import AccessEvent, AccessEventItem, MedicationEvent, Patient, PlanAcknowledgement, Staff
from careteam.policy.treatment_words import CheckInCause
from careteam.policy.vocabulary import ItemClass, Label, MembershipKind, Role
from tests.consent.acts import member
from tests.emergency.acts import opened
from tests.plan.acts import linked, say, write
from tests.referrals.acts import agree, agreed, draft, place, proposed, referrals, state, to_me
from tests.representations.acting import friend
from tests.signals.acts import kinds, shared, timeline
from tests.team.inviting import at_instant
from tests.treatment.managing import ago, due, started
from tests.world import LONG_AGO, Person, World

OVERDUE, SHORT = "check_in_overdue", "refill_before_check_in"


def pair(world: World) -> tuple[Person, Person, Person]:
    """A patient with a therapist, and a prescriber who is not in the team."""
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    return patient, therapist, world.prescriber()


# Referrals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["nothing", "postponement", "decline", "withdrawal"])
def test_whom_a_referral_goes_to_learns_nothing_before_the_patients_yes(world: World, act: str) -> None:
    patient, therapist, prescriber = pair(world)
    looking = world.client(prescriber)
    places = ("memberships", "me/referrals", "notices", "patients")
    before = [looking.get(address).data for address in places]
    made = proposed(world, therapist, patient, prescriber)
    if act != "nothing":
        by = therapist if act == "withdrawal" else patient
        assert world.client(by).post(f"{place(patient, made)}/{act}").status_code == 200
    assert [looking.get(address).data for address in places] == before


ACTS = [("GET", ""), *(("POST", f"/{act}") for act in ("preview", "agreement", "decline", "end")), ("GET", "/preview")]


@pytest.mark.parametrize(("method", "act"), ACTS)
def test_a_place_that_waits_for_the_patients_yes_answers_like_none(world: World, method: str, act: str) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    shown = world.client(patient).get(place(patient, made)).json["membership_id"]
    ask = partial(world.client(prescriber), method, json={} if method == "POST" else None)
    hidden, none = ask(f"memberships/{shown}{act}"), ask(f"memberships/01990000-0000-7000-8000-000000000001{act}")
    assert (hidden.status_code, hidden.data) == (404, none.data)
    agreed(world, patient, made)
    assert world.client(prescriber).get(f"memberships/{shown}").status_code == 200


def test_a_proposal_of_the_patients_own_stays_known_beside_a_referral(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    asked = world.join(patient, prescriber, Role.PRESCRIBER, clinician_accepted_at=None)
    before = world.client(prescriber).get("memberships").data
    proposed(world, therapist, patient, prescriber)
    assert world.client(prescriber).get("memberships").data == before
    assert str(asked.id) in before.decode()


def test_a_referral_does_not_tell_from_which_practice_somebody_is_asked_already(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    second = world.prescriber("Another Place").practice_id
    row = Staff(user_id=prescriber.user_id, practice_id=second, role=Role.PRESCRIBER, created_at=LONG_AGO)
    row.verified_at = LONG_AGO
    world.add(row)
    world.join(patient, prescriber, Role.PRESCRIBER, patient_agreed_at=None, clinician_accepted_at=None)
    to = {"user_id": str(prescriber.user_id), "practice_id": str(second)}
    made = world.client(therapist).post(referrals(patient), {**draft(therapist, prescriber), "to": to})
    assert (made.status_code, made.json["to"]["practice_id"]) == (201, str(second))


def test_a_referral_that_ends_before_a_hidden_place_begins_is_proposed_like_any_other(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    dates = {"valid_from": world.now + timedelta(days=20), "valid_until": world.now + timedelta(days=40)}
    covering = {"kind": MembershipKind.COVERING, "clinician_accepted_at": None, **dates}
    world.join(patient, prescriber, Role.PRESCRIBER, **covering)
    body = draft(therapist, prescriber)
    body["share"]["valid_until"] = (world.now + timedelta(days=9)).isoformat()
    assert world.client(therapist).post(referrals(patient), body).status_code == 201


def test_a_no_to_another_proposal_does_not_show_in_a_referral_that_waits(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    asked = world.join(patient, prescriber, Role.PRESCRIBER, clinician_accepted_at=None)
    made = proposed(world, therapist, patient, prescriber)
    before = world.client(therapist).get(place(patient, made)).data
    assert world.client(prescriber).post(f"memberships/{asked.id}/decline").status_code == 200
    assert world.client(therapist).get(place(patient, made)).data == before
    assert agree(world, patient, patient, made).status_code == 409


def test_nobody_agrees_to_a_letter_whose_time_is_over(world: World) -> None:
    patient, therapist, _ = pair(world)
    share: dict[str, Any] = {"disclosers": [member(therapist)], "classes": ["measure"]}
    share["valid_until"] = (world.now + timedelta(days=2)).isoformat()
    made = proposed(world, therapist, patient, None, share=share)
    later = partial(agree, world, patient, patient, made)
    assert at_instant(world, world.now + timedelta(days=3), later).status_code == 409
    assert state(world, patient, patient, made) == "proposed"


def test_a_letter_is_not_printed_after_the_time_that_the_patient_agreed_to(world: World) -> None:
    patient, therapist, _ = pair(world)
    share: dict[str, Any] = {"disclosers": [member(therapist)], "classes": ["measure"]}
    share["valid_until"] = (world.now + timedelta(days=2)).isoformat()
    made = proposed(world, therapist, patient, None, share=share)
    agreed(world, patient, made)
    printing = partial(world.client(therapist).get, f"{place(patient, made)}/letter")
    assert printing().status_code == 200
    assert at_instant(world, world.now + timedelta(days=3), printing).status_code == 409


def test_whoever_signs_for_somebody_agrees_to_no_letter_that_passes_on_more_than_they_act_in(world: World) -> None:
    patient, therapist, _ = pair(world)
    nora, _ = friend(world, patient, classes=[ItemClass.REFERRAL])
    wide = {"disclosers": [member(therapist)], "classes": ["progress_note"]}
    made = proposed(world, therapist, patient, None, share=wide)
    assert agree(world, nora, patient, made).status_code == 403
    assert state(world, patient, patient, made) == "proposed"
    narrow = proposed(world, therapist, patient, None, share={**wide, "classes": ["referral"]})
    assert agree(world, nora, patient, narrow).status_code == 200


def test_a_yes_is_said_once_and_not_after_a_no(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    assert agree(world, patient, patient, made).status_code == 409
    assert world.client(patient).post(f"{place(patient, made)}/decline").status_code == 200
    assert agree(world, patient, patient, made).status_code == 409
    assert world.client(prescriber).post(f"{to_me(made)}/acceptance").status_code == 404


def test_nobody_says_yes_for_somebody_who_died(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    nora, _ = friend(world, patient)
    made = [proposed(world, therapist, patient, to) for to in (prescriber, None)]
    world.session.execute(update(Patient).values(death_date=ago(world, 1)))
    world.session.commit()
    assert [agree(world, nora, patient, one).status_code for one in made] == [409, 409]
    assert world.client(prescriber).get("memberships").json["items"] == []
    assert world.client(nora).post(f"{place(patient, made[0])}/decline").status_code == 200


# The plan ------------------------------------------------------------------------------------------


def test_who_closed_a_plan_review_does_not_tell_that_somebody_else_may_read_it(world: World) -> None:
    """In a team of two clinicians "not the patient" names the other one."""
    patient, therapist, prescriber = linked(world, disclosers=("patient",))
    reviews, shown = f"{patient.record}/plan-reviews", []
    for by in (patient, therapist):
        made = world.client(patient).post(reviews, {"text": "It does not help."}).json
        here = f"{reviews}/{made['id']}"
        said = {"outcome": "appointment", "text": "Come.", "follow_up_on": ago(world, -3).isoformat()}
        answered = world.client(therapist).post(f"{here}/answers", said)
        assert answered.status_code == 201, answered.json
        assert world.client(by).post(f"{here}/closing", version=made["version"]).status_code == 200
        assert world.client(patient).get(here).json["closed_by"] == str(by.user_id)
        shown.append(world.client(prescriber).get(here).json["closed_by"])
    assert shown == [None, None]


def test_a_label_that_hides_somebodys_own_word_from_them_breaks_nothing(world: World) -> None:
    patient, therapist, _ = linked(world)
    nora, _ = friend(world, patient)
    made = write(world, therapist, patient)
    assert say(world, nora, patient, made).status_code == 201
    where = PlanAcknowledgement.by_id == nora.user_id
    row = world.session.scalars(select(PlanAcknowledgement).where(where)).one()
    row.labels = frozenset(Label)
    world.session.commit()
    again = say(world, nora, patient, made, "differ")
    assert again.status_code < 500, again.json


def test_nothing_is_said_or_changed_in_the_plan_of_somebody_who_died(world: World) -> None:
    patient, therapist, _ = linked(world)
    made = write(world, therapist, patient)
    assert say(world, therapist, patient, made).status_code == 201
    world.session.execute(update(Patient).values(death_date=ago(world, 1)))
    world.session.commit()
    assert say(world, therapist, patient, made, "differ").status_code == 409
    where = f"{patient.record}/plan-items/{made['id']}"
    assert world.client(therapist).patch(where, {"text": "Else."}, version=made["version"]).status_code == 409


# Check-ins, supplies, signals, the timeline -----------------------------------------------------------


def test_the_timeline_does_not_say_which_change_of_a_hidden_entry_a_check_in_followed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[ItemClass.CHECK_IN])
    entry = world.medication(patient, prescriber)
    event = world.session.scalars(select(MedicationEvent).where(MedicationEvent.medication_id == entry.id)).one()
    asked: dict[str, Any] = {"cause": CheckInCause.DOSE_CHANGE, "cause_event_id": event.id, "due_on": date(2026, 2, 15)}
    world.check_in(patient, prescriber, entry, **asked)
    (point,) = timeline(world, therapist, patient)
    assert (point["medication"], point["check_in"]["cause"], point["check_in"]["due_on"]) == (None, None, None)
    assert point["check_in"]["outcome"] == "continue"
    mine = next(one for one in timeline(world, patient, patient) if one["check_in"])
    assert (mine["check_in"]["cause"], mine["check_in"]["due_on"]) == ("dose_change", "2026-02-15")


def left(world: World, patient: Person, days: int) -> Person:
    """A prescriber who was in the team until so many days ago."""
    gone = world.prescriber("Gone Before")
    world.join(patient, gone, Role.PRESCRIBER, ended_at=world.now - timedelta(days=days))
    return gone


def overdue_in_both(world: World, who: Person, patient: Person) -> tuple[bool, bool]:
    """Whether a check-in is overdue by the signals, and by the list of what is due."""
    listed = [one for one in due(world, who, patient) if one["state"] == "overdue"]
    return OVERDUE in kinds(world, who, patient), bool(listed)


@pytest.mark.parametrize("hidden", ["of who left before the day", "before the data period", "nothing"])
def test_no_signal_calls_overdue_what_a_hidden_check_in_may_have_done(world: World, hidden: str) -> None:
    """A check-in may be done before the day on which it is due."""
    patient, therapist, prescriber = world.trio()
    gone = left(world, patient, 12) if hidden == "of who left before the day" else prescriber
    entry = started(world, patient, prescriber, days=18)
    begins: dict[str, Any] = {"data_from": ago(world, 10)} if hidden == "before the data period" else {}
    world.consent(patient, disclosers=[member(prescriber)], classes=[ItemClass.MEDICATION])
    world.consent(patient, disclosers=[member(prescriber)], classes=[ItemClass.CHECK_IN], **begins)
    event = world.session.scalars(select(MedicationEvent).where(MedicationEvent.medication_id == entry.id)).one()
    for day in (7, 14):
        asked: dict[str, Any] = {"cause": CheckInCause.START, "cause_event_id": event.id}
        asked["due_on"] = entry.date + timedelta(days=day)
        if hidden != "nothing":
            world.check_in(patient, gone, entry, date=ago(world, 13), **asked)
    assert overdue_in_both(world, patient, patient) == ((True, True) if hidden == "nothing" else (False, False))
    assert overdue_in_both(world, therapist, patient) == ((True, True) if hidden == "nothing" else (False, False))


def test_no_signal_says_that_a_supply_ends_to_which_hidden_fills_may_belong(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    gone = left(world, patient, 6)
    entry = started(world, patient, prescriber, days=8)
    world.supply(patient, gone, entry, date=ago(world, 8), days_supply=90)
    world.supply(patient, prescriber, entry, date=ago(world, 5), days_supply=7)
    classes = [ItemClass.MEDICATION, ItemClass.CHECK_IN]
    world.consent(patient, disclosers=[member(prescriber)], classes=classes)
    assert SHORT not in kinds(world, patient, patient)
    assert SHORT not in kinds(world, therapist, patient)


def test_the_log_names_an_entry_of_which_only_the_check_of_medications_tells(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = started(world, patient, prescriber, days=400, drug="Zzyxomab")
    world.consent(patient, disclosers=[member(prescriber)], classes=[ItemClass.MEDICATION])
    told = world.client(therapist).get(f"{patient.record}/signals").json
    assert "Zzyxomab" in told["medications_checked"]
    world.session.rollback()
    named = select(AccessEvent.act, AccessEventItem.item_id).join(
        AccessEvent, AccessEvent.id == AccessEventItem.event_id
    )
    shown = world.session.execute(named.where(AccessEvent.actor_id == therapist.user_id)).all()
    assert ("read-signals", entry.id) in [tuple(row) for row in shown]


def test_an_emergency_adds_nothing_to_the_caseload_that_its_record_does_not_hold(world: World) -> None:
    patient, _, prescriber = world.trio()
    form = world.measure(patient, patient, flagged=True, date=ago(world, 1))
    before = world.client(prescriber).get("patients").json["items"][0]["signals"]
    opened(world, prescriber, patient, classes=["measure"])
    listed = world.client(prescriber).get("patients?sort=signals").json["items"][0]["signals"]
    assert listed == before
    assert world.session.scalars(select(AccessEventItem).where(AccessEventItem.item_id == form.id)).first() is None
    assert kinds(world, prescriber, patient) == ["safety_flag"]
    world.session.rollback()
    assert world.session.scalars(select(AccessEventItem).where(AccessEventItem.item_id == form.id)).first() is not None


def test_a_hidden_flag_moves_nobody_up_in_a_caseload_sorted_by_signals(world: World) -> None:
    trio, _, prescriber = world.trio()
    others = [world.patient(f"Person {n}") for n in range(3)]
    for other in others:
        world.join(other, prescriber, Role.PRESCRIBER)
    shared(world, others[1])
    world.measure(others[1], others[1], flagged=True, date=ago(world, 1))
    asked = ("patients?sort=signals", "patients?sort=signals&limit=2", "patients")
    before = [world.client(prescriber).get(address).data for address in asked]
    for hidden in (trio, others[0], others[2]):
        world.measure(hidden, hidden, flagged=True, date=ago(world, 1))
        world.side_effect(hidden, hidden)
    world.measure(others[1], others[1], date=ago(world, 0), labels=frozenset({Label.HIV}))
    assert [world.client(prescriber).get(address).data for address in asked] == before
