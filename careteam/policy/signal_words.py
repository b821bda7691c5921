"""What a signal says to one viewer, and what to do next: plain words, and the operation of the API that does it.

Every negative is said of what the viewer can see. Days are those of the patient.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from careteam.policy.signals import Signal, Viewer
from careteam.policy.treatment_words import SignalKind as Kind
from careteam.policy.vocabulary import PairState, Role

CLASS_WORDS: Mapping[str, str] = {"treatment_plan": "plan items", "intake": "intake", "check_in": "check-ins"}
"""Of the classes whose plural is not their word with an s."""

_STATES: Mapping[PairState, str] = {
    PairState.DOSE_DIFFERS: "the dose prescribed and the dose taken differ",
    PairState.ONLY_PRESCRIBED: "prescribed, and nothing that you can see says that it is taken",
    PairState.STOPPED_BUT_TAKEN: "stopped or on hold by the prescriber, and still taken",
}

_REPORTS: Mapping[str, str] = {
    "side_effect": "A side effect{words}{of} was reported",
    "refill_request": "A refill{of} was asked for",
    "cost_request": "A way to get{of_plain} was asked for",
    "plan_review": "The patient says that the current plan is not working",
}

_ANSWERED_BY: Mapping[str, tuple[str, str]] = {
    "side_effect": ("Answer it: adjust, switch, manage with advice, or watch.", "answer_side_effect"),
    "refill_request": ("Answer it.", "answer_refill_request"),
    "cost_request": ("Answer it.", "answer_cost_request"),
    "plan_review": ("Answer it: what changes, what stays, or an appointment.", "answer_plan_review"),
}
_READ_AT: Mapping[str, str] = {
    "side_effect": "read_side_effect",
    "refill_request": "read_refill_request",
    "cost_request": "read_cost_request",
    "plan_review": "read_plan_review",
}


@dataclass(frozen=True, slots=True)
class Next:
    """What to do next, and the operation of the API with which it begins."""

    text: str
    operation: str


_SENTENCES: Mapping[Kind, str] = {
    Kind.SAFETY_FLAG: "The latest {title} that you can see, of {on}, raised the safety flag.",
    Kind.SIDE_EFFECT_UNANSWERED: "{report} on {day}: no answer that you can see.",
    Kind.INTERACTION: "{words}",
    Kind.DUPLICATE: "{words}",
    Kind.SCORE_WORSE: "{title} is worse by {by} since the last dose change that you can see ({drug}, {on}).",
    Kind.REFILL_BEFORE_CHECK_IN: "What you can see of the supply of {drug} lasts until {on}; "
    "the next check-in is due on {next}.",
    Kind.CHECK_IN_OVERDUE: "A check-in on {drug} was due on {on}: none that you can see.",
    Kind.REQUEST_UNANSWERED: "{report} on {day}: no answer that you can see.",
    Kind.MESSAGE_UNANSWERED: "A message of {day} needs your answer.",
    Kind.PLAN_REVIEW_OPEN: "{report} on {day}: no answer that you can see.",
    Kind.OPEN_DIFFERENCE: "{drug}: {difference}.",
    Kind.TAKEN_WITHOUT_PRESCRIPTION: "{drug} is taken, with no prescriber's entry that you can see.",
    Kind.MEDICATION_CHANGED: "{drug} changed since you last looked.",
    Kind.PLAN_UNACKNOWLEDGED: "You have not said what you think of version {number} of a plan item.",
    Kind.CONSENT_ENDS: "A consent ends on {on} ({opens}).",
    Kind.KEPT_PRIVATE: "{words}",
}


def what(viewer: Viewer, signal: Signal) -> str:
    """Return the sentence of a signal."""
    about = {**signal.about, "day": signal.since.astimezone(viewer.zone).date()}
    state, classes = about.get("state"), about.get("classes")
    if "kind" in about:
        about["report"] = _report(about)
    if isinstance(state, PairState):
        about["difference"] = _STATES.get(state, "")
    if isinstance(classes, frozenset):
        about["opens"] = ", ".join(sorted(map(_plural, classes)))
    return _SENTENCES[signal.kind].format(**about)


def following(viewer: Viewer, signal: Signal) -> Next:
    """Return what this viewer does next."""
    if "kind" in signal.about:
        return _about_report(viewer, signal)
    if viewer.is_patient or not viewer.roles:
        return _PATIENT[signal.kind]
    prescribes = Role.PRESCRIBER in viewer.roles
    return _PRESCRIBER.get(signal.kind, _CLINICIAN[signal.kind]) if prescribes else _CLINICIAN[signal.kind]


def _about_report(viewer: Viewer, signal: Signal) -> Next:
    kind = str(signal.about["kind"])
    if signal.about["answers"]:
        return Next(*_ANSWERED_BY[kind])
    if viewer.is_patient or not viewer.roles:
        return Next("Send it to somebody of the team again, or call them if it cannot wait.", _READ_AT[kind])
    return Next("Read it, and tell whoever prescribes.", _READ_AT[kind])


def _report(about: Mapping[str, object]) -> str:
    drug, words = about["drug"], about["words"]
    return _REPORTS[str(about["kind"])].format(
        words=f" ({words})" if words else "",
        of=f" of {drug}" if drug else "",
        of_plain=f" {drug}" if drug else " a medication",
    )


def _plural(item_class: str) -> str:
    return CLASS_WORDS.get(item_class, item_class.replace("_", " ").replace("allergy", "allergie") + "s")


_PATIENT: Mapping[Kind, Next] = {
    Kind.SAFETY_FLAG: Next("Read what to do now; in an emergency do not wait for an answer here.", "read_measure"),
    Kind.INTERACTION: Next(
        "Ask whoever prescribes, or a pharmacist, before changing anything.", "read_medication_reminders"
    ),
    Kind.DUPLICATE: Next("Ask whoever prescribes whether both are meant.", "read_medication_reminders"),
    Kind.SCORE_WORSE: Next("Tell your care team: it may have to do with the change.", "list_measures"),
    Kind.REFILL_BEFORE_CHECK_IN: Next("Ask for a refill now.", "ask_for_refill"),
    Kind.CHECK_IN_OVERDUE: Next("Ask for an appointment.", "list_check_ins_due"),
    Kind.MESSAGE_UNANSWERED: Next("Read and answer it.", "list_message_threads"),
    Kind.OPEN_DIFFERENCE: Next("Look at both entries, and tell your team what you take.", "read_medication_pairs"),
    Kind.TAKEN_WITHOUT_PRESCRIPTION: Next("Tell whoever prescribes that you take it.", "read_medication_pairs"),
    Kind.MEDICATION_CHANGED: Next("Read what changed.", "read_medication"),
    Kind.PLAN_UNACKNOWLEDGED: Next("Read it; agree, differ, or say that you want to talk.", "acknowledge_plan_item"),
    Kind.CONSENT_ENDS: Next("Renew it early, or let it end.", "read_consent"),
    Kind.KEPT_PRIVATE: Next("Think about sharing it with whoever prescribes; it is your choice.", "read_sharing"),
}

_CLINICIAN: Mapping[Kind, Next] = {
    Kind.SAFETY_FLAG: Next("Read the form, and reach the patient today.", "read_measure"),
    Kind.INTERACTION: Next("Tell whoever prescribes.", "read_medication_reminders"),
    Kind.DUPLICATE: Next("Tell whoever prescribes.", "read_medication_reminders"),
    Kind.SCORE_WORSE: Next("Look at the scores beside the dose steps.", "read_timeline"),
    Kind.REFILL_BEFORE_CHECK_IN: Next("Remind the patient to ask for a refill.", "read_medication"),
    Kind.CHECK_IN_OVERDUE: Next("Ask the patient, or tell whoever prescribes.", "list_check_ins_due"),
    Kind.MESSAGE_UNANSWERED: Next("Read and answer it.", "list_message_threads"),
    Kind.OPEN_DIFFERENCE: Next("Ask the patient, and tell whoever prescribes.", "read_medication_pairs"),
    Kind.TAKEN_WITHOUT_PRESCRIPTION: Next("Ask the patient, and tell whoever prescribes.", "read_medication_pairs"),
    Kind.MEDICATION_CHANGED: Next("Read what changed.", "read_medication"),
    Kind.PLAN_UNACKNOWLEDGED: Next("Read it; agree, differ, or say that it needs talk.", "acknowledge_plan_item"),
    Kind.CONSENT_ENDS: Next("Ask the patient for a renewal if it is still needed.", "begin_consent"),
}

_PRESCRIBER: Mapping[Kind, Next] = {
    Kind.INTERACTION: Next("Check whether both are meant, and change or confirm.", "read_medication_reminders"),
    Kind.DUPLICATE: Next("Check whether both are meant, and change or confirm.", "read_medication_reminders"),
    Kind.REFILL_BEFORE_CHECK_IN: Next("Record a refill, or see the patient earlier.", "record_supply"),
    Kind.CHECK_IN_OVERDUE: Next("See the patient, and record the check-in.", "do_check_in"),
    Kind.OPEN_DIFFERENCE: Next("Decide what holds.", "reconcile_medications"),
    Kind.TAKEN_WITHOUT_PRESCRIPTION: Next("Decide what holds.", "reconcile_medications"),
}
