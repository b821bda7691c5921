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


class SuggestionSource(StrEnum):
    """What suggests a label for an imported item; the holder decides."""

    SECURITY_TAG = "security_tag"
    CONDITION_CODE = "condition_code"
    DRUG = "drug"


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


class LinkKind(StrEnum):
    """What a single-use link of an account is for."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word
    ADDRESS_CHANGE = "address_change"


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


class AllergyKind(StrEnum):
    """What somebody says: that there is an allergy, or that none is known."""

    ALLERGY = "allergy"
    NO_KNOWN_ALLERGIES = "no_known_allergies"


class AllergyCategory(StrEnum):
    """The kind of substance (FHIR R4, AllergyIntolerance.category)."""

    FOOD = "food"
    MEDICATION = "medication"
    ENVIRONMENT = "environment"
    BIOLOGIC = "biologic"


class AllergyScope(StrEnum):
    """What "no known allergies" covers: everything, one category, or (`other`) what its words name."""

    EVERYTHING = "everything"
    FOOD = "food"
    MEDICATION = "medication"
    ENVIRONMENT = "environment"
    BIOLOGIC = "biologic"
    OTHER = "other"


class Criticality(StrEnum):
    """The harm that a reaction may do (FHIR R4, AllergyIntolerance.criticality)."""

    LOW = "low"
    HIGH = "high"
    UNABLE_TO_ASSESS = "unable_to_assess"


class Severity(StrEnum):
    """How bad a reaction was, or a condition is (FHIR R4)."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class AllergyStatus(StrEnum):
    """FHIR R4, AllergyIntolerance.clinicalStatus. Of "no known allergies", `inactive`: it no longer stands."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    RESOLVED = "resolved"


class AllergyVerification(StrEnum):
    """FHIR R4, AllergyIntolerance.verificationStatus."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    ENTERED_IN_ERROR = "entered_in_error"


class ConditionStatus(StrEnum):
    """FHIR R4, Condition.clinicalStatus."""

    ACTIVE = "active"
    RECURRENCE = "recurrence"
    RELAPSE = "relapse"
    INACTIVE = "inactive"
    REMISSION = "remission"
    RESOLVED = "resolved"


class ConditionVerification(StrEnum):
    """FHIR R4, Condition.verificationStatus."""

    UNCONFIRMED = "unconfirmed"
    PROVISIONAL = "provisional"
    DIFFERENTIAL = "differential"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    ENTERED_IN_ERROR = "entered_in_error"


class MedicationSide(StrEnum):
    """Of which list an entry is: what a prescriber orders, or what the patient takes."""

    PRESCRIBED = "prescribed"
    TAKEN = "taken"


class PairState(StrEnum):
    """What the entries of one drug say together; all but `agree` are differences."""

    AGREE = "agree"
    DOSE_DIFFERS = "dose_differs"
    ONLY_PRESCRIBED = "only_prescribed"
    ONLY_TAKEN = "only_taken"
    STOPPED_BUT_TAKEN = "stopped_but_taken"


class NoPairState(StrEnum):
    """Why nothing is said of a drug's entries together."""

    OTHER_SIDE_UNSEEN = "other_side_unseen"
    NOT_COMPARABLE = "not_comparable"
    PLANNED = "planned"
    NOT_CURRENT = "not_current"
    ENTERED_IN_ERROR = "entered_in_error"
    NAME_AND_CODE_DISAGREE = "name_and_code_disagree"
    DECEASED = "deceased"
    FORMER_MEMBER = "former_member"


class Compared(StrEnum):
    """The outcome of comparing what both sides say of a dose, a timing, as-needed; never guessed from words.

    `not_stated` is said of a timing that one side or both leave out. A dose that is left out is not comparable.
    """

    SAME = "same"
    DIFFERS = "differs"
    NOT_COMPARABLE = "not_comparable"
    NOT_STATED = "not_stated"


class ReconciliationDecision(StrEnum):
    """What a prescriber decides about a difference."""

    ACCEPT_PRESCRIBED = "accept_prescribed"
    ACCEPT_TAKEN = "accept_taken"
    BOTH_INTENDED = "both_intended"
    WILL_CHANGE = "will_change"
