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
from careteam.models.measure import Measure, MeasureRequest
from careteam.models.notice import Notice, OutgoingMail
from careteam.models.people import ApiToken, Invitation, LoginSession, Patient, Practice, Staff, User
from careteam.models.planning import (
    Intake,
    Message,
    MessageRecipient,
    MessageThread,
    PlanAcknowledgement,
    PlanItem,
    PlanReview,
    PlanVersion,
    Question,
    Referral,
)
from careteam.models.reconciliation import DecidedEntry, DifferenceDecision, Reconciliation
from careteam.models.record import (
    Direction,
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
from careteam.models.treatment import (
    Answer,
    CheckIn,
    CheckInSchedule,
    CostRequest,
    PriorTrial,
    RefillRequest,
    SideEffect,
    Supply,
)

__all__ = [
    "AccessCase",
    "AccessEvent",
    "AccessEventItem",
    "AccountLink",
    "AdministrationEvent",
    "Allergy",
    "Answer",
    "ApiToken",
    "Base",
    "CaseMessage",
    "CheckIn",
    "CheckInSchedule",
    "Condition",
    "Consent",
    "ConsentSignature",
    "CostRequest",
    "DecidedEntry",
    "DifferenceDecision",
    "Direction",
    "EmergencyReview",
    "EmergencyReviewStep",
    "EmergencySession",
    "EntryChange",
    "ImportSource",
    "Intake",
    "Invitation",
    "Item",
    "KeyUse",
    "LabelChange",
    "LogLink",
    "LoginSession",
    "Measure",
    "MeasureRequest",
    "Medication",
    "MedicationEvent",
    "MedicationReview",
    "Membership",
    "Message",
    "MessageRecipient",
    "MessageThread",
    "Note",
    "NoteAddendum",
    "Notice",
    "OutgoingMail",
    "Patient",
    "PlanAcknowledgement",
    "PlanItem",
    "PlanReview",
    "PlanVersion",
    "Practice",
    "PriorTrial",
    "Question",
    "ReadLock",
    "Reconciliation",
    "RecoveryCode",
    "Referral",
    "RefillRequest",
    "Representation",
    "Restriction",
    "Revocation",
    "SecondFactor",
    "SideEffect",
    "SpecialRelease",
    "Staff",
    "StaffTerm",
    "Supply",
    "TermsText",
    "TryCount",
    "User",
]
