"""The closed word lists of treatment: medication management, measures, referrals, the plan, alignment."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon an answer is due: the same day, or within three working days (`domain.md`, "The shared record")."""

    URGENT = "urgent"
    ROUTINE = "routine"


class AnswerOutcome(StrEnum):
    """What an answer to a report, request or question says. `ANSWERS` says which of them fit what."""

    ADJUST = "adjust"
    SWITCH = "switch"
    MANAGE = "manage"
    WATCH = "watch"
    APPROVED = "approved"
    DENIED = "denied"
    VISIT_NEEDED = "visit_needed"
    GENERIC = "generic"
    COUPON = "coupon"
    DISCOUNT_PROGRAMME = "discount_programme"
    LOW_COST_LIST = "low_cost_list"
    PRIOR_AUTHORISATION = "prior_authorisation"
    NO_ALTERNATIVE = "no_alternative"
    ANSWERED = "answered"
    PLAN_CHANGED = "plan_changed"
    PLAN_KEPT = "plan_kept"
    APPOINTMENT = "appointment"
    ASSESSED = "assessed"


class VisitMode(StrEnum):
    """How somebody was, or will be, seen."""

    IN_PERSON = "in_person"
    VIRTUAL = "virtual"


class CheckInCause(StrEnum):
    """The kind of change that asks for check-ins; `extra`: one that no change asked for."""

    START = "start"
    DOSE_CHANGE = "dose_change"
    STOP = "stop"
    EXTRA = "extra"


class CheckInOutcome(StrEnum):
    """What came of a medication check-in."""

    CONTINUE = "continue"
    ADJUST = "adjust"
    SWITCH = "switch"
    STOP = "stop"


class Impact(StrEnum):
    """How a side effect weighs on the patient."""

    NONE = "none"
    BOTHERS = "bothers"
    STOPS = "stops"


class CostConcern(StrEnum):
    """What keeps a patient from getting a medication."""

    COST = "cost"
    COVERAGE = "coverage"
    AVAILABILITY = "availability"
    OTHER = "other"


class TrialEffect(StrEnum):
    """What a medication that was tried before did."""

    HELPED = "helped"
    HELPED_PARTLY = "helped_partly"
    NO_EFFECT = "no_effect"
    MADE_WORSE = "made_worse"
    UNKNOWN = "unknown"


class IntakeSection(StrEnum):
    """What a part of an intake is about."""

    SYMPTOMS = "symptoms"
    HISTORY = "history"
    ALREADY_TRIED = "already_tried"
    GOALS = "goals"


class MeasureSource(StrEnum):
    """Whether a score was answered here or came from elsewhere."""

    ENTERED = "entered"
    IMPORTED = "imported"


class ReferralAnswer(StrEnum):
    """What the patient says to a referral."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"


class ReferralState(StrEnum):
    """How a referral stands; read from its facts, never stored."""

    PROPOSED = "proposed"
    NOT_NOW = "not_now"
    REFUSED = "refused"
    SENT = "sent"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    APPOINTED = "appointed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class QuestionState(StrEnum):
    """How a question for the next visit stands."""

    OPEN = "open"
    CARRIED_OVER = "carried_over"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class PlanItemKind(StrEnum):
    """What a plan item is."""

    GOAL = "goal"
    MEDICATION = "medication"
    THERAPY = "therapy"
    MONITORING = "monitoring"
    SELF_CARE = "self_care"
    SAFETY = "safety"
    OTHER = "other"


class PlanItemState(StrEnum):
    """How a plan item stands."""

    ACTIVE = "active"
    ACHIEVED = "achieved"
    ENDED = "ended"
    ENTERED_IN_ERROR = "entered_in_error"


class PlanAnswer(StrEnum):
    """What a party says to one version of a plan item."""

    AGREE = "agree"
    DIFFER = "differ"
    DISCUSS = "discuss"


class Severeness(StrEnum):
    """How much an interaction of two drugs matters, the worst first."""

    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"


class SignalKind(StrEnum):
    """What a signal is about (`domain.md`, "Alignment")."""

    SAFETY_FLAG = "safety_flag"
    SIDE_EFFECT_UNANSWERED = "side_effect_unanswered"
    INTERACTION = "interaction"
    DUPLICATE = "duplicate"
    SCORE_WORSE = "score_worse"
    REFILL_BEFORE_CHECK_IN = "refill_before_check_in"
    CHECK_IN_OVERDUE = "check_in_overdue"
    REQUEST_UNANSWERED = "request_unanswered"
    MESSAGE_UNANSWERED = "message_unanswered"
    PLAN_REVIEW_OPEN = "plan_review_open"
    OPEN_DIFFERENCE = "open_difference"
    TAKEN_WITHOUT_PRESCRIPTION = "taken_without_prescription"
    MEDICATION_CHANGED = "medication_changed"
    PLAN_UNACKNOWLEDGED = "plan_unacknowledged"
    CONSENT_ENDS = "consent_ends"
    KEPT_PRIVATE = "kept_private"
