"""One demo that is only read, and fresh ones to change."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.kit import Demo


@pytest.fixture(scope="package")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that has been told. Tests only read it."""
    demo = Demo(tmp_path_factory.mktemp("told"))
    assert demo.run().exit_code == 0
    demo.watched()
    yield demo
    demo.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Makes an installation in the test's own folder, with nothing in it."""
    made: list[Demo] = []

    def _make(**settings: object) -> Demo:
        made.append(Demo(tmp_path, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield _make
    for demo in made:
        demo.close()


@pytest.fixture
def own(told: Demo, make: Callable[..., Demo], tmp_path: Path) -> Demo:
    """A copy of the demo, to be changed."""
    told.close()
    for file in told.folder.glob("careteam.db*"):
        shutil.copy2(file, tmp_path / file.name)
    return make()
