"""What an invitation to act for a patient shows to whoever holds it, before they accept."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import Invitation, Patient, Representation


def offered(session: Session, invitation: Invitation, *, named: bool) -> dict[str, Any]:
    """Return for whom, by what and in what the accepting person would act.

    The patient is `named` to the signed-in person whose address it is; a link alone may have gone astray.
    """
    columns = (Patient.name, Representation.basis, Representation.powers, Representation.classes, Representation.labels)
    query = select(*columns).join(Patient, Patient.id == Representation.patient_id)
    row = session.execute(query.where(Representation.id == invitation.representation_id)).one()
    return {
        "patient": row.name if named else None,
        "basis": row.basis,
        "powers": sorted(row.powers),
        "classes": sorted(row.classes),
        "labels": sorted(row.labels),
    }
