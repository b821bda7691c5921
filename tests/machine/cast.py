"""Who is there when a sequence begins: two patients, four clinicians in two practices, and a first consent."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from careteam.models import Medication, Membership, Note, Staff
from careteam.policy.vocabulary import ItemClass, MedicationSource, Role
from tests.machine.facts import PATIENT, Clinician, Consent, Item, Record
from tests.machine.facts import Membership as Place
from tests.machine.model import Model
from tests.world import Person, World

START = datetime(2026, 3, 10, 9, tzinfo=UTC)
"""When every sequence begins; the clock only goes on."""
DAYS = tuple(date(2026, month, 2) for month in (1, 2, 3))
ROLES = ("therapist", "prescriber")


@dataclass(slots=True)
class Cast:
    """The people of one sequence, and the model that begins like their rows."""

    model: Model = field(default_factory=Model)
    people: dict[str, Person] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    admins: dict[str, Person] = field(default_factory=dict)
    posts: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def keep(self, person: Person, name: str) -> str:
        """Give somebody (or something) the name that failures use."""
        self.people[str(person.user_id)] = person
        self.names[str(person.user_id)] = name
        return str(person.user_id)


def gather(world: World) -> Cast:
    """Write everybody and everything that a sequence begins with."""
    cast = Cast()
    world.now = START
    world.add = _flushing(world)  # type: ignore[method-assign]
    first = _practice(world, cast, "Ada Admin")
    other = _practice(world, cast, "Olof Admin")
    tess = _clinician(world, cast, "tess", first, "therapist")
    paul = _clinician(world, cast, "paul", other, "prescriber")
    bo = _clinician(world, cast, "bo", first, "therapist", "prescriber")
    _clinician(world, cast, "cy", other, "prescriber")
    cast.keep(world.user("Rita Ellison"), "rita")
    maya, noor = _patient(world, cast, "Maya Ellison"), _patient(world, cast, "Noor Haddad")
    _join(world, cast, maya, tess, "therapist")
    _join(world, cast, maya, paul, "prescriber")
    _join(world, cast, noor, bo, "therapist")
    _note(world, cast, maya, tess)
    _note(world, cast, maya, paul)
    _medication(world, cast, maya, paul)
    _medication(world, cast, maya, maya)
    _note(world, cast, noor, bo)
    _consent(world, cast, maya)
    world.session.commit()
    return cast


def _flushing(world: World) -> Any:
    def add(*rows: Any) -> None:
        for row in rows:
            world.session.add(row)
            world.session.flush()

    return add


def _practice(world: World, cast: Cast, admin: str) -> str:
    person = world.staff(admin, Role.ADMINISTRATOR)
    cast.admins[str(person.practice_id)] = person
    cast.keep(person, admin)
    return str(person.practice_id)


def _clinician(world: World, cast: Cast, name: str, practice: str, *roles: str) -> Person:
    practice_id = cast.admins[practice].practice_id
    person = world.staff(name, *map(Role, roles), practice_id=practice_id)
    who = cast.keep(person, name)
    cast.model.clinicians[who] = Clinician(who, {(role, practice) for role in roles})
    rows = world.session.execute(select(Staff.id, Staff.role).where(Staff.user_id == person.user_id))
    cast.posts |= {(who, row.role.value, practice): str(row.id) for row in rows}
    return person


def _patient(world: World, cast: Cast, name: str) -> Person:
    person = world.patient(name)
    who = cast.keep(person, name.split(maxsplit=1)[0].lower())
    cast.model.records[str(person.patient_id)] = Record(str(person.patient_id), who)
    return person


def _join(world: World, cast: Cast, patient: Person, clinician: Person, role: str) -> None:
    made: Membership = world.join(patient, clinician, Role(role))
    where = cast.model.records[str(patient.patient_id)].memberships
    where[str(made.id)] = Place(
        str(made.id), str(clinician.user_id), role, str(clinician.practice_id), agreed=True, accepted=True
    )


def _keep_item(cast: Cast, patient: Person, author: Person, kind: str, made: Note | Medication) -> None:
    holder = PATIENT if author is patient else str(author.user_id)
    items = cast.model.records[str(patient.patient_id)].items
    where = (str(made.id), str(patient.patient_id), kind, made.item_class.value)
    items[str(made.id)] = Item(*where, str(author.user_id), holder, made.date)


def _note(world: World, cast: Cast, patient: Person, author: Person) -> None:
    _keep_item(cast, patient, author, "notes", world.note(patient, author, on=DAYS[1]))


def _medication(world: World, cast: Cast, patient: Person, author: Person) -> None:
    source = MedicationSource.PATIENT if author is patient else MedicationSource.PRESCRIBER
    _keep_item(cast, patient, author, "medications", world.medication(patient, author, source=source, on=DAYS[0]))


def _consent(world: World, cast: Cast, patient: Person) -> None:
    classes = (ItemClass.PROGRESS_NOTE, ItemClass.MEDICATION)
    made = world.consent(patient, classes=classes, disclosers=("team", "patient"))
    cast.model.records[str(patient.patient_id)].consents[str(made.id)] = Consent(
        str(made.id),
        {"team", "patient"},
        {"role:therapist", "role:prescriber"},
        {c.value for c in classes},
        START - timedelta(hours=1),
        START - timedelta(hours=1) + timedelta(days=365),
        signed=True,
        by=str(patient.user_id),
    )
