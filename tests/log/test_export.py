"""The access log as CSV: the same events as JSON, and nothing that a spreadsheet would calculate."""

import csv
import io
from typing import Any

import pytest

from careteam.policy.vocabulary import Role
from careteam.services.log.access_history import COLUMNS, flat
from careteam.services.log.spreadsheet import as_csv, cell
from tests.world import Person, World

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", " =1", "|cmd", "＝1+1", "\ufeff=1"]


def busy(world: World) -> Person:
    """A patient whose log has looks, changes and refusals of several people."""
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.note(patient, prescriber, title="Plan, with a comma")
    world.medication(patient, prescriber)
    world.consent(patient)
    for person in (therapist, prescriber):
        world.client(person).get(f"{patient.record}/shared-record")
        world.client(person).get(f"{patient.record}/restrictions")
    world.client(patient).post(f"{patient.record}/restrictions", {"against": "anyone", "item_class": "medication"})
    return patient


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline="")))


def as_rows(events: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What the JSON events look like as cells."""
    text = as_csv(COLUMNS, (row for event in events for row in flat(event)))
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("query", ["", "?outcome=refused", "?outcome=changed", "?outcome=disclosed"])
def test_the_file_has_the_same_events_as_the_pages(world: World, query: str) -> None:
    patient = busy(world)
    told: Any = world.client(patient).get(f"{patient.record}/access-log{query or '?'}&limit=100").json
    saved = rows_of(world.client(patient).get(f"{patient.record}/access-log.csv{query}"))
    if not query or "disclosed" in query:
        assert saved.pop(0)["sentence"] == "Maya Ellison read this access log."
    assert saved == as_rows(told["items"])
    assert saved


def test_saving_the_log_is_in_the_log(world: World) -> None:
    patient = busy(world)
    world.client(patient).get(f"{patient.record}/access-log.csv")
    told: Any = world.client(patient).get(f"{patient.record}/access-log?limit=1").json
    assert told["items"][0]["sentence"] == "Maya Ellison saved this access log as a file."


def test_the_file_is_utf8_with_a_header_row_and_says_what_it_is(world: World) -> None:
    patient = world.patient("Zoë Nuñez")
    world.client(patient).get(patient.record)
    answer = world.client(patient).get(f"{patient.record}/access-log.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="access-log.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.decode("utf-8").split("\r\n")[0] == ",".join(COLUMNS)
    (row,) = rows_of(answer)
    assert (row["actor_name"], row["at"][-1]) == ("Zoë Nuñez", "Z")


def test_what_does_not_fit_is_linked(world: World) -> None:
    patient = busy(world)
    asking = world.client(patient)
    whole = rows_of(asking.get(f"{patient.record}/access-log.csv"))
    found, address = list[dict[str, str]](), f"{patient.record}/access-log.csv?limit=2"
    for _ in range(50):
        answer = asking.get(address)
        found += rows_of(answer)
        links = [link for link in answer.headers.getlist("Link") if 'rel="next"' in link]
        if not links:
            break
        address = links[0].partition(">")[0].removeprefix("<")
    assert found[1:] == whole, "the first is the saving before"
    assert asking.get(f"{patient.record}/access-log.csv?limit=5001").status_code == 422


def test_to_everybody_else_the_file_is_absent(world: World) -> None:
    patient, therapist, _ = world.trio()
    officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=therapist.practice_id)
    for person in (therapist, officer, world.patient("Noor Haddad")):
        answer = world.client(person).get(f"{patient.record}/access-log.csv")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_calculated(text: str) -> None:
    assert cell(text) == f"'{text}"
    (row,) = csv.DictReader(io.StringIO(as_csv(["name"], [{"name": text}]), newline=""))
    assert row["name"] == f"'{text}"


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (3, "3"), (-3, "-3"), ("a=1", "a=1"), ("O'Neil", "O'Neil")])
def test_what_is_harmless_stays_as_it_is(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_a_name_that_is_a_formula_stays_a_name(world: World) -> None:
    patient, therapist = world.patient(), world.therapist('=HYPERLINK("http://x")')
    world.join(patient, therapist, Role.THERAPIST)
    world.client(therapist).get(patient.record)
    saved = rows_of(world.client(patient).get(f"{patient.record}/access-log.csv"))
    assert saved[0]["actor_name"] == '\'=HYPERLINK("http://x")'
    assert saved[0]["sentence"].startswith("'=HYPERLINK")
