"""What must not be undone by going back in time: every act that says no, and what of its row says so.

Each is found in the database as it stands, so that it can be found again at any time, whoever wrote it and however.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, or_

from careteam.models import (
    AccountLink,
    ApiToken,
    Base,
    Consent,
    Direction,
    EmergencySession,
    Invitation,
    Item,
    LoginSession,
    Membership,
    RecoveryCode,
    Representation,
    Restriction,
    Revocation,
    SpecialRelease,
    Staff,
    User,
)
from careteam.models.types import Sealed
from careteam.policy.vocabulary import ConsentStatus

Values = Mapping[str, Any]
_ITEM, _DIRECTION = Item.__table__, Direction.__table__
OPEN = (ConsentStatus.DRAFT, ConsentStatus.REQUESTED, ConsentStatus.ACTIVE)


def _as_it_was(row: Values, said: Values) -> dict[str, Any]:
    """What was set is set again; nothing that is set now is emptied."""
    return {name: value for name, value in said.items() if value is not None and row[name] != value}


def _consent(row: Values, said: Values) -> dict[str, Any]:
    """A consent that goes on for a while although another takes its place is not signed by that."""
    ended = said["status"] not in OPEN
    return _as_it_was(row, said if ended else {name: value for name, value in said.items() if name != "status"})


def _unverified(row: Values, _said: Values) -> dict[str, Any]:
    return {"verified_at": None, "verified_by": None} if row["verified_at"] is not None else {}


def _password(row: Values, said: Values) -> dict[str, Any]:
    """The old password may be known to others: whoever uses it chooses a new one first."""
    older = row["password_changed_at"] < said["password_changed_at"]
    return {"new_password_required_at": said["password_changed_at"]} if older else {}


def _labels(row: Values, said: Values) -> dict[str, Any]:
    """Labels are only added: taking one away would open something."""
    more = frozenset(row["labels"]) | frozenset(said["labels"])
    added: dict[str, Any] = {"labels": more} if more != row["labels"] else {}
    return added | ({"part2": True} if said["part2"] and not row["part2"] else {})


@dataclass(frozen=True, slots=True)
class No:
    """One kind of no: where it is, when a row says it, which columns carry it, and how a row comes to say it again.

    `whole`: the row itself is the no, and is made again where it is missing. `fleeting`: it means nothing once what it
    ended would have run out by itself. `of_patient`: it is looked for with the patient's events.
    """

    word: str
    table: Table
    said: Callable[[datetime], ColumnElement[bool]]
    columns: tuple[str, ...]
    redo: Callable[[Values, Values], dict[str, Any]] = _as_it_was
    whole: bool = False
    fleeting: bool = False

    @property
    def of_patient(self) -> bool:
        """Whether its rows belong to patients."""
        return self.patient is not None

    @property
    def patient(self) -> ColumnElement[UUID] | None:
        """Whose its rows are: the column that says so, of the item that they are about where they do not say it."""
        named: ColumnElement[UUID] | None = self.table.c.get("patient_id")
        return _ITEM.c.patient_id if named is None and self.table is _DIRECTION else named


def _no(word: str, model: type[Base], said: Any, *columns: str, **options: Any) -> No:
    condition = said if callable(said) else lambda _at: said
    return No(word, Base.metadata.tables[model.__tablename__], condition, columns, **options)


def _all_but_sealed(model: type[Base]) -> tuple[str, ...]:
    table = Base.metadata.tables[model.__tablename__]
    return tuple(column.name for column in table.c if not isinstance(column.type, Sealed))


_ENDED_CONSENT = or_(Consent.status.not_in(OPEN), Consent.superseded_at.is_not(None), Consent.closed_at.is_not(None))
_ENDED_MEMBERSHIP = or_(Membership.ended_at.is_not(None), Membership.declined_at.is_not(None))
_ENDED_REPRESENTATION = or_(Representation.ended_at.is_not(None), Representation.declined_at.is_not(None))
_LABELLED = or_(Item.labels != frozenset(), Item.part2)
_SHUT_ACCOUNT = or_(User.disabled_at.is_not(None), User.new_password_required_at.is_not(None))

NOES: tuple[No, ...] = (
    _no("consent", Consent, _ENDED_CONSENT, "status", "closed_at", "closed_by", "superseded_at", redo=_consent),
    _no("revocation", Revocation, Revocation.revoked_at.is_not(None), *_all_but_sealed(Revocation), whole=True),
    _no("restriction", Restriction, Restriction.lifted_at.is_(None), *_all_but_sealed(Restriction), whole=True),
    _no("membership", Membership, _ENDED_MEMBERSHIP, "ended_at", "ended_by", "declined_at", "declined_by"),
    _no("direction", Direction, Direction.revoked_at.is_not(None), "revoked_at", "revoked_by"),
    _no("release", SpecialRelease, SpecialRelease.withdrawn_at.is_not(None), "withdrawn_at"),
    _no("emergency", EmergencySession, EmergencySession.ended_at.is_not(None), "ended_at"),
    _no("representation", Representation, _ENDED_REPRESENTATION, "ended_at", "ended_by", "end_basis", "declined_at"),
    _no("labels", Item, _LABELLED, "labels", "part2", redo=_labels),
    _no(
        "invitation",
        Invitation,
        lambda at: and_(
            Invitation.expires_at > at, or_(Invitation.withdrawn_at.is_not(None), Invitation.declined_at.is_not(None))
        ),
        "withdrawn_at",
        "declined_at",
        fleeting=True,
    ),
    _no("account", User, _SHUT_ACCOUNT, "disabled_at", "new_password_required_at"),
    _no("password", User, User.password_changed_at > User.created_at, "password_changed_at", redo=_password),
    _no("staff", Staff, or_(Staff.disabled_at.is_not(None), Staff.ended_at.is_not(None)), "disabled_at", "ended_at"),
    _no("unverified", Staff, Staff.verified_at.is_(None), redo=_unverified),
    _no("token", ApiToken, ApiToken.revoked_at.is_not(None), "revoked_at"),
    _no(
        "session",
        LoginSession,
        lambda at: and_(LoginSession.ended_at.is_not(None), LoginSession.expires_at > at),
        "ended_at",
        fleeting=True,
    ),
    _no(
        "link",
        AccountLink,
        lambda at: and_(
            or_(AccountLink.ended_at.is_not(None), AccountLink.used_at.is_not(None)), AccountLink.expires_at > at
        ),
        "ended_at",
        "used_at",
        fleeting=True,
    ),
    _no("recovery-code", RecoveryCode, RecoveryCode.used_at.is_not(None), "used_at"),
)
BY_WORD: Mapping[str, No] = {no.word: no for no in NOES}
