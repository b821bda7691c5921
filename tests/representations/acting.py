"""What the tests of acting for a patient do again and again, in one line each."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from careteam.models import AccessEvent, Notice
from careteam.policy.vocabulary import RepresentationBasis, Role
from tests.consent.acts import place, signature
from tests.world import PASSWORD, Person, World

SEEN = {"document": "Order of the Family Court, no. 17-204", "seen_on": "2026-11-02"}
NEWCOMER = "nora.newcomer@example.org"


def representations(patient: Person) -> str:
    """The address of those who act for the patient."""
    return f"{patient.record}/representations"


def one(patient: Person, made: Any) -> str:
    """The address of one representation: of a row, or of an answer."""
    return f"{representations(patient)}/{made['id'] if isinstance(made, dict) else made.id}"


def minor(world: World, name: str = "Milo Young", *, years: int = 15, **values: Any) -> Person:
    """A patient who came this many years and a month ago into the world."""
    born = (world.now - timedelta(days=365.25 * years + 31)).date()
    return world.patient(name, **{"birth_date": born, **values})


def without_account(world: World, patient: Person) -> None:
    """Let nobody have taken over the record yet."""
    from careteam.models import Patient

    world.session.get_one(Patient, patient.patient_id).user_id = None
    world.session.commit()


def parent(world: World, patient: Person, name: str = "Petra Young", **values: Any) -> tuple[Person, Any]:
    """A parent who acts for the patient with every power, by a clinician's word."""
    person = world.user(name)
    row = {"patient_agreed_at": None, "attested_at": world.now - timedelta(days=9), "attested_by": person.user_id}
    made = world.acts_for(patient, person, basis=RepresentationBasis.PARENT, **{**row, **values})
    return person, made


def friend(world: World, patient: Person, name: str = "Nora Ellison", **values: Any) -> tuple[Person, Any]:
    """Somebody with a power of attorney of an adult patient."""
    person = world.user(name)
    return person, world.acts_for(patient, person, **values)


def added(world: World, who: Person, patient: Person, *, status: int = 201, **words: Any) -> dict[str, Any]:
    """Let somebody act for the patient; return the answer."""
    body = {"email": NEWCOMER, "basis": "power_of_attorney", "powers": ["read", "report", "sign"], **words}
    answer = world.client(who).post(representations(patient), body)
    assert answer.status_code == status, answer.json
    return dict(answer.json)


def token_of(made: dict[str, Any]) -> str:
    """The last part of an invitation's link."""
    return str(made["link"].rpartition("/")[2])


def registered(world: World, made: dict[str, Any], name: str = "Nora Newcomer") -> Person:
    """Accept by the link as somebody new, and return them with an access token."""
    body = {"token": token_of(made), "name": name, "password": PASSWORD}
    answer = world.client(None).post("invitations/acceptance", body)
    assert answer.status_code == 201, answer.json
    from careteam.models import ApiToken, User
    from careteam.services.identity.credentials import digest, new_secret

    user = world.session.scalars(select(User).where(User.name == name)).one()
    secret = new_secret("ct_")
    hours = timedelta(days=10)
    world.add(
        ApiToken(
            user_id=user.id,
            name="t",
            token_hash=digest(secret),
            writes=True,
            created_at=world.now,
            expires_at=world.now + hours,
            last_used_at=world.now,
        )
    )
    return Person(user.id, name, user.email, secret)


def sign(world: World, who: Person, patient: Person, consent: Any, *, status: int = 200, **words: Any) -> Any:
    """Sign a consent as it stands, under one's own name."""
    client, address = world.client(who), place(patient, consent)
    version = words.pop("version", None) or client.get(address).json["version"]
    answer = client.post(f"{address}/signature", {**signature(who.name), **words}, version=version)
    assert answer.status_code == status, answer.json
    return answer.json


def joined_team(world: World, patient: Person) -> tuple[Person, Person]:
    """A therapist and a prescriber of different practices in the patient's team."""
    therapist, prescriber = world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST)
    world.join(patient, prescriber, Role.PRESCRIBER)
    return therapist, prescriber


def events(world: World, patient: Person, who: Person) -> list[Any]:
    """What the access log says that this person did with the patient's record, oldest first."""
    world.session.rollback()
    about = (AccessEvent.patient_id == patient.patient_id, AccessEvent.actor_id == who.user_id)
    return list(world.session.scalars(select(AccessEvent).where(*about).order_by(AccessEvent.id)))


def told(world: World, who: Person) -> list[str]:
    """The kinds of the notices that somebody has, oldest first."""
    world.session.rollback()
    mine = select(Notice.kind).where(Notice.user_id == who.user_id).order_by(Notice.id)
    return [kind.value for kind in world.session.scalars(mine)]


def born_for(years: int, at: datetime) -> date:
    """A birth date on which somebody is this old at this day."""
    return at.date().replace(year=at.year - years)
