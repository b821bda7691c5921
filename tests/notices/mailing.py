"""What the tests of mails do again and again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from careteam.models import OutgoingMail, User
from tests.identity.factor import at
from tests.identity.test_command_line import run
from tests.world import Person, World

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def wants_mail(world: World, *people: Person) -> None:
    """Switch mails on for these people."""
    ids = [person.user_id for person in people]
    world.session.query(User).filter(User.id.in_(ids)).update({"news_by_mail": True})
    world.session.commit()


def send(world: World, moment: datetime | None = None) -> Any:
    """Run `send-mail`, now or at an instant; the result of the command."""
    world.session.rollback()
    if moment is None:
        return run(world.app, "send-mail")
    with at(moment):
        return run(world.app, "send-mail")


def outbox(world: World) -> list[OutgoingMail]:
    """Every mail of the outbox, oldest first."""
    world.session.rollback()
    world.session.expire_all()
    return list(world.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
