"""A supply recorded by a prescriber, and taken back by whoever recorded it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.models import Supply
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.management import prescribed
from careteam.services.management.supplies import SUPPLIES
from careteam.services.record import reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.records import open_to_write


def record_supply(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID,
    quantity: Decimal,
    days_supply: int,
    refills_left: int,
    visit_needed: bool,
    virtual_allowed: bool,
    quantity_unit: str | None = None,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Record what was dispensed on `date` (today where the patient lives, if unset) of a prescribed entry.

    `quantity` counts units as dispensed, `days_supply` days; `refills_left` is how often more can be dispensed.
    It carries the labels of its entry. For current prescribers. Raises NotFound, NotPermitted, Invalid on an entry that
    is hidden, absent or not prescribed and on a quantity of 0, Conflict on one in error and when the patient has died.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    prescribed.as_prescriber(record)
    if quantity <= 0:
        raise Invalid("Something was dispensed.", {"quantity": ["Give a number above 0."]})
    entry = prescribed.prescribed(session, record, medication_id)
    with_labels = prescribed.marks(entry, tuple(labels), part2)
    begun = beginning(record, ItemClass.MEDICATION, on=date, labels=with_labels[0], part2=with_labels[1])
    made = Supply(
        **begun,
        medication_id=entry.id,
        quantity=quantity,
        quantity_unit=quantity_unit,
        days_supply=days_supply,
        refills_left=refills_left,
        visit_needed=visit_needed,
        virtual_allowed=virtual_allowed,
    )
    session.add(made)
    return reading.changed(session, record, SUPPLIES, "record-supply", made.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, supply_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own supply as entered in error, also after leaving the team: it lasts for no day any more."""
    ids = (patient_id, SUPPLIES, supply_id, "supply-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)
