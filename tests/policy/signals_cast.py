"""Things that bear on signals, in one line each, as one viewer may read them: who holds each part decides.

Whether a part is readable is asked of the rule itself (`readable`) and its partner (`tests.policy.matching`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from careteam.policy.facts import Consent, Reader, Restriction, Team
from careteam.policy.scope import sections
from careteam.policy.sharing import readable
from careteam.policy.signals import (
    Asking,
    Changed,
    CheckInDue,
    Difference,
    Ending,
    Reminder,
    Report,
    RunsOut,
    Score,
    Seen,
    Signal,
    Step,
    Unacknowledged,
    Viewer,
    signals,
)
from careteam.policy.team import roles_now
from careteam.policy.treatment_words import SignalKind
from careteam.policy.vocabulary import ItemClass, Label, PairState, Role
from tests.policy.cast import NOW, PATIENT, PAUL, RECORD, team
from tests.policy.matching import ItemFact, permits

TODAY = NOW.date()
MEDICATION, CHECK_IN, MEASURE = ItemClass.MEDICATION, ItemClass.CHECK_IN, ItemClass.MEASURE
EFFECT, PLAN, MESSAGE = ItemClass.SIDE_EFFECT, ItemClass.TREATMENT_PLAN, ItemClass.MESSAGE
NONE: frozenset[Label] = frozenset()


def ago(days: int) -> date:
    """The day so many days before that of the table."""
    return TODAY - timedelta(days=days)


def noon(day: date) -> datetime:
    """An instant of a day."""
    return datetime.combine(day, time(11), UTC)


@dataclass(frozen=True)
class Eye:
    """One viewer, who reads an item of this class, holder and labels or not."""

    viewer: Viewer

    def reads(self, item_class: ItemClass, holder: UUID, labels: frozenset[Label] = NONE, on: date = TODAY) -> bool:
        """Say whether the rule opens such an item."""
        held_by = None if holder == PATIENT else holder
        return (
            permits(self.viewer.scope, ItemFact(ident(0), RECORD, item_class, holder, held_by, on, labels)) is not None
        )

    @property
    def sees_prescribed(self) -> bool:
        """Whether everybody who could prescribe shares medications."""
        me, scope = self.viewer.user_id, self.viewer.scope
        others = {m.user_id for m in self.viewer.team.memberships if m.role is Role.PRESCRIBER} - {me}
        return self.viewer.is_patient or all(MEDICATION in sections(scope, holder) for holder in others)


Thing = Callable[[Eye], Mapping[str, list[Any]]]
"""What a viewer is shown of one thing: the parts of `Seen`."""


def ident(number: int) -> UUID:
    """An id."""
    return UUID(int=0x9000 + number)


def report(
    kind: str = "side_effect",
    *,
    by: UUID = PATIENT,
    answered: UUID | None = None,
    days: int = 1,
    overdue: bool = False,
    labels: frozenset[Label] = NONE,
) -> Thing:
    """Something that asks for an answer, and perhaps who answered it."""
    item_class = {"side_effect": EFFECT, "plan_review": PLAN}.get(kind, MEDICATION)

    def seen(eye: Eye) -> Mapping[str, list[Any]]:
        done = answered is not None and eye.reads(item_class, answered, labels)
        if done or not eye.reads(item_class, by, labels, ago(days)):
            return {}
        due = NOW if overdue else NOW + timedelta(hours=1)
        return {"reports": [Report(ident(1), kind, item_class, noon(ago(days)), due, labels=labels)]}

    return seen


def form(score: int, days: int, *, by: UUID = PATIENT, flagged: bool = False, of: str = "phq-9") -> Thing:
    """One form of a questionnaire, so many days ago."""
    number = 1000 - days
    made = Score(ident(number), of, of.upper(), ago(days), noon(ago(days)), score, flagged)
    return lambda eye: {"scores": [made]} if eye.reads(MEASURE, by, on=ago(days)) else {}


def step(days: int, *, by: UUID = PAUL, labels: frozenset[Label] = NONE) -> Thing:
    """A dose change that took effect so many days ago (or will)."""
    made = Step(ident(2), "Sertraline", ago(days))
    return lambda eye: {"steps": [made]} if eye.reads(MEDICATION, by, labels) else {}


def check_in(due: int, *, by: UUID = PAUL, done: UUID | None = None, labels: frozenset[Label] = NONE) -> Thing:
    """A check-in that was due so many days ago, of somebody's entry, and perhaps who did it."""

    def seen(eye: Eye) -> Mapping[str, list[Any]]:
        settled = done is not None and eye.reads(CHECK_IN, done, labels)
        made = CheckInDue(ident(3), "Sertraline", by, ago(due), labels)
        return {"check_ins": [made]} if eye.reads(MEDICATION, by, labels) and not settled else {}

    return seen


def supply(ends: int, next_check_in: int, *, by: UUID = PAUL) -> Thing:
    """A fill that is enough for so many days from today, and in how many the next check-in is due."""
    made = RunsOut(ident(4), ident(3), "Sertraline", by, ago(20), ago(-ends), ago(-next_check_in))
    return lambda eye: {"supplies": [made]} if eye.reads(MEDICATION, by) else {}


def difference(state: PairState, *holders: UUID) -> Thing:
    """An open difference of entries of these holders; that one is missing needs the whole other side."""

    def seen(eye: Eye) -> Mapping[str, list[Any]]:
        whole = state is not PairState.ONLY_TAKEN or eye.sees_prescribed
        made = Difference(state, (ident(5), ident(6)), "Sertraline", noon(ago(2)))
        return {"differences": [made]} if whole and all(eye.reads(MEDICATION, h) for h in holders) else {}

    return seen


def changed(by: UUID) -> Thing:
    """An entry of somebody that they changed since anybody looked."""
    made = Changed(ident(7), "Sertraline", noon(ago(1)))
    return lambda eye: {"changed": [made]} if eye.reads(MEDICATION, by) and eye.viewer.user_id != by else {}


def plan(by: UUID, *said: UUID) -> Thing:
    """A version of a plan item, and who has said what they think of it."""
    made = Unacknowledged(ident(8), 2, noon(ago(3)))
    return lambda eye: {"plan": [made]} if eye.reads(PLAN, by) and eye.viewer.user_id not in {by, *said} else {}


def message(to: UUID, *, by: UUID, due: int = 1) -> Thing:
    """A message that needs somebody's answer within so many hours."""
    made = Asking(ident(9), noon(ago(1)), NOW + timedelta(hours=due))
    return lambda eye: {"asking": [made]} if eye.viewer.user_id == to and eye.reads(MESSAGE, by) else {}


def ending(days: float, *to: UUID) -> Thing:
    """A consent that ends in so many days, which these people may know of."""
    made = Ending(ident(10), frozenset({MEDICATION}), NOW + timedelta(days=days))
    return lambda eye: {"ending": [made]} if eye.viewer.user_id in to else {}


def reminder(kind: SignalKind, *holders: UUID) -> Thing:
    """What the tables say of entries of these holders."""
    made = Reminder(kind, (ident(11), ident(12)), "Both raise serotonin.", noon(ago(1)))
    return lambda eye: {"reminders": [made]} if all(eye.reads(MEDICATION, h) for h in holders) else {}


def seen_by(
    reader: Reader,
    things: Sequence[Thing],
    consents: Sequence[Consent],
    restrictions: Sequence[Restriction] = (),
    *,
    of: Team | None = None,
    living: bool = True,
) -> list[Signal]:
    """Return the signals of one viewer."""
    here = of or team()
    scope = readable(reader, here, consents, restrictions, at=NOW)
    viewer = Viewer(reader.user_id, roles_now(reader, here, NOW), scope, here, NOW, UTC, living=living)
    parts: dict[str, list[Any]] = {}
    for thing in things:
        for name, found in thing(Eye(viewer)).items():
            parts.setdefault(name, []).extend(found)
    return signals(viewer, replace(Seen(), **parts))
