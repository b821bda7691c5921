"""What the tables of drugs know: search while typing, and reminders about one record."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint
from careteam.api.schemas.medication_reminders import DrugQuery, DrugsFound, MedicationReminders
from careteam.context import actor, now, session
from careteam.services.medications import drug_search, medication_reminders

blp = blueprint("medication_reminders", "Drugs by name, and what our tables say of a medication list.")


@blp.route("/drugs")
@blp.arguments(DrugQuery, location="query")
@blp.response(200, DrugsFound)
def search_drugs(query: dict[str, Any]) -> Response:
    """Search drugs while typing: names, brands and synonyms by their beginnings. Any other drug is accepted as text."""
    return answer(drug_search.search(query["q"], limit=query["limit"]))


@blp.route("/patients/<uuid:patient_id>/medication-reminders")
@blp.response(200, MedicationReminders)
def read_medication_reminders(patient_id: UUID) -> Response:
    """Read interactions and duplicates among the current entries that you may read. A reminder, never a refusal."""
    return answer(medication_reminders.read(session(), actor(), patient_id, at=now()))
