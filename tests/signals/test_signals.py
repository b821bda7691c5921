"""Signals as their readers find them: before consent, with it, and after it is revoked; and never of what is hidden."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from careteam.models import AccessEvent, AccessEventItem, MedicationEvent, Patient
from careteam.policy.treatment_words import AnswerOutcome, SignalKind
from careteam.policy.vocabulary import ItemClass, MedicationChange, MedicationSource, Role
from tests.consent.acts import revoked
from tests.queries import statements
from tests.signals.acts import HIDDEN, kinds, shared, signals, step, ten_years, timeline
from tests.treatment.managing import HOME
from tests.world import Person, World

EFFECT, SCORE_WORSE = "side_effect_unanswered", "score_worse"


def ago(world: World, days: int) -> date:
    return world.now.astimezone(HOME).date() - timedelta(days=days)


def worse(world: World, patient: Person, prescriber: Person) -> None:
    """A dose was raised a month ago, long recorded and confirmed, and the score rose by six since."""
    entry = world.medication(patient, prescriber, on=ago(world, 400))
    step(world, entry, MedicationChange.DOSE_CHANGE, ago(world, 30), prescriber, dose_value=75, dose_unit="mg")
    world.session.execute(update(MedicationEvent).values(created_at=world.now))
    world.session.commit()
    world.measure(patient, patient, score=8, date=ago(world, 31))
    world.measure(patient, patient, score=14, date=ago(world, 2))


def test_a_side_effect_waits_until_an_answer_is_there_to_be_seen(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    report = world.side_effect(patient, patient)
    assert kinds(world, patient, patient) == [EFFECT]
    assert kinds(world, prescriber, patient) == kinds(world, therapist, patient) == []
    consent = shared(world, patient)
    (told,) = signals(world, prescriber, patient)
    assert (told["kind"], told["items"], told["next"]["operation"]) == (EFFECT, [str(report.id)], "answer_side_effect")
    assert told["what"].endswith("no answer that you can see.")
    (also,) = signals(world, therapist, patient)
    assert also["next"]["operation"] == "read_side_effect"
    world.answer(prescriber, report, outcome=AnswerOutcome.MANAGE)
    assert [kinds(world, who, patient) for who in (patient, therapist, prescriber)] == [[], [], []]
    revoked(world, patient, consent)
    assert kinds(world, therapist, patient) == []


def test_nobody_is_told_of_a_missing_answer_who_could_not_see_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.side_effect(patient, patient)
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.SIDE_EFFECT])
    assert kinds(world, therapist, patient) == []
    assert kinds(world, prescriber, patient) == [EFFECT]


def test_a_worse_score_needs_the_scores_and_the_dose_change(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    worse(world, patient, prescriber)
    assert SCORE_WORSE in kinds(world, patient, patient)
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.MEASURE])
    assert SCORE_WORSE not in kinds(world, therapist, patient)
    assert SCORE_WORSE in kinds(world, prescriber, patient)
    world.consent(patient, classes=[ItemClass.MEDICATION])
    told = next(one for one in signals(world, therapist, patient) if one["kind"] == SCORE_WORSE)
    assert "PHQ-9 is worse by 6" in told["what"]


def test_a_flag_stands_until_a_later_form_is_without_one(world: World) -> None:
    patient, therapist, _ = world.trio()
    shared(world, patient)
    world.measure(patient, patient, flagged=True, date=ago(world, 3))
    assert kinds(world, therapist, patient) == ["safety_flag"]
    world.measure(patient, patient, date=ago(world, 2))
    assert kinds(world, therapist, patient) == []


def test_what_others_change_is_news_and_what_one_changes_oneself_is_not(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient, classes=[ItemClass.MEDICATION])
    world.medication(patient, prescriber, on=world.now.astimezone(HOME).date())
    changed = SignalKind.MEDICATION_CHANGED
    assert changed in kinds(world, therapist, patient)
    assert changed in kinds(world, patient, patient)
    assert changed not in kinds(world, prescriber, patient)


def test_a_check_in_is_overdue_where_its_prescriber_shares_check_ins(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber, on=ago(world, 10))
    world.session.execute(update(MedicationEvent).values(created_at=world.now - timedelta(days=10)))
    world.session.commit()
    overdue = SignalKind.CHECK_IN_OVERDUE
    world.consent(patient, classes=[ItemClass.MEDICATION])
    assert overdue in kinds(world, prescriber, patient)
    assert overdue in kinds(world, patient, patient)
    assert overdue not in kinds(world, therapist, patient)
    world.consent(patient, classes=[ItemClass.CHECK_IN])
    assert overdue in kinds(world, therapist, patient)


def test_a_supply_that_ends_before_the_next_check_in_is_told(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber, on=world.now.astimezone(HOME).date())
    world.supply(patient, prescriber, entry, days_supply=3, date=world.now.astimezone(HOME).date())
    told = [one for one in signals(world, prescriber, patient) if one["kind"] == "refill_before_check_in"]
    assert [one["next"]["operation"] for one in told] == ["record_supply"]


def test_what_is_taken_unprescribed_is_said_where_prescribers_share(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, patient, drug="Ibuprofen", source=MedicationSource.PATIENT)
    taken = SignalKind.TAKEN_WITHOUT_PRESCRIPTION
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.MEDICATION])
    assert taken not in kinds(world, therapist, patient)
    assert taken in kinds(world, prescriber, patient)
    assert taken in kinds(world, patient, patient)
    world.consent(patient, classes=[ItemClass.MEDICATION])
    assert taken in kinds(world, therapist, patient)


def test_what_is_kept_private_is_told_to_the_patient_alone(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Sertraline")
    world.medication(patient, patient, drug="Phenelzine", source=MedicationSource.PATIENT)
    assert SignalKind.KEPT_PRIVATE in kinds(world, patient, patient)
    assert SignalKind.INTERACTION in kinds(world, patient, patient)
    assert not {SignalKind.KEPT_PRIVATE, SignalKind.INTERACTION} & set(kinds(world, prescriber, patient))


def test_a_consent_that_ends_is_told_unless_it_is_renewed(world: World) -> None:
    patient, therapist, _ = world.trio()
    soon = world.now + timedelta(days=20)
    one = world.consent(patient, recipients=["role:therapist"], valid_until=soon)
    (told,) = signals(world, therapist, patient)
    assert (told["kind"], told["consent_id"]) == ("consent_ends", str(one.id))
    assert kinds(world, patient, patient) == ["consent_ends"]
    one.superseded_at = soon - timedelta(days=1)
    world.add(one)
    world.consent(patient, recipients=["role:therapist"], valid_from=soon - timedelta(days=1))
    assert kinds(world, therapist, patient) == kinds(world, patient, patient) == []


def hide(world: World, patient: Person, prescriber: Person) -> None:
    """More of every kind, with a label that no consent opens."""
    entry = world.medication(patient, prescriber, drug="Lamivudine", labels=HIDDEN, on=ago(world, 40))
    report = world.side_effect(patient, patient, labels=HIDDEN, medication_id=entry.id)
    world.answer(prescriber, report, outcome=AnswerOutcome.WATCH)
    world.side_effect(patient, patient, labels=HIDDEN)
    world.measure(patient, patient, score=27, flagged=True, labels=HIDDEN, date=ago(world, 1))
    world.check_in(patient, prescriber, entry, labels=HIDDEN, due_on=ago(world, 33), date=ago(world, 33))
    world.supply(patient, prescriber, entry, labels=HIDDEN, days_supply=1, date=ago(world, 5))
    world.medication(patient, patient, drug="Phenelzine", source=MedicationSource.PATIENT, labels=HIDDEN)


def test_worlds_that_differ_in_what_is_hidden_give_the_same_bytes(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    worse(world, patient, prescriber)
    world.side_effect(patient, patient)
    client = world.client(therapist)
    asked = [f"{patient.record}/signals", f"{patient.record}/timeline?limit=2", "patients", "patients?sort=signals"]
    before = [client.get(address).data for address in asked]
    hide(world, patient, prescriber)
    assert [client.get(address).data for address in asked] == before
    assert len(kinds(world, patient, patient)) > len(kinds(world, therapist, patient))


def test_nothing_is_due_of_somebody_who_died(world: World) -> None:
    patient, _, prescriber = world.trio()
    worse(world, patient, prescriber)
    world.side_effect(patient, patient)
    shared(world, patient)
    world.session.execute(update(Patient).values(death_date=ago(world, 1)))
    world.session.commit()
    assert kinds(world, prescriber, patient) == []
    (row,) = world.client(prescriber).get("patients").json["items"]
    assert row["signals"] == {"most_urgent": None, "counts": []}


def test_former_members_have_no_signals_and_their_own_steps_alone(world: World) -> None:
    patient, _, prescriber = world.trio()
    former = world.prescriber("Fay Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now)
    shared(world, patient)
    entry = world.medication(patient, former, on=ago(world, 50))
    step(world, entry, MedicationChange.STOP, ago(world, 1), prescriber)
    world.side_effect(patient, patient)
    assert kinds(world, former, patient) == []
    assert [p["dose_step"]["step"] for p in timeline(world, former, patient)] == ["start"]
    assert world.client(former).get("patients?state=former").json["items"][0]["signals"] is None


def test_strangers_find_no_record(world: World) -> None:
    patient, _, _ = world.trio()
    client = world.client(world.therapist("Stella Stranger"))
    nobody = client.get(f"/api/v1/patients/{world.user('x').user_id}/signals")
    for path in ("signals", "timeline"):
        answer = client.get(f"{patient.record}/{path}")
        assert (answer.status_code, answer.json["title"]) == (404, nobody.json["title"])


def test_every_item_that_a_signal_rests_on_is_logged(world: World) -> None:
    patient, _, prescriber = world.trio()
    shared(world, patient)
    worse(world, patient, prescriber)
    told = {item for one in signals(world, prescriber, patient) for item in one["items"]}
    event = world.session.scalars(select(AccessEvent).where(AccessEvent.act == "read-signals")).one()
    rows = select(AccessEventItem.item_id).where(AccessEventItem.event_id == event.id)
    assert told
    assert {str(i) for i in world.session.scalars(rows)} == told


def test_the_caseload_counts_them_and_puts_the_most_urgent_first(world: World) -> None:
    therapist, found = world.therapist(), {}
    for name in ("Ann", "Bea", "Cal", "Dot"):
        found[name] = world.patient(name)
        world.join(found[name], therapist, Role.THERAPIST)
        shared(world, found[name])
    world.measure(found["Cal"], found["Cal"], flagged=True)
    for name in ("Bea", "Dot", "Dot"):
        world.side_effect(found[name], found[name])
    client, names = world.client(therapist), []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get(f"patients?sort=signals&limit=1&cursor={cursor}")
        names += [row["name"] for row in answer.json["items"]]
        cursor = answer.json["next"]
    assert names == ["Cal", "Dot", "Bea", "Ann"]
    rows = {row["name"]: row["signals"] for row in client.get("patients").json["items"]}
    assert rows["Dot"] == {"most_urgent": EFFECT, "counts": [{"kind": EFFECT, "count": 2}]}
    assert client.get("patients?sort=signals&cursor=abc").status_code == 422


PATHS = {"signals": 20, "timeline": 13, "shared-record": 17, "patients": 23, "patients?sort=signals": 23}


@pytest.mark.parametrize("history", [False, True])
def test_ten_years_of_history_cost_no_more_statements(world: World, history: bool) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    worse(world, patient, prescriber)
    world.medication(patient, patient, source=MedicationSource.PATIENT)
    world.measure(patient, patient)
    world.note(patient, therapist)
    if history:
        ten_years(world, patient, prescriber, therapist)
    found: dict[str, Any] = {}
    for path in PATHS:
        address = path if path.startswith("patients") else f"{patient.record}/{path}"
        with statements(world.app) as sent:
            assert world.client(therapist).get(address).status_code == 200
        found[path] = len(sent)
    assert found == PATHS
