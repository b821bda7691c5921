"""The closed word lists of the domain: what is not listed here is not shared."""

from enum import StrEnum


class ItemClass(StrEnum):
    """The class of an item; a consent names the classes that it opens."""

    PROGRESS_NOTE = "progress_note"
    COORDINATION_NOTE = "coordination_note"
    MEDICATION = "medication"
    ALLERGY = "allergy"
    CONDITION = "condition"
    SIDE_EFFECT = "side_effect"
    CHECK_IN = "check_in"
    MEASURE = "measure"
    INTAKE = "intake"
    TREATMENT_PLAN = "treatment_plan"
    REFERRAL = "referral"
    QUESTION = "question"
    MESSAGE = "message"
    PSYCHOTHERAPY_NOTE = "psychotherapy_note"
    SUD_COUNSELING_NOTE = "sud_counseling_note"


SPECIAL_CLASSES = frozenset({ItemClass.PSYCHOTHERAPY_NOTE, ItemClass.SUD_COUNSELING_NOTE})
"""Special notes (45 CFR 164.501, 42 CFR 2.11): author-only, never opened by a `sharing` consent."""

SHAREABLE_CLASSES = frozenset(ItemClass) - SPECIAL_CLASSES

NOTE_CLASSES = frozenset({ItemClass.PROGRESS_NOTE, ItemClass.COORDINATION_NOTE, ItemClass.PSYCHOTHERAPY_NOTE})


class Label(StrEnum):
    """Sensitivity of an item; an item may carry several, and a consent must list all of them."""

    SUBSTANCE_USE = "substance_use"
    HIV = "hiv"
    SEXUAL_HEALTH = "sexual_health"
    VIOLENCE = "violence"
    GENDER_AND_REPRODUCTIVE = "gender_and_reproductive"


class Role(StrEnum):
    """What a person may do. The first two are clinical and need verification."""

    THERAPIST = "therapist"
    PRESCRIBER = "prescriber"
    ADMINISTRATOR = "administrator"
    PRIVACY_OFFICER = "privacy_officer"


CLINICAL_ROLES = frozenset({Role.THERAPIST, Role.PRESCRIBER})


class TokenAccess(StrEnum):
    """What an access token may do of what its owner may do."""

    READ = "read"
    READ_WRITE = "read_write"


class MembershipKind(StrEnum):
    """`covering` is dated from-to and agreed in advance."""

    TREATING = "treating"
    COVERING = "covering"


class MembershipState(StrEnum):
    """How a membership stands; read from its facts and the clock, never stored."""

    PROPOSED = "proposed"
    UPCOMING = "upcoming"
    CURRENT = "current"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Standing(StrEnum):
    """How a clinician stands to a patient; `unclaimed`: they brought a record that nobody has taken over."""

    CURRENT = "current"
    UPCOMING = "upcoming"
    FORMER = "former"
    UNCLAIMED = "unclaimed"


class InvitationState(StrEnum):
    """How an invitation stands; `expired` is read from the clock and never stored."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class InvitationKind(StrEnum):
    """What an invitation offers: a staff role, one's own record, or a place in a patient's team."""

    STAFF = "staff"
    PATIENT = "patient"
    CLINICIAN = "clinician"


class ConsentKind(StrEnum):
    """Kinds do not mix in one consent."""

    SHARING = "sharing"
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    SUD_COUNSELING_NOTES = "sud_counseling_notes"


class Purpose(StrEnum):
    """Only `treatment` opens anything to a clinician."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    RESEARCH = "research"
    LEGAL_PROCEEDINGS = "legal_proceedings"


class ConsentStatus(StrEnum):
    """`lapsed` and `superseded` are read from the clock; so is `expired`, unless the event that a consent names
    was recorded: that is stored.
    """

    REQUESTED = "requested"
    DRAFT = "draft"
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Given(StrEnum):
    """How a revocation was given: by the patient here, or to somebody who recorded it."""

    HERE = "here"
    ORALLY = "orally"
    ON_PAPER = "on_paper"


class RestrictionState(StrEnum):
    """A restriction stands until the patient lifts it."""

    STANDING = "standing"
    LIFTED = "lifted"


class EmergencyRule(StrEnum):
    """Whether a restriction holds against an emergency session too (`withhold`) or not (`allow`)."""

    WITHHOLD = "withhold"
    ALLOW = "allow"


class MedicationSource(StrEnum):
    """Who says that the medication is prescribed or taken."""

    PRESCRIBER = "prescriber"
    PATIENT = "patient"
    PATIENT_STATED = "patient_stated"
    IMPORTED = "imported"


class MedicationStatus(StrEnum):
    """What the change events of an entry add up to."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    STOPPED = "stopped"
    ENTERED_IN_ERROR = "entered_in_error"


class MedicationChange(StrEnum):
    """The kinds of change event; `confirm` says that the entry is still right and changes nothing."""

    START = "start"
    DOSE_CHANGE = "dose_change"
    HOLD = "hold"
    RESUME = "resume"
    STOP = "stop"
    SWITCH = "switch"
    CONFIRM = "confirm"


class NoteStatus(StrEnum):
    """A signed note is immutable; corrections are addenda or entered-in-error."""

    DRAFT = "draft"
    SIGNED = "signed"
    ENTERED_IN_ERROR = "entered_in_error"
