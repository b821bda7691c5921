"""Signing reconciliations: decisions about differences, each about the versions of the entries that were seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted, Stale
from careteam.models import DecidedEntry, DifferenceDecision, Medication, Reconciliation
from careteam.models.types import new_id
from careteam.policy.pairing import Verdict, in_effect
from careteam.policy.reconciling import FITS
from careteam.policy.vocabulary import ItemClass, ReconciliationDecision, Role
from careteam.services.medications.medication_pairs import TwoSides, two_sides
from careteam.services.medications.reconciliations import changed
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_to_write
from careteam.vault import seal


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision as the prescriber sends it: the entries of one difference, with the versions that they saw."""

    versions: Mapping[UUID, int]
    decision: ReconciliationDecision
    text: str | None = None


def reconcile(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    typed_name: str,
    decisions: Iterable[Mapping[str, Any]],
    at: datetime,
) -> dict[str, Any]:
    """Sign decisions about differences; they resolve them until one of the entries changes. Nothing else changes.

    Raises NotFound, NotPermitted unless the actor is a current prescriber, Stale when an entry has another version
    than the one seen (`errors` names it), Conflict when entries are no difference now, and Invalid (name, entries that
    the actor cannot see, a decision that does not fit).
    """
    record = open_to_write(session, actor, patient_id, at=at)
    if Role.PRESCRIBER not in record.roles:
        raise NotPermitted("Only a current prescriber reconciles the medication list.")
    if _letters(typed_name) != _letters(actor.name):
        raise Invalid("Type your name as it stands in your account.", {"typed_name": ["Not your name."]})
    decided = [_decided(one) for one in decisions]
    _hold(session, record, decided)
    sides = two_sides(session, record)
    verdicts = _fitting(sides, decided)
    made = _write(session, record, list(zip(decided, verdicts, strict=True)), " ".join(typed_name.split()))
    return changed(session, record, "reconcile-medications", made)


def _decided(sent: Mapping[str, Any]) -> Decided:
    versions = {entry["id"]: entry["version"] for entry in sent["entries"]}
    if len(versions) < len(sent["entries"]):
        raise Invalid("Name every entry of a difference once.", {"decisions": ["An entry stands there twice."]})
    return Decided(versions, sent["decision"], sent.get("text"))


def _hold(session: Session, record: Record, decided: Sequence[Decided]) -> None:
    """Keep the entries as they are until this is written: a change at the same time comes before it or after it."""
    ids = {i for one in decided for i in one.versions}
    session.execute(record.rows(Medication, Medication.id).where(Medication.id.in_(ids)).with_for_update(read=True))


def _fitting(sides: TwoSides, decided: Sequence[Decided]) -> list[Verdict]:
    """Return of each decision what its entries say now, if it can be signed."""
    _check_versions(sides, decided)
    differences = {frozenset(part.id for part in told.verdict.parts): told.verdict for told in sides.lines}
    found = []
    for one in decided:
        verdict = differences.pop(frozenset(one.versions), None)
        if verdict is None or verdict.state is None or not verdict.differs:
            raise Conflict("These entries together are no difference (any more): read medication-pairs again.")
        if one.decision not in FITS[verdict.state]:
            raise Invalid("This decision does not fit the difference.", {"decision": [f"Not for {verdict.state}."]})
        found.append(verdict)
    return found


def _check_versions(sides: TwoSides, decided: Sequence[Decided]) -> None:
    seen = {i: version for one in decided for i, version in one.versions.items()}
    if not seen.keys() <= sides.rows.keys():
        raise Invalid("Name entries that you can see.", {"decisions": ["No such entry that you can see."]})
    stale = sorted(str(i) for i, version in seen.items() if sides.rows[i].version != version)
    if stale:
        raise Stale("These entries changed since you read them; read medication-pairs again.", errors={"stale": stale})


def _write(session: Session, record: Record, decided: Sequence[tuple[Decided, Verdict]], signature_name: str) -> UUID:
    made = _signed(record, signature_name)
    decisions = [_decision(session, made.id, n, *both) for n, both in enumerate(decided, 1)]
    for rows in ([made], decisions, _entries(decisions, decided, made.date)):
        session.add_all(rows)
        session.flush()
    return made.id


def _signed(record: Record, signature_name: str) -> Reconciliation:
    return Reconciliation(
        patient_id=record.patient_id,
        item_class=ItemClass.MEDICATION,
        author_id=record.actor.user_id,
        holder_id=record.actor.user_id,
        date=patient_day(record).today,
        signature_name=signature_name,
        signature_address=record.actor.origin.address,
        signed_at=record.at,
        created_at=record.at,
        updated_at=record.at,
    )


def _entries(
    decisions: Sequence[DifferenceDecision], decided: Sequence[tuple[Decided, Verdict]], today: date
) -> list[DecidedEntry]:
    return [
        DecidedEntry(
            decision_id=decision.id,
            medication_id=part.id,
            version=one.versions[part.id],
            changes=in_effect(part, today),
        )
        for decision, (one, verdict) in zip(decisions, decided, strict=True)
        for part in verdict.parts
    ]


def _decision(
    session: Session, reconciliation_id: UUID, position: int, one: Decided, verdict: Verdict
) -> DifferenceDecision:
    decision_id = new_id()
    return DifferenceDecision(
        id=decision_id,
        reconciliation_id=reconciliation_id,
        position=position,
        state=verdict.state,
        decision=one.decision,
        text=seal(session, DifferenceDecision.text, decision_id, one.text),
    )


def _letters(name: str) -> str:
    """Return the name without space and case."""
    return "".join(normalize("NFKC", name).casefold().split())
