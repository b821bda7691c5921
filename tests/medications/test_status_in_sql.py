"""The status filter in SQL says what the fold says, whatever the events."""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careteam.models import MedicationEvent
from careteam.models.types import new_id
from careteam.policy.vocabulary import MedicationChange, MedicationStatus, Role
from tests.medications.acts import ago, listed
from tests.world import LONG_AGO, Person, World

EVENT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([k for k in MedicationChange if k is not MedicationChange.START]),
        "days_ago": st.integers(-3, 3),
        "mine": st.booleans(),
        "withdrawn": st.sampled_from(["no", "no", "by me", "by another"]),
    }
)
ENTRY = st.fixed_dictionaries(
    {
        "started": st.integers(-2, 3),
        "in_error": st.sampled_from([False] * 5 + [True]),
        "events": st.lists(EVENT, max_size=6),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRY, min_size=1, max_size=12), former=st.booleans())
def test_the_filter_and_the_fold_agree(world: World, entries: list[dict[str, Any]], former: bool) -> None:
    name = str(new_id())
    patient, prescriber = world.patient(f"Patient {name}"), world.prescriber(f"Paul {name}")
    world.join(patient, prescriber, Role.PRESCRIBER, **({"ended_at": LONG_AGO} if former else {}))
    for said in entries:
        _write(world, patient, prescriber, said)
    client = world.client(prescriber)
    whole = {e["id"]: e["status"] for e in listed(client, patient, "?limit=100")}
    assert len(whole) == len(entries)
    for status in MedicationStatus:
        found = {e["id"] for e in listed(client, patient, f"?limit=100&status={status}")}
        assert found == {i for i, folded in whole.items() if folded == status}


def _write(world: World, patient: Person, prescriber: Person, said: dict[str, Any]) -> None:
    error: dict[str, Any] = {"error_at": world.now} if said["in_error"] else {}
    entry = world.medication(patient, prescriber, on=_day(world, said["started"]), **error)
    rows = []
    for position, event in enumerate(said["events"], start=2):
        gone = event["withdrawn"] != "no"
        by = prescriber if event["withdrawn"] == "by me" else patient
        rows.append(
            MedicationEvent(
                medication_id=entry.id,
                position=position,
                kind=event["kind"],
                effective_on=_day(world, event["days_ago"]),
                author_id=(prescriber if event["mine"] else patient).user_id,
                created_at=world.now,
                withdrawn_at=world.now if gone else None,
                withdrawn_by=by.user_id if gone else None,
            )
        )
    world.add(*rows)


def _day(world: World, days_ago: int) -> date:
    return ago(world, days_ago)
