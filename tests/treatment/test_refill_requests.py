"""Requests for more as their people walk through them: asked, sent, answered, overdue, and who may know what."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import RefillRequest
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, Power, Role
from tests.queries import statements
from tests.treatment.managing import MEDICATION, asked, listed, same, started
from tests.world import Person, World

WHERE = "refill-requests"


def answered(world: World, who: Person, about: Person, request: Any, **said: Any) -> Any:
    """Answer a request, and return the response."""
    return world.client(who).post(f"{about.record}/{WHERE}/{request['id']}/answers", said)


def read(world: World, who: Person, about: Person, request: Any) -> Any:
    """The response to reading a request."""
    return world.client(who).get(f"{about.record}/{WHERE}/{request['id']}")


def test_the_patient_asks_the_prescriber_who_answers_without_any_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = started(world, patient, prescriber, days=40)
    made = asked(world, patient, patient, entry, [prescriber], days_left=5, text="No refills left.")
    assert [one["name"] for one in made["delivery"]["sent_to"]] == ["Paul Reyes"]
    assert (made["holder"], made["answered"], made["overdue"]) == ({"kind": "patient"}, False, False)
    assert [one["user_id"] for one in made["sent_to"]] == [str(prescriber.user_id)]
    found = read(world, prescriber, patient, made).json
    assert (found["text"], found["days_left"], found["drug_name"]) == ("No refills left.", 5, "Sertraline")
    assert found["sent_to"] is None, "to whom else it went is the patient's alone to know"
    absent = world.client(therapist).get(f"{patient.record}/{WHERE}/{new_id()}")
    same(read(world, therapist, patient, made), absent)
    visit = (world.now + timedelta(days=3)).date().isoformat()
    said = {"outcome": "visit_needed", "text": "Let us talk first.", "follow_up_on": visit, "mode": "virtual"}
    answer = answered(world, prescriber, patient, made, **said)
    assert (answer.status_code, {name: answer.json[name] for name in said}) == (201, said)
    for who in (patient, prescriber):
        shown = read(world, who, patient, made).json
        assert ([one["id"] for one in shown["answers"]], shown["answered"]) == ([answer.json["id"]], True)
    notices = world.client(patient).get("me/notices").json["items"]
    assert [one["kind"] for one in notices] == ["answered"]


def test_by_consent_others_read_it_and_after_revocation_they_do_not(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = started(world, patient, prescriber, days=40)
    made = asked(world, patient, patient, entry)
    assert made["delivery"]["note"].startswith("Nobody but you can read this.")
    assert listed(world, prescriber, patient, WHERE) == []
    consent = world.consent(patient, disclosers=["patient"], classes=[MEDICATION])
    assert [one["id"] for one in listed(world, prescriber, patient, WHERE)] == [made["id"]]
    shown = read(world, therapist, patient, made).json
    assert (shown["medication_id"], shown["drug_name"]) == (None, None), "the entry is Paul's and not shared"
    assert listed(world, therapist, patient, WHERE, f"?medication_id={entry.id}") == []
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert listed(world, prescriber, patient, WHERE) == listed(world, therapist, patient, WHERE) == []


def test_an_answer_that_may_not_be_read_leaves_a_request_unanswered_as_far_as_one_sees(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[MEDICATION])
    made = asked(world, patient, patient, started(world, patient, prescriber, days=40), [prescriber])
    before = read(world, therapist, patient, made)
    pages = world.client(therapist).get(f"{patient.record}/{WHERE}?unanswered=true")
    assert answered(world, prescriber, patient, made, outcome="approved").status_code == 201
    same(before, read(world, therapist, patient, made))
    same(pages, world.client(therapist).get(f"{patient.record}/{WHERE}?unanswered=true"))
    assert listed(world, therapist, patient, WHERE, "?unanswered=false") == []
    assert len(listed(world, patient, patient, WHERE, "?unanswered=false")) == 1
    assert listed(world, patient, patient, WHERE, "?unanswered=true") == []


CLOCKS = [
    ("routine, asked on a Monday", "2026-11-16T15:00:00Z", None, "2026-11-20T05:00:00Z"),
    ("routine with two days left", "2026-11-16T15:00:00Z", 2, "2026-11-20T05:00:00Z"),
    ("routine, over a weekend", "2026-11-19T15:00:00Z", 10, "2026-11-25T05:00:00Z"),
    ("one day left: the same day where the patient lives", "2026-11-16T15:00:00Z", 1, "2026-11-17T05:00:00Z"),
    ("nothing left", "2026-11-17T04:59:00Z", 0, "2026-11-17T05:00:00Z"),
    ("nothing left, on a Saturday", "2026-11-21T15:00:00Z", 0, "2026-11-22T05:00:00Z"),
    ("the night of the winter change", "2026-11-01T05:30:00Z", 0, "2026-11-02T05:00:00Z"),
    ("the day of the summer change", "2026-03-08T06:00:00Z", 0, "2026-03-09T04:00:00Z"),
    ("before a leap day", "2028-02-25T15:00:00Z", 9, "2028-03-02T05:00:00Z"),
]


@pytest.mark.parametrize(("at", "left", "until"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS])
def test_until_when_an_answer_is_due_and_that_it_is_overdue_from_then(
    world: World, at: str, left: int | None, until: str
) -> None:
    patient, prescriber = world.patient(time_zone="America/New_York"), world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    entry = world.medication(patient, prescriber, on=date(2026, 2, 1))
    said = {} if left is None else {"days_left": left}
    with time_machine.travel(datetime.fromisoformat(at), tick=False):
        made = asked(world, patient, patient, entry, [prescriber], **said)
    assert datetime.fromisoformat(made["answer_due_at"]) == datetime.fromisoformat(until)
    assert made["urgency"] == ("urgent" if left in {0, 1} else "routine")
    end = datetime.fromisoformat(until)
    for moment, overdue in ((end - timedelta(seconds=1), False), (end, True)):
        with time_machine.travel(moment.astimezone(UTC), tick=False):
            assert read(world, patient, patient, made).json["overdue"] is overdue


def test_who_reports_for_the_patient_asks_and_clinicians_do_not(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = started(world, patient, prescriber, days=40)
    rhea, rolf, ruth = (world.user(f"{name} Onbehalf") for name in ("Rhea", "Rolf", "Ruth"))
    world.acts_for(patient, rhea)
    world.acts_for(patient, rolf, powers=[Power.READ])
    world.acts_for(patient, ruth, classes=[ItemClass.ALLERGY])
    body = {"medication_id": str(entry.id)}
    asking = {therapist: 403, prescriber: 403, rolf: 403, ruth: 403, rhea: 201, world.user("Stella"): 404}
    for who, status in asking.items():
        assert world.client(who).post(f"{patient.record}/{WHERE}", body).status_code == status, who.name
    shown = listed(world, patient, patient, WHERE)[0]
    assert (shown["holder"], shown["on_behalf_of"]["kind"]) == ({"kind": "patient"}, "patient")
    assert shown["author_id"] == str(rhea.user_id)


def test_only_a_prescriber_answers_and_only_with_what_fits(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[MEDICATION])
    made = asked(world, patient, patient, started(world, patient, prescriber, days=40))
    assert answered(world, patient, patient, made, outcome="approved").status_code == 403
    assert answered(world, therapist, patient, made, outcome="approved").status_code == 403
    wrong: list[dict[str, Any]] = [
        {},
        {"outcome": "adjust"},
        {"outcome": "approved", "mode": "virtual"},
        {"outcome": "visit_needed", "follow_up_on": "2020-01-01"},
        {"outcome": "denied", "text": ""},
    ]
    for said in wrong:
        assert answered(world, prescriber, patient, made, **said).status_code == 422, said
    other = world.prescriber("Quinn Adler")
    world.join(patient, other, Role.PRESCRIBER)
    world.restriction(patient, against_user_id=other.user_id, item_class=MEDICATION)
    hidden = answered(world, other, patient, made, outcome="approved")
    same(hidden, answered(world, other, patient, {"id": new_id()}, outcome="approved"))
    assert hidden.status_code == 404


def test_an_answer_in_error_is_none_and_a_request_in_error_waits_for_none(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = asked(world, patient, patient, started(world, patient, prescriber, days=40), [prescriber], days_left=0)
    answered(world, prescriber, patient, made, outcome="approved")
    place = f"{patient.record}/{WHERE}/{made['id']}/entered-in-error"
    assert world.client(prescriber).post(place, {"reason": "x"}, version=1).status_code == 403
    gone = world.client(patient).post(place, {"reason": "Found another box."}, version=1)
    assert (gone.status_code, gone.json["overdue"], gone.json["answer_note"]) == (200, False, None)
    assert answered(world, prescriber, patient, made, outcome="denied").status_code == 409
    assert listed(world, patient, patient, WHERE, "?unanswered=true") == []


def test_more_is_asked_only_of_what_is_prescribed_and_not_in_error(world: World) -> None:
    patient, _, prescriber = world.trio()
    own = world.medication(patient, patient, source=MedicationSource.PATIENT)
    wrong = started(world, patient, prescriber, days=40, error_at=world.now)
    elsewhere = world.medication(world.patient("Noor Haddad"), prescriber)
    client, place = world.client(patient), f"{patient.record}/{WHERE}"
    asking = {own.id: 422, wrong.id: 409, elsewhere.id: 422, new_id(): 422}
    for medication_id, status in asking.items():
        assert client.post(place, {"medication_id": str(medication_id)}).status_code == status
    same(*(client.post(place, {"medication_id": str(i)}) for i in (elsewhere.id, new_id())))
    entry = started(world, patient, prescriber, days=40)
    wrongs: tuple[dict[str, Any], ...] = ({"days_left": -1}, {"days_left": "1"}, {"send_to": [str(new_id())]})
    for said in wrongs:
        assert client.post(place, {"medication_id": str(entry.id), **said}).status_code == 422
    assert listed(world, patient, patient, WHERE) == [], "what reaches nobody named is not kept either"


def test_a_restriction_stops_it_and_the_patient_is_told_at_once(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=MEDICATION)
    made = asked(world, patient, patient, started(world, patient, prescriber, days=40), [prescriber])
    assert [(one["name"], one["reason"]) for one in made["delivery"]["not_reached"]] == [("Paul Reyes", "restricted")]
    assert made["delivery"]["sent_to"] == []
    assert listed(world, prescriber, patient, WHERE) == []


def test_a_request_carries_the_labels_of_its_entry_and_its_text_is_sealed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["team", "patient"], classes=[MEDICATION])
    entry = started(world, patient, prescriber, days=40, labels=frozenset({Label.HIV}))
    assert asked(world, patient, patient, entry, text="Nothing left")["labels"] == ["hiv"]
    assert listed(world, therapist, patient, WHERE) == []
    assert b"Nothing left" not in (world.session.scalars(select(RefillRequest.text)).one() or b"")


def test_statements_do_not_grow_with_the_requests(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[MEDICATION])
    counts = []
    for _ in range(2):
        for _ in range(3):
            made = asked(world, patient, patient, started(world, patient, prescriber, days=40), [prescriber])
            answered(world, prescriber, patient, made, outcome="approved")
        for who in (patient, prescriber):
            client = world.client(who)
            with statements(world.app) as sent:
                assert client.get(f"{patient.record}/{WHERE}?unanswered=false").status_code == 200
            counts.append(len(sent))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 14
