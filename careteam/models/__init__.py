"""Typed SQLAlchemy models, importable without Flask."""

from careteam.models.administration import AdministrationEvent, StaffTerm
from careteam.models.base import Base
from careteam.models.clinical import Allergy, Condition, EntryChange
from careteam.models.consent import Consent, Restriction, Revocation, TermsText
from careteam.models.idempotency import KeyUse
from careteam.models.identity import AccountLink, RecoveryCode, SecondFactor, TryCount
from careteam.models.log import AccessEvent, AccessEventItem
from careteam.models.people import ApiToken, Invitation, LoginSession, Patient, Practice, Staff, User
from careteam.models.reconciliation import DecidedEntry, DifferenceDecision, Reconciliation
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
    "AccountLink",
    "AdministrationEvent",
    "Allergy",
    "ApiToken",
    "Base",
    "Condition",
    "Consent",
    "DecidedEntry",
    "DifferenceDecision",
    "EntryChange",
    "ImportSource",
    "Invitation",
    "Item",
    "KeyUse",
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
    "Reconciliation",
    "RecoveryCode",
    "Restriction",
    "Revocation",
    "SecondFactor",
    "Staff",
    "StaffTerm",
    "TermsText",
    "TryCount",
    "User",
]
