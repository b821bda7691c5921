"""Typed SQLAlchemy models, importable without Flask."""

from careteam.models.base import Base
from careteam.models.consent import Consent, Restriction, Revocation, TermsText
from careteam.models.log import AccessEvent, AccessEventItem
from careteam.models.people import ApiToken, Invitation, LoginSession, Patient, Practice, Staff, User
from careteam.models.record import (
    ImportSource,
    Item,
    LabelChange,
    Medication,
    MedicationEvent,
    MedicationReview,
    Note,
    NoteAddendum,
)
from careteam.models.team import Membership

__all__ = [
    "AccessEvent",
    "AccessEventItem",
    "ApiToken",
    "Base",
    "Consent",
    "ImportSource",
    "Invitation",
    "Item",
    "LabelChange",
    "LoginSession",
    "Medication",
    "MedicationEvent",
    "MedicationReview",
    "Membership",
    "Note",
    "NoteAddendum",
    "Patient",
    "Practice",
    "Restriction",
    "Revocation",
    "Staff",
    "TermsText",
    "User",
]
