"""Why an item that was sent is read: before it was sent, while it is, and after it was taken back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from careteam.models import Direction, Item
from careteam.policy.vocabulary import ItemClass
from tests.decisions.test_decisions import ask, codes, one
from tests.decisions.test_replaying import replayed
from tests.directing.sends import place, revoke, sees, send, written
from tests.world import Person, World


def about(world: World, patient: Person, reader: Person, item_id: Any, **query: Any) -> Any:
    return one(ask(world, patient, patient, actor=reader.user_id, item=item_id, **query))


def test_an_item_that_was_sent_is_read_because_it_was_sent(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    found = about(world, patient, prescriber, made["id"])
    assert (found["decision"], found["code"], found["consent_id"]) == ("permit", "directed", None)
    assert codes(found) == ["current_member", "sent", "directed"]
    assert one(ask(world, prescriber, patient, item=made["id"]))["code"] == "directed"


def test_the_smallest_change_is_to_take_it_back_and_then_to_send_it(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    assert smallest(world, patient, prescriber, made) == [
        ("take_item_back", f"You take it back from {prescriber.name}.")
    ]
    assert revoke(world, patient, patient, made, prescriber).status_code == 200
    assert not sees(world, prescriber, patient, made)
    assert smallest(world, patient, prescriber, made) == [("send_item", f"You send it to {prescriber.name}.")]
    assert send(world, patient, patient, made, prescriber).status_code == 200
    assert sees(world, prescriber, patient, made)


def test_what_a_whole_class_needs_is_a_consent(world: World) -> None:
    patient, _, prescriber = world.trio()
    found = ask(world, patient, patient, actor=prescriber.user_id, **{"class": "question"}).json["decisions"]
    mine = next(decision for decision in found if decision["holder"]["kind"] == "patient")
    assert [change["act"] for change in mine["smallest_change"]] == ["sign_consent"]


def smallest(world: World, patient: Person, reader: Person, made: dict[str, Any]) -> list[tuple[str, str]]:
    found = about(world, patient, reader, made["id"])["smallest_change"]
    assert {change["about"] for change in found} == {made["id"]}
    return [(change["act"], change["sentence"]) for change in found]


def test_a_consent_that_opens_it_too_is_named_first(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    consent = world.consent(patient, disclosers=["patient"], classes=[ItemClass.QUESTION])
    found = about(world, patient, prescriber, made["id"])
    assert (found["code"], found["consent_id"]) == ("consent", str(consent.id))
    assert "sent" in codes(found)


def test_a_restriction_stops_what_was_sent(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    no = world.restriction(patient, item_class=ItemClass.QUESTION)
    found = about(world, patient, prescriber, made["id"])
    assert (found["decision"], found["code"]) == ("deny", "restricted")
    assert [change["about"] for change in found["smallest_change"]] == [str(no.id)]


def test_the_past_is_told_before_while_and_after_it_was_sent(world: World) -> None:
    patient, _, prescriber = world.trio()
    hours = {name: world.now - timedelta(hours=n) for name, n in (("made", 9), ("sent", 6), ("back", 3))}
    question = world.question(patient, created_at=hours["made"])
    world.sent(question, prescriber, sent_at=hours["sent"], revoked_at=hours["back"])
    told = {
        name: about(world, patient, prescriber, question.id, as_of=(at + timedelta(hours=1)).isoformat())["code"]
        for name, at in hours.items()
    }
    assert told == {"made": "no_consent", "sent": "directed", "back": "no_consent"}
    at_once = {n: about(world, patient, prescriber, question.id, as_of=hours[n].isoformat())["code"] for n in hours}
    assert at_once == {"made": "no_consent", "sent": "directed", "back": "no_consent"}


def test_what_was_read_and_refused_around_sending_is_decided_again_as_it_was(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = written(world, patient, None, therapist)

    def everybody_looks() -> None:
        for person in (patient, therapist, prescriber):
            for address in (place(patient, made), f"{patient.record}/questions", f"{patient.record}/shared-record"):
                world.client(person).get(address)

    everybody_looks()
    for act, people in ((send, [prescriber]), (revoke, [therapist]), (revoke, [])):
        act(world, patient, patient, made, *people)
        everybody_looks()
    found = replayed(world)
    assert (found.mismatches, found.decisions > 25) == ((), True)


def test_a_permit_that_was_made_up_behind_the_log_is_found(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    world.client(prescriber).get(place(patient, made))
    earlier = world.now - timedelta(days=2)
    world.session.execute(update(Direction).values(sent_at=earlier, revoked_at=earlier + timedelta(hours=1)))
    world.session.execute(update(Item).values(created_at=earlier))
    world.session.commit()
    assert [m.logged for m in replayed(world).mismatches if m.logged == "directed"] == ["directed"]
