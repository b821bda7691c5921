"""Typed SQLAlchemy models, importable without Flask."""

from careteam.models.administration import AdministrationEvent, StaffTerm
from careteam.models.base import Base
from careteam.models.case import AccessCase, CaseMessage
from careteam.models.clinical import Allergy, Condition, EntryChange
from careteam.models.consent import Consent, Restriction, Revocation, TermsText
from careteam.models.consent_signature import ConsentSignature
from careteam.models.emergency_review import EmergencyReview, EmergencyReviewStep
from careteam.models.grounds import EmergencySession, Representation, SpecialRelease
from careteam.models.idempotency import KeyUse
from careteam.models.identity import AccountLink, RecoveryCode, SecondFactor, TryCount
from careteam.models.log import AccessEvent, AccessEventItem
from careteam.models.log_chain import LogLink, ReadLock
from careteam.models.notice import Notice, OutgoingMail
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
    "AccessCase",
    "AccessEvent",
    "AccessEventItem",
    "AccountLink",
    "AdministrationEvent",
    "Allergy",
    "ApiToken",
    "Base",
    "CaseMessage",
    "Condition",
    "Consent",
    "ConsentSignature",
    "DecidedEntry",
    "DifferenceDecision",
    "EmergencyReview",
    "EmergencyReviewStep",
    "EmergencySession",
    "EntryChange",
    "ImportSource",
    "Invitation",
    "Item",
    "KeyUse",
    "LabelChange",
    "LogLink",
    "LoginSession",
    "Medication",
    "MedicationEvent",
    "MedicationReview",
    "Membership",
    "Note",
    "NoteAddendum",
    "Notice",
    "OutgoingMail",
    "Patient",
    "Practice",
    "ReadLock",
    "Reconciliation",
    "RecoveryCode",
    "Representation",
    "Restriction",
    "Revocation",
    "SecondFactor",
    "SpecialRelease",
    "Staff",
    "StaffTerm",
    "TermsText",
    "TryCount",
    "User",
]
