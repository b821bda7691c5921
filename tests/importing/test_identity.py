"""When two identities that came under one key are one person."""

from datetime import date

import pytest

from careteam.services.importing.identity import Identity, Likeness, compare, contradict

A, B, OTHER = ("urn:clinic", "17"), ("urn:clinic", "18"), ("urn:state", "9")
BORN, LATER = date(1990, 2, 28), date(1990, 3, 1)


def known(name: str = "Ada Okafor", born: date | None = BORN, *numbers: tuple[str, str]) -> Identity:
    return Identity(name, born, frozenset(numbers))


CASES = [
    (known("Ada Okafor", BORN, A), known("Ada Okafor", BORN, A), Likeness.SAME),
    (known("Ada Ellison", BORN, A), known("Ada Okafor", BORN, A), Likeness.SAME),
    (known("Ada Okafor", None, A), known("Ada Okafor", BORN, A), Likeness.SAME),
    (known("Ada Okafor", None, A), known("Ada Okafor", None, A), Likeness.SAME),
    (known("Ada Okafor", BORN, A, OTHER), known("Ada Okafor", BORN, OTHER), Likeness.SAME),
    (known("Ada Okafor", LATER, A), known("Ada Okafor", BORN, A), Likeness.UNCLEAR),
    (known("Ada Okafor", BORN, A), known("Ada Okafor", BORN, B), Likeness.OTHER),
    (known("Ada Okafor", BORN, A), known("Ada Okafor", BORN, OTHER), Likeness.OTHER),
    (known("Ada Okafor", BORN), known("Áda OKAFOR", BORN, A), Likeness.SAME),
    (known("Ada Okafor", BORN), known("Ada Okafor", BORN), Likeness.SAME),
    (known("Ada Okafor", LATER), known("Ada Okafor", BORN), Likeness.OTHER),
    (known("Ida Okafor", BORN), known("Ada Okafor", BORN), Likeness.OTHER),
    (known("Ada Okafor", None), known("Ada Okafor", None), Likeness.OTHER),
    (known("Ada Okafor", None), known("Ada Okafor", BORN), Likeness.OTHER),
]


@pytest.mark.parametrize(("now", "before", "likeness"), CASES)
def test_likeness(now: Identity, before: Identity, likeness: Likeness) -> None:
    assert compare(now, before) is compare(before, now) is likeness


def test_one_system_numbers_two_people_differently() -> None:
    assert contradict(known("x", None, A), known("x", None, B))
    assert not contradict(known("x", None, A), known("x", None, OTHER))
    assert not contradict(known("x", None, A, B), known("x", None, B))
    assert not contradict(known("x", None), known("x", None, A))


@pytest.mark.parametrize("identity", [known("Ada", None, A, OTHER), known('Ä "quoted"', BORN)])
def test_an_identity_is_read_back_as_it_was_written(identity: Identity) -> None:
    assert Identity.from_json(identity.to_json()) == identity
