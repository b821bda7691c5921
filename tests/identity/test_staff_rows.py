"""Staff rows: changed by two people at once, and read in a fixed number of queries."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from careteam.actor import Origin
from careteam.extensions import db
from careteam.policy.vocabulary import Role
from careteam.services.identity import credentials, staff
from tests.identity.test_practices import colleagues, place
from tests.world import World


def test_two_administrators_do_not_end_each_other_at_once(world: World) -> None:
    """PostgreSQL: the later of the two has to begin anew, and then is no administrator any more."""
    if world.session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    first, second = colleagues(world, Role.ADMINISTRATOR)
    places = [UUID(place(world, p, Role.ADMINISTRATOR).rpartition("/")[2]) for p in (first, second)]
    actors = [credentials.by_user(world.session, p.user_id, Origin()) for p in (first, second)]
    assert actors[0] is not None
    assert actors[1] is not None
    with Session(db.engine) as earlier:
        staff.end_role(earlier, actors[0], actors[0].posts[0].practice_id, places[1], at=world.now)
        earlier.commit()
    with pytest.raises(OperationalError):
        staff.end_role(world.session, actors[1], actors[1].posts[0].practice_id, places[0], at=world.now)


def test_the_staff_list_takes_as_many_queries_for_many_as_for_one(world: World) -> None:
    admin, _ = colleagues(world)
    client, counts = world.client(admin), []
    for number in range(3):
        world.therapist(f"Therapist {number}", practice_id=admin.practice_id)
        asked: list[str] = []

        def note(*arguments: Any, asked: list[str] = asked) -> None:
            asked.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", note)
        assert len(client.get(f"practices/{admin.practice_id}/staff").json["items"]) == number + 3
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] > 0
