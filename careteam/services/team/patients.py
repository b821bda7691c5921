"""The caseload, and who a patient is: name, dates, time zone, team."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.errors import NotPermitted, Stale
from careteam.facts import membership_fact
from careteam.models import Membership, Patient
from careteam.policy.facts import Team
from careteam.policy.scope import Scope
from careteam.policy.signers import is_minor
from careteam.policy.team import covering, introduced, roles_now, standing
from careteam.policy.team import state as state_of
from careteam.policy.treatment_words import SignalKind
from careteam.policy.vocabulary import CaseloadSort, Role, Standing
from careteam.services.identity.accounts import normal_name
from careteam.services.identity.time_zones import known_zone
from careteam.services.log import access_log
from careteam.services.names import name_key
from careteam.services.paging import page
from careteam.services.record import news
from careteam.services.record.records import Record, open_record, open_to_write
from careteam.services.representations.authority import of_minor
from careteam.services.signals import signals
from careteam.services.team.holders import names_of, sharing
from careteam.services.team.particulars import born, died
from careteam.services.team.teams import members
from careteam.services.team.urgency import page_by_urgency

THEIRS = frozenset({"name", "birth_date", "time_zone"})
"""What the patient changes; a current member records only `death_date`."""

_COLUMNS = (Patient.id, Patient.name, Patient.birth_date, Patient.death_date)
_PLACES = (
    select(
        Membership.patient_id,
        Patient.user_id.label("patient_user_id"),
        Membership.user_id,
        Membership.practice_id,
        Membership.role,
        Membership.kind,
        Membership.patient_agreed_at,
        Membership.clinician_accepted_at,
        Membership.declined_at,
        Membership.ended_at,
        Membership.valid_from,
        Membership.valid_until,
    )
    .join(Patient, Patient.id == Membership.patient_id)
    .order_by(Membership.id)
)


def page_of(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    name: str | None = None,
    state: Standing = Standing.CURRENT,
    new: bool | None = None,
    sort: CaseloadSort = CaseloadSort.NAME,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the patients to whom the actor stands in this state, by name, and the next cursor.

    Sorted by signals: first those with the most urgent ones, then those with more of them, then by name.

    A patient finds their own record among the current ones. `name` is a part of a name; case and accents do
    not matter. `new` keeps those with, or without, something new to the actor. The number of statements does not
    depend on the number of patients.
    """
    teams = _teams(session, actor, state, at)
    own = {actor.patient_id} if actor.patient_id and state is Standing.CURRENT else set()
    ids, known = {*teams, *own}, _NOTHING
    if new is not None:
        known = _known(session, actor, ids, at) if state is Standing.CURRENT else known
        with_news = news.patients_with(session, actor, known, at=at)
        ids = with_news if new else ids - with_news
    query = select(*_COLUMNS, Patient.name_key).where(Patient.id.in_(ids))
    if name is not None:
        query = query.where(Patient.name_key.contains(name_key(name), autoescape=True))
    ordered = query.order_by(Patient.name_key, Patient.id)
    access_log.disclosed(session, actor, None, "list-patients", [], at=at)
    if sort is CaseloadSort.SIGNALS and state is Standing.CURRENT:
        rows = session.execute(ordered).all()
        known = known or _known(session, actor, [row.id for row in rows], at)
        told = signals.counts(session, actor, {row.id: known[row.id] for row in rows}, at=at)
        found = page_by_urgency(session, rows, told, limit=limit, cursor=cursor, whose=actor.user_id)
        return _listed(session, actor, found.rows, known, teams, state, at, told), found.cursor
    found = page(session, ordered, limit=limit, cursor=cursor, whose=actor.user_id)
    known = known or _known(session, actor, [row.id for row in found.rows], at)
    return _listed(session, actor, found.rows, known, teams, state, at), found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return who the patient is. Raises NotFound unless the actor is the patient or was ever in the team."""
    record = open_record(session, actor, patient_id, at=at)
    access_log.disclosed(session, record.actor, patient_id, "read-patient", [], at=at)
    return _patient(session, record)


def change(
    session: Session, actor: Actor, patient_id: UUID, *, version: int, at: datetime, **changes: Any
) -> dict[str, Any]:
    """Change any of name, birth date and time zone (the patient), or the death date (a current member).

    Raises NotFound, NotPermitted, Invalid, and Stale unless `version` is the current one.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    if not record.is_patient and changes.keys() & THEIRS:
        raise NotPermitted("The patient keeps their own name, birth date and time zone.")
    if record.is_patient and "death_date" in changes:
        raise NotPermitted("A member of the care team records a death.")
    patient = session.get_one(Patient, patient_id)
    _check_age(record, changes)
    if patient.version != version:
        raise Stale
    patient.version += 1
    for field, value in _checked(patient, changes, at).items():
        setattr(patient, field, value)
    session.flush()
    access_log.changed(session, record.actor, patient_id, "change-patient", target=patient_id, at=at)
    return _patient(session, record)


def _check_age(record: Record, changes: Mapping[str, Any]) -> None:
    """Raise NotPermitted where a minor would come of age by a change of their own: they do not sign alone."""
    person = record.facts.person
    born_on = changes.get("birth_date", person.birth_date)
    zone = ZoneInfo(known_zone(changes.get("time_zone", person.time_zone)))
    if record.is_patient and of_minor(record) and not is_minor(born_on, zone, record.at):
        raise NotPermitted("Until you come of age, no change of birth date or time zone says that you have.")


def _teams(session: Session, actor: Actor, wanted: Standing, at: datetime) -> dict[UUID, Team]:
    """Return each patient to whom the actor stands like this, with the actor's own memberships."""
    mine: dict[UUID, list[Any]] = {}
    for row in session.execute(_PLACES.where(Membership.user_id == actor.user_id)):
        mine.setdefault(row.patient_id, []).append(row)
    teams = (
        Team(patient_id, rows[0].patient_user_id, tuple(map(membership_fact, rows)))
        for patient_id, rows in mine.items()
    )
    return {team.patient_id: team for team in teams if standing(actor.reader, team, at) is wanted}


_NOTHING: news.Known = {}


def _known(session: Session, actor: Actor, patient_ids: Collection[UUID], at: datetime) -> news.Known:
    return access.records(session, actor.reader, patient_ids, at=at) if patient_ids else _NOTHING


def _listed(
    session: Session,
    actor: Actor,
    rows: Iterable[Any],
    known: news.Known,
    mine: Mapping[UUID, Team],
    stands: Standing,
    at: datetime,
    told: Mapping[UUID, Mapping[SignalKind, int]] | None = None,
) -> list[dict[str, Any]]:
    shown = list(rows)
    current = stands is Standing.CURRENT
    known = {row.id: known[row.id] for row in shown}
    names = names_of(session, [found.team for found, _ in known.values()]) if current else {}
    new = news.counts(session, actor, known, at=at) if current else {}
    if told is None:
        told = signals.counts(session, actor, known, at=at) if current else {}
    return [
        {
            **_particulars(row),
            **_shared(actor, known[row.id][0].team, known[row.id][1], names, current=current and row.id in mine),
            "new": new.get(row.id),
            "signals": signals.counted(told[row.id]) if row.id in told else None,
            "own": row.id == actor.patient_id,
            "standing": stands if row.id in mine else None,
            "roles": _roles(actor, mine[row.id], at) if row.id in mine else [],
            "covering": _covering(actor, mine[row.id], at) if row.id in mine else [],
        }
        for row in shown
    ]


def _particulars(row: Any) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "birth_date": row.birth_date, "death_date": row.death_date}


def _shared(actor: Actor, team: Team, scope: Scope, names: dict[UUID, str], *, current: bool) -> dict[str, Any]:
    """Return per holder, and over all holders, what is shared. Only current members see who holds what."""
    holders = sharing(scope, team, actor.user_id, names) if current else []
    return {"shared": sorted({word for holder in holders for word in holder["shared"]}), "sharing": holders}


def _roles(actor: Actor, team: Team, at: datetime) -> list[Role]:
    """Return the actor's roles in the team: those that they have now, otherwise those that they had or will have."""
    taken_over = team.patient_user_id is not None
    mine = (p for p in team.memberships if p.user_id == actor.user_id and introduced(p, taken_over=taken_over))
    return sorted(roles_now(actor.reader, team, at) or {p.role for p in mine})


def _covering(actor: Actor, team: Team, at: datetime) -> list[dict[str, Any]]:
    """Return the periods in which the actor was, is or will be covering, and how each stands."""
    return [
        {"role": m.role, "valid_from": m.valid_from, "valid_until": m.valid_until, "state": state_of(m, at)}
        for m in covering(actor.reader, team)
    ]


def _patient(session: Session, record: Record) -> dict[str, Any]:
    columns = (*_COLUMNS, Patient.time_zone, Patient.version)
    row = session.execute(select(*columns).where(Patient.id == record.patient_id)).one()
    return {
        **_particulars(row),
        "time_zone": row.time_zone,
        "version": row.version if record.is_patient or record.is_member else None,
        "own": record.is_patient,
        "standing": standing(record.actor.reader, record.team, record.at),
        "roles": _roles(record.actor, record.team, record.at),
        "covering": _covering(record.actor, record.team, record.at),
        "team": members(session, record),
    }


def _checked(patient: Patient, changes: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the columns that these changes set. Raises Invalid."""
    columns = dict(changes)
    if "name" in changes:
        columns["name"] = normal_name(changes["name"])
        columns["name_key"] = name_key(columns["name"])
    if "birth_date" in changes:
        columns["birth_date"] = born(changes["birth_date"], at)
    if "time_zone" in changes:
        columns["time_zone"] = known_zone(changes["time_zone"])
    if "death_date" in changes:
        columns["death_date"] = died(changes["death_date"], patient.birth_date, at)
    return columns
