"""What the tests of notices do again and again, in one line each."""

from typing import Any

from sqlalchemy import select

from careteam.models import Notice
from careteam.policy.vocabulary import NoticeKind, Role
from tests.world import Person, World

HERE = "me/notices"


def listed(world: World, who: Person, query: str = "") -> list[dict[str, Any]]:
    """The person's notices, newest first."""
    answer = world.client(who).get(f"{HERE}{query}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def kinds(world: World, who: Person) -> list[str]:
    """The kinds of the person's notices, oldest first."""
    return [notice["kind"] for notice in listed(world, who, "?limit=100")][::-1]


def sentences(world: World, who: Person) -> str:
    """Everything that the person's notices say, oldest first."""
    return "\n".join(notice["sentence"] for notice in listed(world, who)[::-1])


def stored(world: World) -> list[Notice]:
    """Every notice that there is, whoever may read it."""
    world.session.rollback()
    return list(world.session.scalars(select(Notice).order_by(Notice.id)))


def told(world: World, person: Person) -> list[NoticeKind]:
    """The kinds that were written for somebody, whether or not they may read them now; oldest first."""
    return [notice.kind for notice in stored(world) if notice.user_id == person.user_id]


def outsiders(world: World, patient: Person) -> dict[str, Person]:
    """People who never learn of another's consent: of the team but no recipients, and of no team."""
    colleague, former = world.therapist("Cole League"), world.therapist("Fay Former")
    world.join(patient, colleague, Role.THERAPIST)
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    unverified = world.therapist("Uwe Unverified", verified=False)
    world.join(patient, unverified, Role.THERAPIST)
    return {
        "colleague": colleague,
        "former": former,
        "unverified": unverified,
        "stranger": world.prescriber("Stella Stranger"),
        "other patient": world.patient("Omar Vale"),
    }
