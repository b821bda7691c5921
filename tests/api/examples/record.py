"""Notes, medications, allergies, conditions, labels and imports, each asked for once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from careteam.models import MedicationEvent
from careteam.policy.vocabulary import Label, MedicationSource, NoteStatus
from tests.api.examples.stage import Ask, Stage, asks
from tests.labels.acts import waiting_entry

NOTE = {"kind": "progress_note", "title": "First session", "body": "Worries at night.", "date": "2026-03-02"}
ERROR = {"reason": "Written into the wrong record."}


def note(stage: Stage, **values: Any) -> dict[str, Any]:
    """A note of Tess's."""
    return {**stage.record, "note_id": stage.world.note(stage.maya, stage.tess, **values).id}


def draft(stage: Stage) -> dict[str, Any]:
    """A note of Tess's that is not signed."""
    return note(stage, status=NoteStatus.DRAFT, signed_at=None)


def entry(stage: Stage, **values: Any) -> dict[str, Any]:
    """A medication that Paul prescribes."""
    return {**stage.record, "medication_id": stage.world.medication(stage.maya, stage.paul, **values).id}


@asks("list_notes")
def _list_notes(stage: Stage) -> Ask:
    note(stage)
    stage.world.consent(stage.maya)
    return Ask(stage.paul, stage.record, query={"limit": 10, "from_date": "2026-01-01"})


@asks("draft_note")
def _draft_note(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, NOTE)


@asks("read_note")
def _read_note(stage: Stage) -> Ask:
    stage.world.consent(stage.maya)
    return Ask(stage.paul, note(stage))


@asks("edit_note")
def _edit_note(stage: Stage) -> Ask:
    return Ask(stage.tess, draft(stage), {"body": "Worries in the evening."}, version=1)


@asks("sign_note")
def _sign_note(stage: Stage) -> Ask:
    return Ask(stage.tess, draft(stage), version=1)


@asks("add_addendum")
def _add_addendum(stage: Stage) -> Ask:
    return Ask(stage.tess, note(stage), {"body": "Called on Friday: sleeps better."}, version=1)


@asks("enter_note_in_error")
def _enter_note_in_error(stage: Stage) -> Ask:
    return Ask(stage.tess, note(stage), ERROR, version=1)


@asks("list_medications")
def _list_medications(stage: Stage) -> Ask:
    entry(stage)
    stage.world.consent(stage.maya)
    return Ask(stage.tess, stage.record, query={"status": "active"})


@asks("start_medication")
def _start_medication(stage: Stage) -> Ask:
    dose = {"dose_value": 50, "dose_unit": "mg", "timing": "in the morning"}
    return Ask(stage.paul, stage.record, {"drug_name": "Sertraline", "started_on": "2026-02-01", **dose})


@asks("read_medication")
def _read_medication(stage: Stage) -> Ask:
    stage.world.consent(stage.maya)
    return Ask(stage.tess, entry(stage))


@asks("change_medication")
def _change_medication(stage: Stage) -> Ask:
    body = {"kind": "dose_change", "effective_on": "2026-03-02", "dose_value": 75, "dose_unit": "mg"}
    return Ask(stage.paul, entry(stage), {**body, "reason": "Still low after four weeks."}, version=1)


@asks("withdraw_medication_change")
def _withdraw_medication_change(stage: Stage) -> Ask:
    path = entry(stage)
    day = (stage.world.now + timedelta(days=20)).date()
    stage.do(
        stage.paul,
        "POST",
        f"{stage.maya.record}/medications/{path['medication_id']}/events",
        {"kind": "stop", "effective_on": str(day)},
        version=1,
    )
    newest = select(MedicationEvent.id).order_by(MedicationEvent.position.desc()).limit(1)
    event_id = stage.world.session.scalars(newest).one()
    stage.world.session.rollback()
    return Ask(stage.paul, {**path, "event_id": event_id}, version=2)


@asks("enter_medication_in_error")
def _enter_medication_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, entry(stage), ERROR, version=1)


@asks("review_medications")
def _review_medications(stage: Stage) -> Ask:
    entry(stage)
    return Ask(stage.paul, stage.record)


def reviewed(stage: Stage) -> dict[str, Any]:
    """A review of Paul's, of a list with one entry."""
    entry(stage)
    made = stage.do(stage.paul, "POST", f"{stage.maya.record}/medication-reviews").json
    return {**stage.record, "review_id": made["id"]}


@asks("list_medication_reviews")
@asks("read_medication_review")
def _read_medication_review(stage: Stage) -> Ask:
    return Ask(stage.maya, reviewed(stage))


def differing(stage: Stage, drug: str = "Sertraline") -> list[dict[str, Any]]:
    """The entries of one difference: what Paul prescribes, and what Maya takes."""
    stage.world.consent(stage.maya, disclosers=["team", "patient"])
    taken = stage.world.medication(stage.maya, stage.maya, drug=drug, dose=25, source=MedicationSource.PATIENT)
    prescribed = stage.world.medication(stage.maya, stage.paul, drug=drug)
    return [{"id": str(prescribed.id), "version": 1}, {"id": str(taken.id), "version": 1}]


def decisions(stage: Stage, drug: str = "Sertraline") -> dict[str, Any]:
    """What Paul signs about it."""
    decided = {
        "entries": differing(stage, drug),
        "decision": "accept_prescribed",
        "text": "50 mg is right; told at the visit.",
    }
    return {"typed_name": stage.paul.name, "decisions": [decided]}


def reconciled(stage: Stage, drug: str = "Sertraline") -> dict[str, Any]:
    """A reconciliation of Paul's."""
    made = stage.do(stage.paul, "POST", f"{stage.maya.record}/medication-reconciliations", decisions(stage, drug))
    return {**stage.record, "reconciliation_id": made.json["id"]}


@asks("read_medication_pairs")
def _read_medication_pairs(stage: Stage) -> Ask:
    differing(stage)
    return Ask(stage.paul, stage.record)


@asks("list_reconciliations")
def _list_reconciliations(stage: Stage) -> Ask:
    reconciled(stage)
    return Ask(stage.paul, stage.record)


@asks("reconcile_medications")
def _reconcile_medications(stage: Stage) -> Ask:
    return Ask(stage.paul, stage.record, decisions(stage))


@asks("read_reconciliation")
def _read_reconciliation(stage: Stage) -> Ask:
    return Ask(stage.paul, reconciled(stage))


@asks("enter_reconciliation_in_error")
def _enter_reconciliation_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, reconciled(stage), ERROR, version=1)


ALLERGY = {
    "substance": "Penicillin V",
    "category": ["medication"],
    "criticality": "high",
    "onset": "2009",
    "reactions": [{"manifestation": "Hives", "severity": "moderate"}],
}


def allergy(stage: Stage) -> dict[str, Any]:
    """An allergy that Tess recorded."""
    made = stage.do(stage.tess, "POST", f"{stage.maya.record}/allergies", ALLERGY).json
    return {**stage.record, "allergy_id": made["id"]}


@asks("list_allergies")
def _list_allergies(stage: Stage) -> Ask:
    allergy(stage)
    return Ask(stage.tess, stage.record)


@asks("record_allergy")
def _record_allergy(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, ALLERGY)


@asks("state_no_known_allergies")
def _state_no_known_allergies(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, {"covers": "everything"})


@asks("read_allergy")
def _read_allergy(stage: Stage) -> Ask:
    return Ask(stage.tess, allergy(stage))


@asks("change_allergy")
def _change_allergy(stage: Stage) -> Ask:
    return Ask(stage.tess, allergy(stage), {"criticality": "low", "reason": "Told at the visit today."}, version=1)


@asks("enter_allergy_in_error")
def _enter_allergy_in_error(stage: Stage) -> Ask:
    return Ask(stage.tess, allergy(stage), ERROR, version=1)


CONDITION = {"name": "Generalized anxiety disorder", "clinical_status": "active", "onset": "2019-04"}


def condition(stage: Stage) -> dict[str, Any]:
    """A condition that Tess recorded."""
    made = stage.do(stage.tess, "POST", f"{stage.maya.record}/conditions", CONDITION).json
    return {**stage.record, "condition_id": made["id"]}


@asks("list_conditions")
def _list_conditions(stage: Stage) -> Ask:
    condition(stage)
    return Ask(stage.tess, stage.record)


@asks("record_condition")
def _record_condition(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, CONDITION)


@asks("read_condition")
def _read_condition(stage: Stage) -> Ask:
    return Ask(stage.tess, condition(stage))


@asks("change_condition")
def _change_condition(stage: Stage) -> Ask:
    body = {"clinical_status": "remission", "reason": "No symptoms for three months."}
    return Ask(stage.tess, condition(stage), body, version=1)


@asks("enter_condition_in_error")
def _enter_condition_in_error(stage: Stage) -> Ask:
    return Ask(stage.tess, condition(stage), ERROR, version=1)


def labelled(stage: Stage, *labels: Label, part2: bool = False) -> dict[str, Any]:
    """A note of Tess's with these labels, as an item."""
    made = stage.world.note(stage.maya, stage.tess, labels=frozenset(labels), part2=part2)
    return {**stage.record, "item_id": made.id, "label": "substance_use"}


@asks("read_labels")
def _read_labels(stage: Stage) -> Ask:
    return Ask(stage.tess, labelled(stage, Label.HIV))


@asks("add_label")
def _add_label(stage: Stage) -> Ask:
    return Ask(stage.tess, labelled(stage, Label.HIV), version=1)


@asks("state_part2")
def _state_part2(stage: Stage) -> Ask:
    return Ask(stage.tess, labelled(stage, Label.SUBSTANCE_USE), version=1)


@asks("remove_label")
def _remove_label(stage: Stage) -> Ask:
    return Ask(stage.tess, labelled(stage, Label.SUBSTANCE_USE), {"reason": "Mixed up."}, version=1)


@asks("deny_part2")
def _deny_part2(stage: Stage) -> Ask:
    return Ask(stage.tess, labelled(stage, Label.SUBSTANCE_USE, part2=True), {"reason": "Not from one."}, version=1)


def waiting(stage: Stage) -> dict[str, Any]:
    """An imported entry that waits for Paul."""
    made = waiting_entry(stage.world, stage.maya, stage.paul, "Naltrexone", tagged=[Label.SUBSTANCE_USE])
    return {**stage.record, "item_id": made.id}


@asks("review_labels")
def _review_labels(stage: Stage) -> Ask:
    return Ask(stage.paul, waiting(stage), {"labels": ["substance_use"]}, version=1)


@asks("read_label_review")
def _read_label_review(stage: Stage) -> Ask:
    return Ask(stage.paul, waiting(stage))


@asks("list_label_reviews")
def _list_label_reviews(stage: Stage) -> Ask:
    waiting(stage)
    return Ask(stage.paul, stage.record, query={"suggested": "substance_use"})


@asks("review_many_labels")
def _review_many_labels(stage: Stage) -> Ask:
    one = {"item_id": str(waiting(stage)["item_id"]), "version": 1, "as_suggested": True}
    return Ask(stage.paul, stage.record, {"reviews": [one]})


@asks("list_records_to_review")
def _list_records_to_review(stage: Stage) -> Ask:
    waiting(stage)
    return Ask(stage.paul)


@asks("import_bundle")
def _import_bundle(stage: Stage) -> Ask:
    patient = {"resourceType": "Patient", "id": "p1", "name": [{"text": "Maya Ellison"}], "birthDate": "1990-05-17"}
    statement = {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "Sertraline"},
        "effectivePeriod": {"start": "2026-02-01"},
    }
    entries = [{"resource": patient}, {"resource": statement}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    members = {"therapist_id": stage.tess.user_id, "prescriber_id": stage.paul.user_id}
    return Ask(stage.tess, {}, bundle, {**members, "patient_id": stage.maya.patient_id})
