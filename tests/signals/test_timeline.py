"""The timeline as its readers find it: one axis, newest first, only what each may read."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccessEventItem
from careteam.policy.vocabulary import ItemClass, MedicationChange
from tests.signals.acts import HIDDEN, shared, step, ten_years, timeline
from tests.world import World

START = date(2026, 2, 1)


def test_a_dose_step_says_what_the_dose_was_and_became(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber, on=START, dose=50)
    step(world, entry, MedicationChange.DOSE_CHANGE, date(2026, 3, 1), prescriber, dose_value=100, dose_unit="mg")
    assert timeline(world, therapist, patient) == []
    shared(world, patient)
    raised, started = timeline(world, therapist, patient)
    assert (started["dose_step"]["from_dose"], started["dose_step"]["to_dose"]["value"]) == (None, 50)
    assert (raised["dose_step"]["from_dose"]["value"], raised["dose_step"]["to_dose"]["value"]) == (50, 100)
    assert raised["medication"] == {"id": str(entry.id), "drug_name": "Sertraline"}


def test_what_a_stop_ended_and_what_was_withdrawn_is_no_step(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, day = world.medication(patient, prescriber, on=START), timedelta(days=1)
    step(world, entry, MedicationChange.STOP, START + 9 * day, prescriber)
    step(world, entry, MedicationChange.HOLD, START + 20 * day, prescriber, position=3)
    step(world, entry, MedicationChange.CONFIRM, START + 5 * day, prescriber, position=4)
    values = {"position": 5, "withdrawn_at": world.now, "withdrawn_by": prescriber.user_id}
    step(world, entry, MedicationChange.HOLD, START + 4 * day, prescriber, **values)
    assert [p["dose_step"]["step"] for p in timeline(world, patient, patient)] == ["stop", "start"]


def test_a_withdrawn_stop_ended_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, day = world.medication(patient, prescriber, on=START), timedelta(days=1)
    values = {"withdrawn_at": world.now, "withdrawn_by": prescriber.user_id}
    step(world, entry, MedicationChange.STOP, START + day, prescriber, **values)
    step(world, entry, MedicationChange.HOLD, START + 2 * day, prescriber, position=3)
    assert [p["dose_step"]["step"] for p in timeline(world, patient, patient)] == ["hold", "start"]


def test_a_switch_to_a_hidden_entry_reads_as_a_stop(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    entry = world.medication(patient, prescriber, on=START)
    target = world.medication(patient, prescriber, drug="Lamivudine", on=START, labels=HIDDEN)
    step(world, entry, MedicationChange.SWITCH, START + timedelta(days=3), prescriber, switched_to_id=target.id)
    seen = {who: timeline(world, who, patient)[0]["dose_step"] for who in (therapist, patient)}
    assert (seen[therapist]["step"], seen[therapist]["switched_to"]) == ("stop", None)
    assert (seen[patient]["step"], seen[patient]["switched_to"]["drug_name"]) == ("switch", "Lamivudine")


def test_items_name_their_medication_only_where_it_may_be_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["team", "patient"], classes=[ItemClass.SIDE_EFFECT, ItemClass.CHECK_IN])
    entry = world.medication(patient, prescriber)
    world.side_effect(patient, patient, medication_id=entry.id)
    world.check_in(patient, prescriber, entry)
    points = timeline(world, therapist, patient)
    assert {(p["kind"], p["medication"] is None) for p in points} == {("check_in", True), ("side_effect", True)}
    assert timeline(world, therapist, patient, f"?medication_id={entry.id}") == []
    assert len(timeline(world, patient, patient, f"?medication_id={entry.id}")) == 3


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", ["score", "side_effect", "dose_step"]),
        ("?kinds=score,dose_step", ["score", "dose_step"]),
        ("?from=2026-02-03", ["score", "side_effect"]),
        ("?from=2026-02-03&through=2026-02-03", ["side_effect"]),
    ],
)
def test_kinds_and_days_choose(world: World, query: str, kinds: list[str]) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, on=START)
    world.side_effect(patient, patient, date=date(2026, 2, 3))
    world.measure(patient, patient, date=date(2026, 2, 5))
    assert [p["kind"] for p in timeline(world, patient, patient, query)] == kinds


def test_an_unknown_kind_and_another_patients_cursor_are_refused(world: World) -> None:
    patient, _, _ = world.trio()
    other = world.patient("Noor Other")
    for _ in range(2):
        world.measure(patient, patient)
    cursor = world.client(patient).get(f"{patient.record}/timeline?limit=1").json["next"]
    assert world.client(other).get(f"{other.record}/timeline?cursor={cursor}").status_code == 422
    assert world.client(patient).get(f"{patient.record}/timeline?kinds=mood").status_code == 422


def test_pages_of_ten_years_hold_every_point_once_in_order(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    ten_years(world, patient, prescriber, therapist)
    pages = timeline(world, patient, patient, "?limit=97")
    assert len({p["id"] for p in pages}) == len(pages) == 520 + 33
    assert [(p["on"], p["id"]) for p in pages] == sorted(((p["on"], p["id"]) for p in pages), reverse=True)


def test_every_item_shown_is_logged(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    entry = world.medication(patient, prescriber)
    report = world.side_effect(patient, patient, medication_id=entry.id)
    timeline(world, therapist, patient, "?kinds=side_effect")
    event = world.session.scalars(select(AccessEvent).where(AccessEvent.act == "read-timeline")).one()
    rows = select(AccessEventItem.item_id).where(AccessEventItem.event_id == event.id)
    assert set(world.session.scalars(rows)) == {entry.id, report.id}
