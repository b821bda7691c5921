"""Side effects reported, taken back, and answered by a prescriber."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.models import SideEffect
from careteam.policy.answering import due
from careteam.policy.side_effect_answers import CAUSES, missing
from careteam.policy.treatment_words import AnswerOutcome, Impact, Urgency
from careteam.policy.urgent_effects import urgent
from careteam.policy.vocabulary import ItemClass, Label, Power, Severity
from careteam.services.directing import sending
from careteam.services.log import access_log
from careteam.services.medications import named
from careteam.services.record import answering, reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_to_report, open_to_write
from careteam.services.side_effects import advice
from careteam.services.side_effects.side_effects import COLUMNS, SIDE_EFFECTS, present
from careteam.vault import seal

ONLY_THE_PATIENTS = "Only what the patient holds is sent; what you record, you hold."


def report(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    severity: Severity,
    impact: Impact,
    effect: str | None = None,
    effect_code: str | None = None,
    medication_id: UUID | None = None,
    onset: date | None = None,
    date: date | None = None,
    labels: Collection[Label] = (),
    part2: bool | None = None,
    send_to: Collection[UUID] = (),
    at: datetime,
) -> dict[str, Any]:
    """Report a side effect; the answer says what to do now before anything else, and whom the report reaches.

    It carries the labels of the entry that it names. A clinician records what the patient told them, and holds it.
    Raises NotPermitted, Conflict when the patient has died, Invalid on an effect that is not said, an entry that the
    writer does not read, a day that has not come, or `send_to` in what the patient does not hold.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.SIDE_EFFECT, at=at)
    held = record.speaks(Power.REPORT)
    if send_to and not held:
        raise Invalid(ONLY_THE_PATIENTS, {"send_to": ["Leave it out."]})
    entry = None if medication_id is None else named.to_name(session, record, medication_id)
    words = advice.words_of(effect, effect_code)
    said, also = advice.before_sending(session, record, entry, effect_code, words)
    made = _begun(record, entry, date, labels, part2)
    made.effect = seal(session, SideEffect.effect, made.id, words)
    made.effect_code, made.severity, made.impact = effect_code, severity, impact
    made.onset = patient_day(record).fitting(onset, "onset", plans=False) if onset else None
    _judge(made, entry, words, record)
    session.add(made)
    session.flush()
    delivery = sending.shown(record, sending.send(session, record, made, send_to)) if held else None
    return {**_shown(session, record, made.id, also), "do_now": said, "delivery": delivery}


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, side_effect_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own report as entered in error; also after leaving the team. It stays readable, marked."""
    ids = (patient_id, SIDE_EFFECTS, side_effect_id, "side-effect-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def answer(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    side_effect_id: UUID,
    *,
    outcome: AnswerOutcome,
    text: str | None = None,
    follow_up_on: date | None = None,
    event_id: UUID | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Answer a report as a prescriber: adjust or switch (naming the change), manage (advice), watch (until when).

    Raises NotFound, NotPermitted in another role, Conflict on what is entered in error, and Invalid: an outcome that
    does not fit, without what it needs, or with a change that is not the entry's.
    """
    lacks = missing(outcome, text=text, follow_up_on=follow_up_on)
    if lacks:
        raise Invalid("This answer needs more.", lacks)
    if event_id is not None:
        record = open_to_write(session, actor, patient_id, at=at)
        asked = reading.to_change(session, record, SIDE_EFFECTS, side_effect_id)
        of = next(iter(named.named(session, record, [asked.medication_id])), None)
        named.caused(session, record, event_id, CAUSES.get(outcome, frozenset()), of=of)
    _, made = answering.answer(
        session,
        actor,
        patient_id,
        SIDE_EFFECTS,
        side_effect_id,
        "answer-side-effect",
        outcome=outcome,
        text=text,
        follow_up_on=follow_up_on,
        event_id=event_id,
        at=at,
    )
    return made


def _shown(session: Session, record: Record, made_id: UUID, also: Sequence[Any]) -> dict[str, Any]:
    """Return the new report, which nobody answered yet; log it together with the further entries that it names."""
    rows = session.execute(record.rows(SideEffect, *COLUMNS).where(SideEffect.id == made_id)).all()
    items = record.seen([*rows, *also])
    act, target = "report-side-effect", made_id
    access_log.changed(session, record.actor, record.patient_id, act, target=target, items=items, at=record.at)
    return {**present(session, record, rows)[0], "answers": []}


def _begun(record: Record, entry: Any, on: date | None, labels: Collection[Label], part2: bool | None) -> SideEffect:
    begun = beginning(record, ItemClass.SIDE_EFFECT, on=on, labels=(), part2=None)
    entry_id = None if entry is None else entry.id
    return SideEffect(**{**begun, **named.labels_with(entry, labels, part2)}, medication_id=entry_id)


def _judge(made: SideEffect, entry: Any, words: str, record: Record) -> None:
    """Set urgency and clock. `urgent_rule` is set too where it is urgent only to who cannot tell of what drug it is."""
    asked = advice.rules(made.effect_code, words)
    found = urgent(asked, advice.drug(entry))
    first = found or urgent(asked, None)
    made.urgent_rule = first[0].rule.id if first else None
    made.urgency = Urgency.URGENT if found else Urgency.ROUTINE
    made.answer_due_at = due(made.urgency, record.at, ZoneInfo(record.facts.person.time_zone))
