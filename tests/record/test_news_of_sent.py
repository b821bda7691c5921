"""What was sent is new to whom it was sent, since then, and to nobody else."""

import pytest

from tests.directing.sends import ids, sent_place
from tests.record.test_news import Days
from tests.record.test_news import ids as named
from tests.world import Person, World


@pytest.fixture
def days(world: World) -> Days:
    return Days(world)


def send(days: Days, hours: float, patient: Person, question: dict[str, str], *to: Person, back: bool = False) -> None:
    tail, body = ("/revocation", {}) if back else ("", {"send_to": ids(*to)})
    with days.at(hours):
        answer = days.world.client(patient).post(sent_place(patient, question, tail), body)
    assert answer.status_code == 200, answer.text


def test_what_is_sent_is_new_to_whom_it_is_sent_and_to_nobody_else(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    question = {"id": str(world.question(patient).id)}
    everybody = (patient, therapist, prescriber)
    for person in everybody:
        days.look(1, person, patient)
    send(days, 2, patient, question, prescriber)
    assert [named(days.look(3, person, patient)) for person in everybody] == [set(), set(), {question["id"]}]
    assert days.caseload(3, prescriber) == {patient.name: {"question": 1}}
    assert days.caseload(3, therapist) == {patient.name: {}}


def test_sending_it_to_somebody_else_makes_nothing_new_to_who_has_it(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    question = {"id": str(world.question(patient).id)}
    send(days, 1, patient, question, prescriber)
    days.look(2, prescriber, patient)
    days.look(2, therapist, patient)
    send(days, 3, patient, question, therapist)
    assert named(days.look(4, prescriber, patient)) == set()
    assert named(days.look(4, therapist, patient)) == {question["id"]}


def test_what_was_taken_back_is_not_new_and_sent_again_it_is(world: World, days: Days) -> None:
    patient, _, prescriber = world.trio()
    question = {"id": str(world.question(patient).id)}
    days.look(1, prescriber, patient)
    send(days, 2, patient, question, prescriber)
    send(days, 3, patient, question, back=True)
    assert named(days.look(4, prescriber, patient)) == set()
    send(days, 5, patient, question, prescriber)
    assert named(days.look(6, prescriber, patient)) == {question["id"]}
