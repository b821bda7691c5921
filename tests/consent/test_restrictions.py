"""Restrictions: they win over every consent, never bind author or holder, and only the patient knows of them."""

from typing import Any
from uuid import uuid4

import pytest

from careteam.models import Restriction
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.consent.acts import member, notes_seen, signed
from tests.queries import statements
from tests.world import LONG_AGO, Person, World


def restrictions(patient: Person) -> str:
    """The address of the patient's restrictions."""
    return f"{patient.record}/restrictions"


def restricted(world: World, patient: Person, **words: Any) -> dict[str, Any]:
    """Make a restriction as the patient; against anyone unless said otherwise."""
    made = world.client(patient).post(restrictions(patient), {"against": "anyone", **words})
    assert made.status_code == 201, made.json
    return dict(made.json)


def test_a_restriction_bites_at_once_and_wins_over_consents_signed_before_and_after(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    signed(world, patient)
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    restricted(world, patient, item_class="progress_note")
    assert notes_seen(world, prescriber, patient) == set()
    signed(world, patient)
    assert notes_seen(world, prescriber, patient) == set()


def test_lifting_it_opens_again_what_consents_in_force_open(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    world.consent(patient)
    made = restricted(world, patient, item_class="progress_note")
    here = f"{restrictions(patient)}/{made['id']}"
    first = world.client(patient)("DELETE", here)
    assert first.status_code == 200
    assert first.json["lifted_at"] is not None
    assert world.client(patient)("DELETE", here).json == first.json
    assert world.client(patient).get(here).json == first.json
    assert notes_seen(world, prescriber, patient) == {str(note.id)}


def test_it_never_binds_author_holder_or_patient(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    restricted(world, patient, item_class="progress_note", holder=member(therapist))
    restricted(world, patient, against=member(therapist), item_id=str(note.id))
    for person in (therapist, patient):
        assert notes_seen(world, person, patient) == {str(note.id)}


ALL = {"plain", "hiv", "theo", "coordination"}
STOPS: dict[str, tuple[dict[str, str], set[str]]] = {
    # what the restriction says: which of the four notes below the prescriber still reads
    "a class": ({"item_class": "progress_note"}, {"coordination"}),
    "a label": ({"label": "hiv"}, {"plain", "theo", "coordination"}),
    "a holder": ({"holder": "theo"}, {"plain", "hiv", "coordination"}),
    "an item": ({"item_id": "plain"}, {"hiv", "theo", "coordination"}),
    "a class and a holder": ({"item_class": "progress_note", "holder": "tess"}, {"theo", "coordination"}),
    "a class and a label": (
        {"item_class": "coordination_note", "label": "hiv"},
        {"plain", "hiv", "theo", "coordination"},
    ),
    "what the patient holds": ({"holder": "patient"}, ALL),
    "one member": ({"against": "paul", "item_class": "progress_note"}, {"coordination"}),
    "another member": ({"against": "theo", "item_class": "progress_note"}, ALL),
    "one role": ({"against": "role:prescriber", "label": "hiv"}, {"plain", "theo", "coordination"}),
    "another role": ({"against": "role:therapist", "label": "hiv"}, ALL),
}


@pytest.mark.parametrize("what", STOPS)
def test_what_a_restriction_stops(world: World, what: str) -> None:
    patient, tess, paul = world.trio()
    theo = world.therapist("Theo Lindqvist")
    world.join(patient, theo, Role.THERAPIST)
    notes = {
        "plain": world.note(patient, tess),
        "hiv": world.note(patient, tess, labels=frozenset({Label.HIV})),
        "theo": world.note(patient, theo),
        "coordination": world.note(patient, tess, kind=ItemClass.COORDINATION_NOTE),
    }
    ids = {name: str(note.id) for name, note in notes.items()}
    classes = [ItemClass.PROGRESS_NOTE, ItemClass.COORDINATION_NOTE]
    world.consent(patient, classes=classes, labels=[Label.HIV])
    assert notes_seen(world, paul, patient) == set(ids.values())
    words, left = STOPS[what]
    said = {"tess": member(tess), "paul": member(paul), "theo": member(theo), "plain": ids["plain"]}
    restricted(world, patient, **{key: said.get(word, word) for key, word in words.items()})
    assert notes_seen(world, paul, patient) == {ids[name] for name in left}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "class"),
    "nothing but an emergency rule": ({"emergency": "allow"}, "class"),
    "nobody": ({"against": None, "item_class": "medication"}, "against"),
    "a representation": ({"against": f"representation:{uuid4()}", "item_class": "medication"}, "against"),
    "a stranger": ({"against": f"member:{uuid4()}", "item_class": "medication"}, "against"),
    "a stranger's items": ({"holder": f"member:{uuid4()}"}, "holder"),
    "the whole team's items": ({"holder": "team"}, "holder"),
    "an item that there is not": ({"item_id": str(uuid4())}, "item_id"),
    "a class that there is not": ({"item_class": "notes"}, "item_class"),
    "an emergency rule that there is not": ({"item_class": "medication", "emergency": "maybe"}, "emergency"),
    "already lifted": ({"item_class": "medication", "lifted_at": "2026-01-01T00:00:00Z"}, "lifted_at"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_restriction_is_refused_with_what_to_do(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    words, says = REFUSED[what]
    answer = world.client(patient).post(restrictions(patient), {"against": "anyone", **words})
    assert answer.status_code == 422
    assert says in answer.text
    assert world.session.query(Restriction).count() == 0


def test_an_item_that_the_patient_cannot_see_is_refused_like_one_that_there_is_not(world: World) -> None:
    patient, therapist, _ = world.trio()
    hidden = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    other = world.note(world.patient("Omar Vale"), therapist)
    body = {"against": "anyone"}
    answers = {
        world.client(patient).post(restrictions(patient), {**body, "item_id": str(i)}).data
        for i in (hidden.id, other.id, uuid4())
    }
    assert len(answers) == 1


def test_who_was_asked_or_has_left_can_be_named(world: World) -> None:
    patient = world.patient()
    left, asked = world.prescriber("Fran Hale"), world.prescriber("Ken Abe")
    world.join(patient, left, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.join(patient, asked, Role.PRESCRIBER, clinician_accepted_at=None)
    for person in (left, asked):
        made = restricted(world, patient, against=member(person), holder=member(person))
        assert (made["against"], made["holder"]) == (member(person), member(person))


def test_it_holds_in_an_emergency_unless_the_patient_allows_it(world: World) -> None:
    patient, _, _ = world.trio()
    assert restricted(world, patient, label="hiv")["emergency"] == "withhold"
    made = restricted(world, patient, label="hiv", emergency="allow", note="Only if I cannot speak.")
    assert (made["emergency"], made["note"]) == ("allow", "Only if I cannot speak.")
    stored = world.session.query(Restriction).filter(Restriction.note.is_not(None)).one()
    assert b"speak" not in (stored.note or b"")


def test_the_patient_lists_them_by_state(world: World) -> None:
    patient, _, _ = world.trio()
    first, second, third = (restricted(world, patient, label=word) for word in ("hiv", "violence", "sexual_health"))
    world.client(patient)("DELETE", f"{restrictions(patient)}/{second['id']}")
    by_state = {
        state: [r["id"] for r in world.client(patient).get(f"{restrictions(patient)}{query}").json["items"]]
        for state, query in {"all": "", "standing": "?state=standing", "lifted": "?state=lifted"}.items()
    }
    assert by_state == {
        "all": [third["id"], second["id"], first["id"]],
        "standing": [third["id"], first["id"]],
        "lifted": [second["id"]],
    }


@pytest.mark.parametrize("method", ["GET", "POST", "GET one", "DELETE one"])
def test_to_everybody_else_these_addresses_are_absent(world: World, method: str) -> None:
    patient, therapist, prescriber = world.trio()
    made = restricted(world, patient, label="hiv")
    former = world.prescriber("Fran Hale")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    officer = world.staff("Nora Field", Role.PRIVACY_OFFICER, practice_id=therapist.practice_id)
    verb, _, one = method.partition(" ")
    body = {"against": "anyone", "label": "hiv"} if verb == "POST" else None
    answers = {
        (answer.status_code, answer.data)
        for person in (therapist, prescriber, former, officer, world.patient("Omar Vale"))
        for record in (patient.record, f"/api/v1/patients/{uuid4()}")
        for which in ((made["id"], uuid4()) if one else ("",))
        for answer in [world.client(person)(verb, f"{record}/restrictions/{which}".rstrip("/"), json=body)]
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert world.session.query(Restriction).one().lifted_at is None


def test_another_patients_restriction_is_absent_in_ones_own_record(world: World) -> None:
    patient, other = world.patient(), world.patient("Omar Vale")
    made = restricted(world, other, label="hiv")
    for method in ("GET", "DELETE"):
        assert world.client(patient)(method, f"{restrictions(patient)}/{made['id']}").status_code == 404
    assert world.session.query(Restriction).one().lifted_at is None


def test_the_number_of_statements_does_not_grow_with_the_restrictions(world: World) -> None:
    patient, counts = world.patient(), []
    for several in (1, 10):
        for _ in range(several):
            world.restriction(patient, label=Label.HIV)
        with statements(world.app) as sent:
            world.client(patient).get(restrictions(patient))
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 7
