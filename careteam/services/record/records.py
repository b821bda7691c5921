"""Opens one patient's record for one person: the first step of every read and write of shared data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.facts import Facts
from careteam.models import Item
from careteam.policy import grounds
from careteam.policy.facts import Representation, Team
from careteam.policy.scope import Scope
from careteam.policy.team import accepted, roles_now, was_member
from careteam.policy.vocabulary import ItemClass, Power, Role
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed

ANY_VERSION = -1
"""What `If-Match: *` says. It fits nothing but what a former member may still do."""


class Readable(Protocol):
    """What somebody may read, of one patient or of several."""

    def rows(self, model: type[Item], *columns: Any) -> Select[*tuple[Any, ...]]:
        """Return the SELECT of these columns for what they may read, and no other rows."""


@dataclass(frozen=True, slots=True)
class Record:
    """One patient's record as one person finds it at one instant."""

    actor: Actor
    facts: Facts
    scope: Scope
    roles: frozenset[Role]
    at: datetime

    @property
    def team(self) -> Team:
        """Everybody who is, was or is asked to be in the team."""
        return self.facts.team

    @property
    def known_team(self) -> Team:
        """The team as far as the actor may know of it: the patient and who signs for them see who is asked to join."""
        if self.speaks(Power.SIGN):
            return self.team
        return replace(self.team, memberships=tuple(m for m in self.team.memberships if accepted(m)))

    @property
    def patient_id(self) -> UUID:
        """Whose record it is."""
        return self.scope.patient_id

    @property
    def is_patient(self) -> bool:
        """True when the record is the actor's own."""
        return self.team.patient_user_id == self.actor.user_id

    @property
    def is_member(self) -> bool:
        """True when the actor is a current, accepted and verified member of the team."""
        return bool(self.roles)

    @property
    def acting(self) -> Sequence[Representation]:
        """The representations by which the actor acts for the patient now."""
        return grounds.acting(self.actor.reader, self.facts.grounds, self.at)

    @property
    def representation(self) -> Representation | None:
        """That by which the actor does here what the patient does; None for the patient.

        None for a current member too, who acts as a clinician: nobody signs for a patient what they receive themselves.
        """
        if self.is_patient or self.is_member:
            return None
        return next(iter(self.acting), None)

    def speaks(self, power: Power) -> bool:
        """Say whether the actor does what takes this power: the patient does, and a representation that holds it."""
        by = self.representation
        return self.is_patient or (by is not None and power in by.powers)

    def version_meant(self, item: Item, version: int) -> int:
        """Return the version that a change is meant for. A former member sees none, and may mean whatever it is."""
        return item.version if version == ANY_VERSION and self.scope.former else version

    def rows(self, model: type[Item], *columns: Any) -> Select[*tuple[Any, ...]]:
        """Return the SELECT of what the actor may read (see `careteam.access.visible`)."""
        return access.visible(model, self.scope, *columns)

    def seen(self, rows: Iterable[Any]) -> list[Disclosed]:
        """Return what these rows disclose, for the access log (see `careteam.services.log.access_log.seen`)."""
        return access_log.seen(rows, self.scope)


def open_record(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    """Return the record. Raises NotFound unless the actor is the patient, acts for them, or was ever in the team."""
    facts, scope = access.opened(session, actor.reader, patient_id, at=at)
    record = Record(actor, facts, scope, roles_now(actor.reader, facts.team, at), at)
    known = record.is_patient or record.acting or was_member(facts.team, actor.user_id)
    if not (scope.permits and known):
        raise NotFound
    return _on_behalf(record)


def _on_behalf(record: Record) -> Record:
    """Return the record with an actor of whom the access log knows that they act for the patient."""
    by = record.representation
    return record if by is None else replace(record, actor=replace(record.actor, representation_id=by.id))


def open_to_write(
    session: Session, actor: Actor, patient_id: UUID, *, power: Power | None = None, at: datetime
) -> Record:
    """Return the record for somebody who may write in it: the patient, or a current member.

    With a `power`, for a representation that holds it too. Raises NotFound to others, NotPermitted to former members
    and to representations that may not do this.
    """
    record = open_record(session, actor, patient_id, at=at)
    if power is not None and record.speaks(power):
        return record
    if record.representation is not None:
        raise NotPermitted("You act for this patient, but not in this: see what your representation covers.")
    if not (record.is_patient or record.is_member):
        raise NotPermitted("Your membership in this care team has ended or has not begun: you can only read.")
    return record


def open_to_report(session: Session, actor: Actor, patient_id: UUID, item_class: ItemClass, *, at: datetime) -> Record:
    """Return the record as `open_to_write`, to somebody who may write an item of this class.

    A representation with the power to report does within its classes. Raises NotFound, NotPermitted.
    """
    record = open_to_write(session, actor, patient_id, power=Power.REPORT, at=at)
    if record.representation is not None and item_class not in record.representation.classes:
        raise NotPermitted("You act for this patient, but not in this class: see what your representation covers.")
    return record
