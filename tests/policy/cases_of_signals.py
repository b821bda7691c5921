"""Situations and the signals that each of three viewers has: the patient, Tess (therapist) and Paul (prescriber)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from careteam.policy.facts import Consent, Restriction, Team
from careteam.policy.treatment_words import SignalKind
from careteam.policy.vocabulary import ItemClass, Label, PairState, Role
from tests.policy.cast import (
    NOW,
    OF_PATIENT,
    OF_TEAM,
    PATIENT,
    PAUL,
    PIA,
    TESS,
    consent,
    member,
    of,
    restriction,
    team,
    to,
)
from tests.policy.signals_cast import (
    CHECK_IN,
    EFFECT,
    MEASURE,
    MEDICATION,
    MESSAGE,
    PLAN,
    Thing,
    ago,
    changed,
    check_in,
    difference,
    ending,
    form,
    message,
    plan,
    reminder,
    report,
    step,
    supply,
)

HIV = frozenset({Label.HIV})
SIDE, REQUEST, REVIEW = (
    SignalKind.SIDE_EFFECT_UNANSWERED,
    SignalKind.REQUEST_UNANSWERED,
    SignalKind.PLAN_REVIEW_OPEN,
)
FLAG, WORSE, OVERDUE = SignalKind.SAFETY_FLAG, SignalKind.SCORE_WORSE, SignalKind.CHECK_IN_OVERDUE
REFILL, ASKED, DIFFERS = (
    SignalKind.REFILL_BEFORE_CHECK_IN,
    SignalKind.MESSAGE_UNANSWERED,
    SignalKind.OPEN_DIFFERENCE,
)
TAKEN, NEW, UNSAID = (
    SignalKind.TAKEN_WITHOUT_PRESCRIPTION,
    SignalKind.MEDICATION_CHANGED,
    SignalKind.PLAN_UNACKNOWLEDGED,
)
ENDS, PRIVATE, MIXED = SignalKind.CONSENT_ENDS, SignalKind.KEPT_PRIVATE, SignalKind.INTERACTION
TWICE = SignalKind.DUPLICATE

EVERYBODY = frozenset({OF_TEAM, OF_PATIENT})


def opens(*classes: ItemClass, number: int = 1, **values: Any) -> Consent:
    """A consent of the team and the patient for these classes."""
    return consent(number, classes=classes, disclosers=values.pop("disclosers", EVERYBODY), **values)


ALL = opens(EFFECT, MEDICATION, MEASURE, CHECK_IN, PLAN, MESSAGE)


@dataclass(frozen=True)
class Situation:
    """One row: what there is, what is shared, and who has which signals, the most urgent first."""

    name: str
    things: Sequence[Thing]
    patient: Sequence[SignalKind] = ()
    tess: Sequence[SignalKind] = ()
    paul: Sequence[SignalKind] = ()
    consents: Sequence[Consent] = ()
    restrictions: Sequence[Restriction] = ()
    of: Team | None = None
    living: bool = True


def row(name: str, *things: Thing, shares: Sequence[Consent] = (ALL,), **values: object) -> Situation:
    """A row in which all of today's classes are shared, unless it says otherwise."""
    return replace(Situation(name, things), consents=tuple(shares), **values)  # type: ignore[arg-type]


def alike(name: str, *things: Thing, kinds: Sequence[SignalKind], **values: object) -> Situation:
    """A row in which all three have the same signals."""
    return row(name, *things, patient=kinds, tess=kinds, paul=kinds, **values)  # type: ignore[arg-type]


OF_PATIENT_ALONE = opens(EFFECT, MEDICATION, MEASURE, PLAN, disclosers=[OF_PATIENT])
WITH_PIA = team(member(PIA, Role.PRESCRIBER))
PIA_LEFT = team(member(PIA, Role.PRESCRIBER, ended=True, ended_at=NOW - timedelta(days=9)))
NO_PRESCRIBER = team(paul=None)
PAUL_LEFT = team(paul=member(PAUL, Role.PRESCRIBER, ended=True, ended_at=NOW))
WORSENED = (step(30), form(8, 40), form(13, 5))
NOT_PAUL = opens(EFFECT, MEDICATION, MEASURE, CHECK_IN, PLAN, disclosers=[OF_PATIENT, of(TESS)])

SITUATIONS = [
    alike("nothing happened", kinds=[]),
    alike("a side effect waits", report(), kinds=[SIDE]),
    alike("a side effect that Paul answered", report(answered=PAUL), kinds=[]),
    row("a side effect, nothing shared", report(), shares=(), patient=[SIDE]),
    row("... Paul's answers kept from Tess", report(), shares=[OF_PATIENT_ALONE], patient=[SIDE], paul=[SIDE]),
    row("... answered, and kept from Tess", report(answered=PAUL), shares=[OF_PATIENT_ALONE]),
    row(
        "... Pia's answers are kept from both",
        report(),
        of=WITH_PIA,
        patient=[SIDE],
        paul=[SIDE],
        shares=[opens(EFFECT, disclosers=[OF_PATIENT, of(PAUL)])],
    ),
    row(
        "... Pia answered, which neither sees",
        report(answered=PIA),
        of=WITH_PIA,
        paul=[SIDE],
        shares=[opens(EFFECT, disclosers=[OF_PATIENT, of(PAUL)])],
    ),
    alike(
        "... Pia left before it was reported",
        report(),
        of=PIA_LEFT,
        kinds=[SIDE],
        shares=[opens(EFFECT, disclosers=[OF_PATIENT, of(PAUL)])],
    ),
    row(
        "... Pia left after it was reported",
        report(days=20),
        of=PIA_LEFT,
        patient=[SIDE],
        paul=[SIDE],
        shares=[opens(EFFECT, disclosers=[OF_PATIENT, of(PAUL)])],
    ),
    row("a labelled side effect, no label shared", report(labels=HIV), patient=[SIDE]),
    alike("... its label shared", report(labels=HIV), kinds=[SIDE], shares=[opens(EFFECT, labels=HIV)]),
    row(
        "... the label of the patient's alone",
        report(labels=HIV),
        patient=[SIDE],
        paul=[SIDE],
        shares=[opens(EFFECT, labels=HIV, disclosers=[OF_PATIENT]), opens(EFFECT, number=2)],
    ),
    row(
        "... all of the patient's side effects restricted",
        report(),
        patient=[SIDE],
        restrictions=[restriction(item_class=EFFECT, of_patient=True)],
    ),
    alike("... of a patient who died", report(), kinds=[], living=False),
    row(
        "... old reports alone shared with Tess",
        report(),
        patient=[SIDE],
        paul=[SIDE],
        shares=[
            opens(EFFECT, disclosers=[OF_PATIENT]),
            opens(EFFECT, number=2, disclosers=[of(PAUL)], data_through=ago(30)),
        ],
    ),
    row("Paul has left the team", report(), of=PAUL_LEFT, patient=[SIDE], tess=[SIDE]),
    alike("a refill is asked for", report("refill_request"), kinds=[REQUEST]),
    alike("a refill that was answered", report("refill_request", answered=PAUL), kinds=[]),
    alike("a way to pay is asked for", report("cost_request", overdue=True), kinds=[REQUEST]),
    row(
        "... shared with Paul alone",
        report("cost_request"),
        patient=[REQUEST],
        paul=[REQUEST],
        shares=[opens(MEDICATION, recipients=[to(PAUL)])],
    ),
    alike("the plan is not working", report("plan_review"), kinds=[REVIEW]),
    row(
        "... told of the patient's alone: both may answer",
        report("plan_review"),
        shares=[OF_PATIENT_ALONE],
        patient=[REVIEW],
        tess=[REVIEW],
        paul=[REVIEW],
    ),
    row(
        "... which Tess answered, and Paul may not see",
        report("plan_review", answered=TESS),
        paul=[REVIEW],
        shares=[OF_PATIENT_ALONE],
    ),
    alike("a flagged form", form(9, 2, flagged=True), kinds=[FLAG]),
    alike("a flagged form with a later one that is not", form(9, 4, flagged=True), form(3, 2), kinds=[]),
    alike("a later form of another questionnaire", form(9, 4, flagged=True), form(3, 2, of="gad-7"), kinds=[FLAG]),
    row("a flagged form, nothing shared", form(9, 2, flagged=True), shares=(), patient=[FLAG]),
    row(
        "... restricted for everybody",
        form(9, 2, flagged=True),
        patient=[FLAG],
        restrictions=[restriction(item_class=MEASURE)],
    ),
    row(
        "a later form that Tess holds, kept from Paul",
        form(9, 4, flagged=True),
        form(3, 2, by=TESS),
        paul=[FLAG],
        shares=[OF_PATIENT_ALONE],
    ),
    alike("worse by five since the dose changed", *WORSENED, kinds=[WORSE]),
    alike("worse by four", step(30), form(8, 40), form(12, 5), kinds=[]),
    alike("better by five", step(30), form(13, 40), form(8, 5), kinds=[]),
    alike("worse by five, no dose change", form(8, 40), form(13, 5), kinds=[]),
    alike("worse by five before the dose changed", step(2), form(8, 40), form(13, 5), kinds=[]),
    alike("no form before the dose changed", step(30), form(8, 20), form(13, 5), kinds=[]),
    alike("a form on the day of the change counts before", step(30), form(8, 30), form(13, 5), kinds=[WORSE]),
    alike("a form on the day of the change is not after", step(5), form(8, 30), form(13, 5), kinds=[]),
    alike("only the last form before counts", step(30), form(2, 60), form(9, 31), form(13, 5), kinds=[]),
    alike("only the latest form counts", step(30), form(8, 40), form(14, 9), form(9, 5), kinds=[]),
    alike("two questionnaires are not compared", step(30), form(8, 40), form(20, 5, of="gad-7"), kinds=[]),
    alike("a change that is planned changes nothing yet", step(-3), form(8, 40), form(13, 5), kinds=[]),
    row("worse, and medications are not shared", *WORSENED, shares=[opens(MEASURE)], patient=[WORSE], paul=[WORSE]),
    row("worse, and measures are not shared", *WORSENED, shares=[opens(MEDICATION)], patient=[WORSE]),
    row(
        "worse since a change that carries a label",
        step(30, labels=HIV),
        form(8, 40),
        form(13, 5),
        patient=[WORSE],
        paul=[WORSE],
    ),
    alike("a check-in that is overdue", check_in(3), kinds=[OVERDUE]),
    alike("a check-in that is due today", check_in(0), kinds=[]),
    alike("a check-in that was due yesterday", check_in(1), kinds=[OVERDUE]),
    alike("a check-in that Paul did", check_in(3, done=PAUL), kinds=[]),
    row(
        "overdue, and check-ins are not shared",
        check_in(3),
        shares=[opens(MEDICATION)],
        patient=[OVERDUE],
        paul=[OVERDUE],
    ),
    row("done, and check-ins are not shared", check_in(3, done=PAUL), shares=[opens(MEDICATION)]),
    row(
        "overdue, and medications are not shared",
        check_in(3),
        shares=[opens(CHECK_IN)],
        patient=[OVERDUE],
        paul=[OVERDUE],
    ),
    row(
        "Pia's check-ins are kept from both",
        check_in(3),
        of=WITH_PIA,
        patient=[OVERDUE],
        paul=[OVERDUE],
        shares=[opens(MEDICATION, CHECK_IN, disclosers=[of(PAUL)])],
    ),
    alike("overdue of a patient who died", check_in(3), kinds=[], living=False),
    alike("the supply ends before the check-in", supply(4, 10), kinds=[REFILL]),
    alike("the supply ends on the day of the check-in", supply(10, 10), kinds=[]),
    alike("the supply ended", supply(-1, 10), kinds=[REFILL]),
    row("the supply ends, nothing shared", supply(4, 10), shares=(), patient=[REFILL], paul=[REFILL]),
    row(
        "... Pia may have filled it, kept from both",
        supply(4, 10),
        of=WITH_PIA,
        patient=[REFILL],
        paul=[REFILL],
        shares=[opens(MEDICATION, disclosers=[of(PAUL)])],
    ),
    row("a message needs Tess's answer", message(TESS, by=PAUL), tess=[ASKED]),
    row("a message needs the patient's answer", message(PATIENT, by=TESS, due=-1), patient=[ASKED]),
    row("a message that Tess may not read any more", message(TESS, by=PAUL), shares=()),
    alike("the doses differ", difference(PairState.DOSE_DIFFERS, PAUL, PATIENT), kinds=[DIFFERS]),
    row(
        "... what is taken is not shared",
        difference(PairState.DOSE_DIFFERS, PAUL, PATIENT),
        patient=[DIFFERS],
        shares=[opens(MEDICATION, disclosers=[OF_TEAM])],
    ),
    row(
        "... what is prescribed is not shared",
        difference(PairState.DOSE_DIFFERS, PAUL, PATIENT),
        patient=[DIFFERS],
        paul=[DIFFERS],
        shares=[opens(MEDICATION, disclosers=[OF_PATIENT])],
    ),
    alike("stopped and taken", difference(PairState.STOPPED_BUT_TAKEN, PAUL, PATIENT), kinds=[DIFFERS]),
    alike("taken and not prescribed", difference(PairState.ONLY_TAKEN, PATIENT), kinds=[TAKEN]),
    row(
        "... what is prescribed is not shared",
        difference(PairState.ONLY_TAKEN, PATIENT),
        patient=[TAKEN],
        paul=[TAKEN],
        shares=[opens(MEDICATION, disclosers=[OF_PATIENT])],
    ),
    row("... nobody ever prescribed here", difference(PairState.ONLY_TAKEN, PATIENT), of=NO_PRESCRIBER),
    row("Paul changed an entry", changed(PAUL), patient=[NEW], tess=[NEW]),
    row("the patient changed an entry", changed(PATIENT), tess=[NEW], paul=[NEW]),
    row("Paul changed an entry that is not shared", changed(PAUL), shares=(), patient=[NEW]),
    row("a plan version of Paul's", plan(PAUL), patient=[UNSAID], tess=[UNSAID]),
    row("... the patient has agreed", plan(PAUL, PATIENT), tess=[UNSAID]),
    row("... everybody has", plan(PAUL, PATIENT, TESS)),
    row("... the plan is not shared", plan(PAUL), shares=(), patient=[UNSAID]),
    row("a consent ends in 30 days", ending(30, PATIENT, TESS), patient=[ENDS], tess=[ENDS]),
    row("a consent ends in 30 days and a second", ending(30 + 1 / 86400, PATIENT, TESS)),
    row("a consent ends in a minute", ending(1 / 1440, PATIENT), patient=[ENDS]),
    row("a consent that has ended", ending(0, PATIENT, TESS)),
    alike("two entries interact", reminder(MIXED, PAUL, PATIENT), kinds=[MIXED]),
    row("... one of them is not shared", reminder(MIXED, PAUL, PATIENT), shares=(), patient=[MIXED]),
    alike("one drug twice", reminder(TWICE, PAUL, PATIENT), kinds=[TWICE]),
    row("something that is kept private matters", reminder(PRIVATE, PATIENT), patient=[PRIVATE]),
    alike(
        "the most urgent first",
        check_in(3),
        report(),
        form(9, 2, flagged=True),
        reminder(MIXED, PAUL),
        kinds=[FLAG, SIDE, MIXED, OVERDUE],
    ),
]
