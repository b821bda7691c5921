"""A reconciliation exists only for those who may read every entry of one of its decisions: previews count by that."""

from typing import Any
from uuid import UUID

from careteam.models import DecidedEntry, DifferenceDecision, Medication, Reconciliation
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, PairState, ReconciliationDecision
from tests.previews.acts import at_once, preview, reader
from tests.world import Person, World

MEDICATIONS: dict[str, Any] = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["medication"]}


def reconciled(world: World, patient: Person, prescriber: Person, entry: Medication) -> UUID:
    """Let the prescriber have decided about one entry."""
    made, decided = new_id(), new_id()
    whose: dict[str, Any] = {"author_id": prescriber.user_id, "holder_id": prescriber.user_id}
    when = {"date": world.now.date(), "created_at": world.now, "updated_at": world.now, "signed_at": world.now}
    row = Reconciliation(
        id=made,
        patient_id=patient.patient_id,
        item_class=ItemClass.MEDICATION,
        signature_name=prescriber.name,
        **whose,
        **when,
    )
    what = {"state": PairState.ONLY_PRESCRIBED, "decision": ReconciliationDecision.ACCEPT_PRESCRIBED}
    world.add(
        row,
        DifferenceDecision(id=decided, reconciliation_id=made, position=1, **what),
        DecidedEntry(decision_id=decided, medication_id=entry.id, version=1, changes=1),
    )
    return made


def test_it_is_gained_with_the_entries_that_it_is_about(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    made = reconciled(world, patient, prescriber, entry)
    said = reader(preview(world, patient, "consents", MEDICATIONS), therapist)
    assert at_once(said)[0] == {str(entry.id), str(made)}
    named = {item["id"]: item["about"] for item in said["changes"][0]["gained"]["items"]}
    assert named == {str(entry.id): "Sertraline", str(made): "Reconciliation of the medication list"}


def test_it_is_not_gained_where_its_entries_are_left_out(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    reconciled(world, patient, prescriber, entry)
    other = world.medication(patient, prescriber, drug="Lithium carbonate")
    document = {**MEDICATIONS, "exceptions": {"items": [str(entry.id)], "holders": []}}
    assert at_once(reader(preview(world, patient, "consents", document), therapist))[0] == {str(other.id)}


def test_it_is_lost_with_an_entry_that_a_restriction_keeps_back(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    made = reconciled(world, patient, prescriber, entry)
    world.consent(patient, classes=[ItemClass.MEDICATION])
    said = reader(preview(world, patient, "restrictions", {"against": "anyone", "item_id": str(entry.id)}), therapist)
    assert at_once(said)[1] == {str(entry.id), str(made)}
