"""A record from elsewhere: the file, and what becomes of it. The file is ours and invented, like everybody in it."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from careteam.demo.cast import CAST
from careteam.demo.days import ZONE
from careteam.demo.stage import Stage
from careteam.services import importing
from careteam.services.labels import label_confirming, label_reviews

WHOSE = "Patient/nora"
DOCTOR = {"reference": "Practitioner/doctor"}


def family_doctors_file(day: date) -> bytes:
    """Return, as a FHIR R4 bundle, what Nora's family doctor has of the years before this day.

    Names only and no codes: what is suggested is suggested by the names of the drugs.
    """
    patient = CAST["nora"]
    first, _, last = patient.name.partition(" ")
    entries = (
        {
            "resourceType": "Patient",
            "id": "nora",
            "name": [{"given": [first], "family": last}],
            "birthDate": str(patient.birth_date),
        },
        {"resourceType": "Practitioner", "id": "doctor", "name": [{"text": "Dr. Ruth Calloway"}]},
        _prescription("hay-fever", "Cetirizine", day.year - 3),
        _prescription("injection", "Medroxyprogesterone acetate", day.year - 9),
        {
            "resourceType": "Condition",
            "id": "pollen",
            "code": {"text": "Hay fever"},
            "subject": {"reference": WHOSE},
            "recorder": DOCTOR,
            "recordedDate": f"{day.year - 3}-04-20",
        },
    )
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": entry} for entry in entries]}
    return json.dumps(bundle).encode()


def _prescription(name: str, drug: str, year: int) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": {"text": drug},
        "subject": {"reference": WHOSE},
        "requester": DOCTOR,
        "authoredOn": f"{year}-05-02",
    }


@dataclass(frozen=True, slots=True)
class Imports:
    """Imports the family doctor's file, as the prescriber: what was prescribed is theirs, the rest is the patient's."""

    therapist: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        importing.import_bundle(
            stage.session,
            stage.actor(who),
            family_doctors_file(at.astimezone(ZONE).date()),
            therapist_id=stage.actor(self.therapist).user_id,
            prescriber_id=stage.actor(who).user_id,
            patient_id=stage.patient_id(self.about),
            at=at,
        )


@dataclass(frozen=True, slots=True)
class ConfirmsLabels:
    """Looks at what waits for them, with what is suggested and why, and confirms all of it as suggested."""

    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        waiting, _, _ = label_reviews.page_of(stage.session, *ids, limit=100, at=at)
        seen = [{"item_id": one["id"], "version": one["version"], "as_suggested": True} for one in waiting]
        label_confirming.review_many(stage.session, *ids, reviews=seen, at=at)
