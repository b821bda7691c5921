"""Invitations through the door, in one line each."""

from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine
from sqlalchemy import select, update

from careteam.models import ApiToken, Invitation, Patient, Staff, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from careteam.services.identity.credentials import digest, new_secret
from tests.world import LONG_AGO, PASSWORD, Client, Person, World

BORN = "1990-05-17"


def invite(world: World, inviter: Person, **offer: Any) -> str:
    """Invite and return the token; the answer must be 201."""
    answer = world.client(inviter).post("invitations", offer)
    assert answer.status_code == 201, answer.json
    link: str = answer.json["link"]
    return link.rpartition("/")[2]


def to_treatment(world: World, clinician: Person, email: str, role: Role = Role.THERAPIST, **more: Any) -> str:
    """Invite a person to treatment."""
    practice_id = str(clinician.practice_id)
    return invite(world, clinician, kind="patient", email=email, role=role.value, practice_id=practice_id, **more)


def to_team(world: World, inviter: Person, email: str, role: Role = Role.PRESCRIBER, **more: Any) -> str:
    """Invite a clinician to a patient's team."""
    return invite(world, inviter, kind="clinician", email=email, role=role.value, **more)


def to_staff(world: World, administrator: Person, email: str, role: Role = Role.THERAPIST) -> str:
    """Offer a role in the administrator's practice."""
    practice_id = str(administrator.practice_id)
    return invite(world, administrator, kind="staff", email=email, role=role.value, practice_id=practice_id)


def accept(client: Client, token: str, **said: Any) -> Any:
    """Accept by the link."""
    return client.post("invitations/acceptance", {"token": token, **said})


def register(world: World, token: str, **said: Any) -> Any:
    """Accept by the link as somebody new."""
    return accept(world.client(None), token, **{"name": "Nia New", "password": PASSWORD, **said})


def invitation(world: World, token: str) -> Invitation:
    """Return the row behind a link."""
    world.session.rollback()
    return world.session.execute(select(Invitation).where(Invitation.token_hash == digest(token))).scalar_one()


def account(world: World, email: str) -> User | None:
    """Return the account with this address."""
    world.session.rollback()
    return world.session.execute(select(User).where(User.email == email)).scalar_one_or_none()


def at_instant(world: World, moment: datetime, act: Callable[[], Any]) -> Any:
    """Return what the call answers at this instant, in a context of its own as under a server."""
    world.session.rollback()
    with time_machine.travel(moment, tick=False):
        return Context().run(act)


def as_new(world: World, email: str, *, writes: bool = True) -> Person:
    """Return the person who has this address, with an access token of their own."""
    user, secret = account(world, email), new_secret("ct_")
    assert user is not None
    token = ApiToken(
        user_id=user.id,
        name="test",
        token_hash=digest(secret),
        writes=writes,
        created_at=LONG_AGO,
        expires_at=world.now + timedelta(days=1000),
        last_used_at=world.now,
    )
    person = Person(user.id, user.name, email, secret)
    world.add(token)
    return person


def brought(world: World, *clinicians: tuple[Person, Role], **values: Any) -> Person:
    """A record that these clinicians brought and nobody has taken over; a person without an account."""
    patient_id = new_id()
    row = {"name": "Maya Ellison", "name_key": "maya ellison", "created_at": LONG_AGO, **values}
    world.add(Patient(id=patient_id, **row))
    person = Person(new_id(), str(row["name"]), "", "", patient_id)
    for clinician, role in clinicians:
        world.join(person, clinician, role, patient_agreed_at=None)
    return person


def dismiss(world: World, person: Person) -> None:
    """End every role of the person in every practice."""
    world.session.execute(update(Staff).where(Staff.user_id == person.user_id).values(ended_at=world.now))
    world.session.commit()


def record_of(world: World, user_id: UUID) -> Patient | None:
    """Return the record of this account."""
    world.session.rollback()
    return world.session.execute(select(Patient).where(Patient.user_id == user_id)).scalar_one_or_none()
