"""Two at the same moment: somebody asks while the test's own transaction is open."""

from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep
from typing import Any

from tests.world import World

MOMENT = 0.5
"""Seconds in which whoever asks would be done if nothing held them."""


def during(world: World, asked: Any, *arguments: Any, **options: Any) -> Any:
    """Ask while this test's transaction is open; it is committed once the other waits for it."""
    with ThreadPoolExecutor(1) as pool:
        other: Future[Any] = pool.submit(asked, *arguments, **options)
        sleep(MOMENT)
        assert not other.done()
        world.session.commit()
        return other.result(timeout=30)
