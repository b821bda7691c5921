"""Signals: what one viewer should see to, computed from what that viewer may read (`domain.md`, "Alignment").

All that comes in (`Seen`) was opened to the viewer by the gate. What is hidden from them is not there, so it changes
nothing. That something is missing (an answer, a check-in, another supply) is said only of what waits for the viewer
themself, or where everybody who could have written it shares that class with the viewer; then "that you can see".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from careteam.policy.answering import ANSWERS
from careteam.policy.facts import Team
from careteam.policy.representing import reads_section
from careteam.policy.scope import OwnRecord, Represented, Scope, Shared, opening
from careteam.policy.team import accepted
from careteam.policy.treatment_words import SignalKind
from careteam.policy.vocabulary import ItemClass, Label, PairState, Role

WORSE = 5
"""Points on a questionnaire that count as worse (`domain.md`, "Alignment")."""
ENDS_WITHIN = timedelta(days=30)
"""How long before its end a consent is spoken of."""
URGENCY: Mapping[SignalKind, int] = {kind: place for place, kind in enumerate(SignalKind)}
"""The order of the words is the order of urgency."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at whose record, when, and what they may read of it. `zone` is the patient's."""

    user_id: UUID
    roles: frozenset[Role]
    scope: Scope
    team: Team
    at: datetime
    zone: tzinfo
    living: bool = True

    @property
    def is_patient(self) -> bool:
        """True for the patient themself."""
        return any(isinstance(permit, OwnRecord) for permit in self.scope.permits)

    @property
    def today(self) -> date:
        """The day where the patient lives."""
        return self.at.astimezone(self.zone).date()

    @property
    def told(self) -> bool:
        """Whether anything is said at all: not of somebody who died, nor to former members."""
        here = self.is_patient or self.roles or any(isinstance(p, Represented) for p in self.scope.permits)
        return bool(here) and self.living and not self.scope.former


@dataclass(frozen=True, slots=True)
class Report:
    """A side effect, request or plan review that stands, without an answer that the viewer may read.

    `kind` is its `Item.record_type`; `drug` and `drug_id` name its medication where the viewer may read that too.
    """

    id: UUID
    kind: str
    item_class: ItemClass
    at: datetime
    due_at: datetime
    words: str | None = None
    drug: str | None = None
    drug_id: UUID | None = None
    labels: frozenset[Label] = frozenset()


@dataclass(frozen=True, slots=True)
class Asking:
    """A message that needs the viewer's answer, after which they wrote nothing in its thread."""

    id: UUID
    at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One form of a questionnaire; of all that are known here a higher score is worse."""

    id: UUID
    questionnaire: str
    title: str
    on: date
    at: datetime
    score: int
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A change of what is taken that is in effect."""

    entry_id: UUID
    drug: str
    on: date


@dataclass(frozen=True, slots=True)
class Changed:
    """A medication entry that others changed since the viewer last looked, and when they recorded it."""

    id: UUID
    drug: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckInDue:
    """The earliest check-in of an entry that is due and not done, as far as the viewer may read check-ins."""

    entry_id: UUID
    drug: str
    holder_id: UUID | None
    due_on: date
    labels: frozenset[Label] = frozenset()


@dataclass(frozen=True, slots=True)
class RunsOut:
    """The day after the last for which a supply is enough, and the next check-in of its entry."""

    id: UUID
    entry_id: UUID
    drug: str
    holder_id: UUID | None
    filled_on: date
    runs_out_on: date
    check_in_on: date
    labels: frozenset[Label] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """An open difference of the medication list (`careteam.policy.pairing`)."""

    state: PairState
    entries: tuple[UUID, ...]
    drug: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """The version of an active plan item, written by somebody else, to which the viewer has said nothing."""

    id: UUID
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """A consent in force that ends and that nothing follows, as the viewer may know it."""

    id: UUID
    classes: frozenset[ItemClass]
    until: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """What the tables of drugs say of entries that the viewer reads: an interaction, a duplicate, or (to the patient
    alone) that something kept private bears on safety.
    """

    kind: SignalKind
    entries: tuple[UUID, ...]
    words: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """All that signals are computed from: nothing that the viewer may not read."""

    reports: Sequence[Report] = ()
    asking: Sequence[Asking] = ()
    scores: Sequence[Score] = ()
    steps: Sequence[Step] = ()
    changed: Sequence[Changed] = ()
    check_ins: Sequence[CheckInDue] = ()
    supplies: Sequence[RunsOut] = ()
    differences: Sequence[Difference] = ()
    plan: Sequence[Unacknowledged] = ()
    ending: Sequence[Ending] = ()
    reminders: Sequence[Reminder] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing to see to: since when, the items that it rests on, and what the sentence about it needs."""

    kind: SignalKind
    since: datetime
    items: tuple[UUID, ...] = ()
    about: Mapping[str, object] = field(default_factory=dict)
    overdue: bool = False
    consent_id: UUID | None = None


def signals(viewer: Viewer, seen: Seen) -> list[Signal]:
    """Return the signals, the most urgent first; of one kind, what has waited longest."""
    if not viewer.told:
        return []
    found = (signal for rule in _RULES for signal in rule(viewer, seen))
    return sorted(found, key=lambda s: (URGENCY[s.kind], s.since, s.items, s.consent_id or UUID(int=0)))


def shares(
    viewer: Viewer,
    holders: Iterable[UUID],
    item_class: ItemClass,
    labels: frozenset[Label],
    since: date,
) -> bool:
    """Say whether the viewer sees what each of these holders wrote of a class, with these labels, from a day until now.

    Restrictions on single items and labels do not count: they are never shown, and not by a silence either.
    """
    if viewer.is_patient:
        return True
    return all(_shares(viewer, holder, item_class, labels, since) for holder in holders if holder != viewer.user_id)


def _shares(viewer: Viewer, holder: UUID, item_class: ItemClass, labels: frozenset[Label], since: date) -> bool:
    acting = (p for p in viewer.scope.permits if isinstance(p, Represented))
    if any(labels <= p.labels for p in acting) and reads_section(viewer.scope, holder, item_class):
        return True
    permits = opening(viewer.scope, holder, item_class)
    return any(labels <= permit.labels and _spans(permit, since, viewer.today) for permit in permits)


def _spans(permit: Shared, since: date, today: date) -> bool:
    begun = permit.data_from is None or permit.data_from <= since
    return begun and (permit.data_through is None or today <= permit.data_through)


def _members(viewer: Viewer, roles: Iterable[Role], since: datetime) -> frozenset[UUID]:
    """Return who could have acted in one of these roles since then."""
    wanted = frozenset(roles)
    return frozenset(
        m.user_id
        for m in viewer.team.memberships
        if accepted(m) and m.role in wanted and not (m.ended_at and m.ended_at < since)
    )


_REPORTS = {"side_effect": SignalKind.SIDE_EFFECT_UNANSWERED, "plan_review": SignalKind.PLAN_REVIEW_OPEN}


def _of_reports(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    """What the viewer may answer waits for them; of what others answer, only where their answers would be seen."""
    for report in seen.reports:
        roles = ANSWERS[report.kind].roles
        others = _members(viewer, roles, report.at)
        day = report.at.astimezone(viewer.zone).date()
        if viewer.roles & roles or shares(viewer, others, report.item_class, report.labels, day):
            yield Signal(
                _REPORTS.get(report.kind, SignalKind.REQUEST_UNANSWERED),
                report.at,
                _named(report.id, report.drug_id),
                {"kind": report.kind, "words": report.words, "drug": report.drug, "answers": viewer.roles & roles},
                overdue=report.due_at <= viewer.at,
            )


def _of_messages(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for message in seen.asking:
        late = message.due_at is not None and message.due_at <= viewer.at
        yield Signal(SignalKind.MESSAGE_UNANSWERED, message.at, (message.id,), overdue=late)


def _of_flags(_viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for forms in _by_questionnaire(seen.scores):
        if forms[-1].flagged:
            last = forms[-1]
            yield Signal(SignalKind.SAFETY_FLAG, last.at, (last.id,), {"title": last.title, "on": last.on})


def _of_scores(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    changes = [step for step in seen.steps if step.on <= viewer.today]
    last = max(changes, key=lambda step: (step.on, step.entry_id), default=None)
    for forms in _by_questionnaire(seen.scores) if last else ():
        assert last is not None
        before = [form for form in forms if form.on <= last.on]
        latest = forms[-1]
        by = latest.score - before[-1].score if before else 0
        if latest.on > last.on and by >= WORSE:
            about = {"title": latest.title, "by": by, "drug": last.drug, "on": last.on}
            yield Signal(SignalKind.SCORE_WORSE, latest.at, (latest.id, before[-1].id, last.entry_id), about)


def _by_questionnaire(scores: Iterable[Score]) -> list[list[Score]]:
    """Return the forms of each questionnaire, oldest first."""
    found: dict[str, list[Score]] = {}
    for score in sorted(scores, key=lambda s: (s.questionnaire, s.on, s.id)):
        found.setdefault(score.questionnaire, []).append(score)
    return list(found.values())


def _of_check_ins(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for due in seen.check_ins:
        since = midnight(due.due_on + timedelta(days=1), viewer.zone)
        if since <= viewer.at and _sees_prescribers(viewer, due, ItemClass.CHECK_IN, due.due_on):
            about = {"drug": due.drug, "on": due.due_on}
            yield Signal(SignalKind.CHECK_IN_OVERDUE, since, (due.entry_id,), about, overdue=True)


def _of_supplies(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for supply in seen.supplies:
        short = supply.runs_out_on < supply.check_in_on
        if short and _sees_prescribers(viewer, supply, ItemClass.MEDICATION, supply.filled_on):
            about = {"drug": supply.drug, "on": supply.runs_out_on, "next": supply.check_in_on}
            yield Signal(
                SignalKind.REFILL_BEFORE_CHECK_IN,
                midnight(supply.filled_on, viewer.zone),
                (supply.id, supply.entry_id),
                about,
                overdue=supply.runs_out_on <= viewer.today,
            )


def _sees_prescribers(viewer: Viewer, part: CheckInDue | RunsOut, item_class: ItemClass, day: date) -> bool:
    """Say whether the entry is the viewer's own to see to, or its holder and every prescriber since share the class."""
    if part.holder_id == viewer.user_id:
        return True
    holders = _members(viewer, {Role.PRESCRIBER}, midnight(day, viewer.zone))
    named = frozenset({part.holder_id} if part.holder_id else ())
    return shares(viewer, holders | named, item_class, part.labels, day)


def _of_differences(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    """Where nobody ever prescribed here, that a prescriber's entry is missing says nothing."""
    prescribed = any(accepted(m) and m.role is Role.PRESCRIBER for m in viewer.team.memberships)
    for difference in seen.differences:
        about = {"drug": difference.drug, "state": difference.state}
        if difference.state is not PairState.ONLY_TAKEN:
            yield Signal(SignalKind.OPEN_DIFFERENCE, difference.since, difference.entries, about)
        elif prescribed:
            yield Signal(SignalKind.TAKEN_WITHOUT_PRESCRIPTION, difference.since, difference.entries, about)


def _of_changes(_viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for entry in seen.changed:
        yield Signal(SignalKind.MEDICATION_CHANGED, entry.at, (entry.id,), {"drug": entry.drug})


def _of_plan(_viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for item in seen.plan:
        yield Signal(SignalKind.PLAN_UNACKNOWLEDGED, item.at, (item.id,), {"number": item.number})


def _of_consents(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for consent in seen.ending:
        if viewer.at < consent.until <= viewer.at + ENDS_WITHIN:
            about = {"classes": consent.classes, "on": consent.until.astimezone(viewer.zone).date()}
            yield Signal(SignalKind.CONSENT_ENDS, consent.until - ENDS_WITHIN, (), about, consent_id=consent.id)


def _of_reminders(viewer: Viewer, seen: Seen) -> Iterable[Signal]:
    for reminder in seen.reminders:
        if reminder.kind is not SignalKind.KEPT_PRIVATE or viewer.is_patient:
            yield Signal(reminder.kind, reminder.since, reminder.entries, {"words": reminder.words})


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a day begins in a time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _named(*ids: UUID | None) -> tuple[UUID, ...]:
    return tuple(i for i in ids if i is not None)


_RULES: tuple[Callable[[Viewer, Seen], Iterable[Signal]], ...] = (
    _of_flags,
    _of_reports,
    _of_reminders,
    _of_scores,
    _of_supplies,
    _of_check_ins,
    _of_messages,
    _of_differences,
    _of_changes,
    _of_plan,
    _of_consents,
)
