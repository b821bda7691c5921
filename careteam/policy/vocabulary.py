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

NOTE_WRITERS = {
    ItemClass.PROGRESS_NOTE: CLINICAL_ROLES,
    ItemClass.COORDINATION_NOTE: CLINICAL_ROLES,
    ItemClass.PSYCHOTHERAPY_NOTE: frozenset({Role.THERAPIST}),
    ItemClass.SUD_COUNSELING_NOTE: frozenset({Role.THERAPIST}),
}
"""Which notes there are, and who writes them. SUD counseling notes are those of "a SUD or mental health professional"
about "the contents of conversation during a private SUD counseling session" (42 CFR 2.11): here, of therapists.
"""

NOTE_CLASSES = frozenset(NOTE_WRITERS)


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


class CaseloadSort(StrEnum):
    """In which order a caseload is read: by name, or the most urgent signals first."""

    NAME = "name"
    SIGNALS = "signals"


class TimelineKind(StrEnum):
    """What a point of the timeline is."""

    DOSE_STEP = "dose_step"
    CHECK_IN = "check_in"
    SIDE_EFFECT = "side_effect"
    SCORE = "score"
    PLAN_CHANGE = "plan_change"


class InvitationState(StrEnum):
    """How an invitation stands; `expired` is read from the clock and never stored."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class InvitationKind(StrEnum):
    """What an invitation offers: a staff role, one's own record, a place in a team, or to act for a patient."""

    STAFF = "staff"
    PATIENT = "patient"
    CLINICIAN = "clinician"
    REPRESENTATIVE = "representative"


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


class ReviewOutcome(StrEnum):
    """What a privacy officer finds of an emergency access; `needs_more` leaves the review open."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    NEEDS_MORE = "needs_more"


class CaseState(StrEnum):
    """How a case about a questioned access stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class CaseOutcome(StrEnum):
    """What came of a questioned access: allowed; a mistake; without any reason; or it cannot be told."""

    EXPLAINED = "explained"
    IN_ERROR = "in_error"
    MISUSE = "misuse"
    NOT_ESTABLISHED = "not_established"


class RepresentationBasis(StrEnum):
    """By what somebody acts for a patient; a parent's ends at majority."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    POWER_OF_ATTORNEY = "power_of_attorney"


class Power(StrEnum):
    """What a representation may do for the patient."""

    READ = "read"
    REPORT = "report"
    SIGN = "sign"


class Exclusion(StrEnum):
    """What does not belong in a special note (45 CFR 164.501 "psychotherapy notes", 42 CFR 2.11)."""

    MEDICATION = "medication"
    SESSION_TIMES = "session_times"
    MODALITY_OR_FREQUENCY = "modality_or_frequency"
    TEST_RESULT = "test_result"
    DIAGNOSIS = "diagnosis"
    FUNCTIONAL_STATUS = "functional_status"
    TREATMENT_PLAN = "treatment_plan"
    SYMPTOMS = "symptoms"
    PROGNOSIS = "prognosis"
    PROGRESS = "progress"


class RepresentationState(StrEnum):
    """How a representation stands; read from its facts, its invitation and the clock, never stored."""

    PROPOSED = "proposed"
    UPCOMING = "upcoming"
    STANDING = "standing"
    ENDED = "ended"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class RepresentationEnd(StrEnum):
    """Who ended a representation, or by what; `majority` and `period` are read from the clock and never stored."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    DOCUMENT = "document"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    MAJORITY = "majority"
    PERIOD = "period"


class MinorSigners(StrEnum):
    """Whose signatures a practice's own rule asks for where the patient is a minor."""

    PATIENT_AND_PARENT = "patient_and_parent"
    PATIENT = "patient"
    PARENT = "parent"


class Signer(StrEnum):
    """Whose signature a consent needs. `parent`: a parent or guardian with the power to sign."""

    PATIENT = "patient"
    PARENT = "parent"


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


class NoticeKind(StrEnum):
    """What a notice is about. It says no more: its words are found when it is read, for who reads it."""

    CONSENT_REQUESTED = "consent_requested"
    CONSENT_SIGNED = "consent_signed"
    CONSENT_GRANTED = "consent_granted"
    CONSENT_DECLINED = "consent_declined"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_LAPSED = "consent_lapsed"
    CONSENT_REVOKED = "consent_revoked"
    REVOCATION_RECORDED = "revocation_recorded"
    CONSENT_ENDED = "consent_ended"
    CONSENT_EXPIRING = "consent_expiring"
    MEMBERSHIP_PROPOSED = "membership_proposed"
    MEMBERSHIP_ACCEPTED = "membership_accepted"
    MEMBERSHIP_DECLINED = "membership_declined"
    MEMBERSHIP_ENDED = "membership_ended"
    REVIEW_DUE = "review_due"
    NOTE_RELEASED = "note_released"
    EMERGENCY_ACCESS = "emergency_access"
    EMERGENCY_REVIEW_DUE = "emergency_review_due"
    EMERGENCY_EXPLANATION_ASKED = "emergency_explanation_asked"
    EMERGENCY_EXPLAINED = "emergency_explained"
    EMERGENCY_REVIEWED = "emergency_reviewed"
    FOLLOW_UP = "follow_up"
    OFFICER_NEEDED = "officer_needed"
    ACCESS_QUESTIONED = "access_questioned"
    CASE_MESSAGE = "case_message"
    CASE_ANSWERED = "case_answered"
    CASE_WITHDRAWN = "case_withdrawn"
    ACCESS_FOUND_WRONG = "access_found_wrong"
    REPRESENTATION_PROPOSED = "representation_proposed"
    REPRESENTATION_ADDED = "representation_added"
    REPRESENTATION_ENDED = "representation_ended"
    SIGNATURE_NEEDED = "signature_needed"
    SIGNATURE_REFUSED = "signature_refused"
    CAME_OF_AGE = "came_of_age"
    BACKUP_RESTORED = "backup_restored"
    SENT_TO_YOU = "sent_to_you"
    ANSWERED = "answered"
    QUESTIONNAIRE_REQUESTED = "questionnaire_requested"
    SAFETY_FLAG = "safety_flag"
    REFERRAL_PROPOSED = "referral_proposed"
    REFERRED_TO_YOU = "referred_to_you"
    REFERRAL_ANSWERED = "referral_answered"
    MESSAGE = "message"


class MailKind(StrEnum):
    """What a mail is for: news in the application, or a single-use link to the address itself."""

    NEWS = "news"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word
    ADDRESS_CHANGE = "address_change"


class PreviewedAct(StrEnum):
    """What is looked at before it is done."""

    SIGN = "sign"
    REVOKE = "revoke"
    REVOKE_EVERYWHERE = "revoke_everywhere"
    RESTRICT = "restrict"
    LIFT = "lift"
    JOIN = "join"


class PreviewedReader(StrEnum):
    """Whom a preview is about: a member, who joins by the act, who begins later, who is only asked to join, or
    anybody who may come to have a role that nobody has.
    """

    CURRENT = "current"
    JOINING = "joining"
    UPCOMING = "upcoming"
    ASKED = "asked"
    ANYBODY = "anybody"


class WaitsFor(StrEnum):
    """What is missing before a previewed reader reads anything: a yes, or a practice that vouches for them."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    VERIFICATION = "verification"


class WhyCode(StrEnum):
    """What one sentence of the rule found, about one reader and one item."""

    ACCOUNT_DISABLED = "account_disabled"
    NOT_VERIFIED = "not_verified"
    DRAFT = "draft"
    AWAITS_REVIEW = "awaits_review"
    OWN_RECORD = "own_record"
    NOT_RELEASED = "not_released"
    REPRESENTATION = "representation"
    NOT_REPRESENTED = "not_represented"
    AUTHOR = "author"
    HOLDER = "holder"
    CURRENT_MEMBER = "current_member"
    NOT_IN_TEAM = "not_in_team"
    NOT_AGREED = "not_agreed"
    DECLINED = "declined"
    MEMBERSHIP_ENDED = "membership_ended"
    RELEASED = "released"
    NO_CONSENT_OF_ITS_KIND = "no_consent_of_its_kind"
    MATCHES = "matches"
    NOT_SIGNED = "not_signed"
    REVOKED = "revoked"
    NOT_BEGUN = "not_begun"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    OTHER_PURPOSE = "other_purpose"
    OTHER_RECIPIENT = "other_recipient"
    OTHER_HOLDER = "other_holder"
    EXCEPTED = "excepted"
    OTHER_CLASS = "other_class"
    LABEL_NOT_LISTED = "label_not_listed"
    OTHER_DATES = "other_dates"
    SENT = "sent"
    CONSENT = "consent"
    DIRECTED = "directed"
    NO_CONSENT = "no_consent"
    RESTRICTED = "restricted"
    EMERGENCY = "emergency"
    EMERGENCY_WITHHELD = "emergency_withheld"


class ChangeAct(StrEnum):
    """An act that would change a decision, and whose it is."""

    ENABLE_ACCOUNT = "enable_account"
    VERIFY = "verify"
    AGREE_TO_MEMBERSHIP = "agree_to_membership"
    WAIT = "wait"
    SIGN_CONSENT = "sign_consent"
    SIGN_NOTE = "sign_note"
    RELEASE_NOTE = "release_note"
    CONFIRM_LABELS = "confirm_labels"
    LIFT_RESTRICTION = "lift_restriction"
    RESTRICT = "restrict"
    SEND_ITEM = "send_item"
    TAKE_ITEM_BACK = "take_item_back"


class Statement(StrEnum):
    """What the terms of a consent say, where a law asks that they say it."""

    RIGHT_TO_REVOKE = "right_to_revoke"
    HOW_TO_REVOKE = "how_to_revoke"
    CONDITIONING = "conditioning"
    REDISCLOSURE = "redisclosure"
    PART2_REDISCLOSURE = "part2_redisclosure"
    CONSEQUENCES_OF_REFUSING = "consequences_of_refusing"


class TermsFor(StrEnum):
    """What kind of consent a terms text is for."""

    SHARING = "sharing"
    SUBSTANCE_USE = "substance_use"
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    SUD_COUNSELING_NOTES = "sud_counseling_notes"
