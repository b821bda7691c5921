"""Every door, asked by everybody but its author: a special note that is not released to them changes no byte."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from careteam.models import Notice, OutgoingMail
from careteam.models.types import new_id
from careteam.policy.vocabulary import Label, NoteStatus, Role
from tests.consent.acts import DOCUMENT, member
from tests.security.asking import Asker, asking, shown
from tests.security.routes import routes
from tests.special.kit import COUNSELING, DRAFT, authorised, document, place, release_row, sentences, special
from tests.world import Client, Person, World

FILTERS = ("limit=2", "kind=psychotherapy_note", "kind=sud_counseling_note", "status=signed", "author_id={tess}")
WHO = ("patient", "prescriber", "therapist", "former", "stranger", "admin", "officer elsewhere", "another patient")
OTHERS = ("prescriber", "admin", "patient")
INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")


def cast(world: World) -> dict[str, Person]:
    """Everybody who might ask; `author` is whose special notes there will be."""
    patient, author, prescriber = world.trio()
    people = {
        "patient": patient,
        "author": author,
        "prescriber": prescriber,
        "therapist": world.therapist("Theo Second"),
        "former": world.therapist("Fay Former"),
        "stranger": world.therapist("Stella Stranger"),
        "admin": world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=author.practice_id),
        "officer": world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=author.practice_id),
        "officer elsewhere": world.staff("Otto", Role.PRIVACY_OFFICER, practice_id=prescriber.practice_id),
        "another patient": world.patient("Noor Haddad"),
    }
    world.join(patient, people["therapist"], Role.THERAPIST)
    world.join(patient, people["former"], Role.THERAPIST, ended_at=world.now)
    world.consent(patient, labels=list(Label), disclosers=["team", "patient"])
    authorised(world, patient, author, prescriber)
    for person in (author, prescriber, people["former"]):
        world.note(patient, person)
    world.medication(patient, prescriber)
    world.client(prescriber).get(f"{patient.record}/shared-record")
    return people


def hide(world: World, people: dict[str, Person]) -> None:
    """Let the author write, sign, release, take back, label, move and look: by the doors, and in rows."""
    patient, author = people["patient"], people["author"]
    writing = world.client(author)
    for kind in ("psychotherapy_note", "sud_counseling_note"):
        _through_the_doors(writing, patient, {**DRAFT, "kind": kind, "body": "She wept. PHQ-9 was 12."})
    for values in ({}, {"labels": frozenset({Label.HIV})}, {"status": NoteStatus.DRAFT, "signed_at": None}):
        special(world, patient, author, **values)
    note = special(world, patient, author, kind=COUNSELING)
    release_row(world, patient, author, note, people["prescriber"])
    release_row(world, patient, author, special(world, patient, author), people["therapist"])


def _through_the_doors(writing: Client, patient: Person, draft: dict[str, Any]) -> None:
    note = writing.post(f"{patient.record}/notes", draft).json
    at = place(patient, note)
    writing.patch(at, {"title": "Another title"}, version=1)
    writing.post(f"{at}/signature", version=2)
    writing.post(f"{at}/addenda", {"body": "And laughed."}, version=3)
    writing("PUT", f"{patient.record}/items/{note['id']}/labels/violence", version=4)
    for part in ("", "/access-log", "/releases"):
        assert writing.get(f"{at}{part}").status_code == 200
    assert writing.get(f"{patient.record}/items/{note['id']}/labels").status_code == 200
    assert writing.post(f"{at}/entered-in-error", {"reason": "x"}, version=5).status_code == 200


def everything(world: World, ask: Asker, who: Person, people: dict[str, Person]) -> Iterator[tuple[Any, ...]]:
    """Every address that answers a GET, as this person gets it, and the lists of notes by every filter and page."""
    patient = people["patient"]
    ids = {"patient_id": patient.patient_id, "practice_id": who.practice_id or people["author"].practice_id}
    for route in routes(world.app, "/api/v1/"):
        if route.method == "GET" and "openapi" not in route.rule:
            yield (str(route), *shown(ask(who, "GET", route.address(ids)).answer))
    for words in FILTERS:
        address: str | None = f"{patient.record}/notes?{words.format(tess=people['author'].user_id)}"
        while address:
            answer = ask(who, "GET", address).answer
            yield (words, *shown(answer))
            cursor = (answer.json or {}).get("next")
            address = f"{patient.record}/notes?limit=2&cursor={cursor}" if cursor else None
    yield from _more(ask, who, people)


def _more(ask: Asker, who: Person, people: dict[str, Person]) -> Iterator[tuple[Any, ...]]:
    """Yield the log page by page, what decides about special notes, and every preview that could be about one."""
    patient, reader, author = people["patient"], people["prescriber"], people["author"]
    for query in ("limit=2", "outcome=disclosed", "outcome=changed", f"actor_id={author.user_id}"):
        yield (query, *shown(ask(who, "GET", f"{patient.record}/access-log?{query}").answer))
    for word in ("psychotherapy_note", "sud_counseling_note"):
        address = f"{patient.record}/decisions?class={word}&actor={reader.user_id}"
        yield (word, *_unlike_in_time(shown(ask(who, "GET", address).answer)))
    restriction = {"against": member(reader), "item_class": "psychotherapy_note"}
    previews: tuple[tuple[str, Any], ...] = (
        ("consents", document(author, reader)),
        ("revocations", {}),
        ("restrictions", restriction),
    )
    for part, body in previews:
        answer = ask(who, "POST", f"{patient.record}/{part}/preview", json=body).answer
        yield (part, *_unlike_in_time(shown(answer)))


def _unlike_in_time(answer: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return an answer without the instant at which it was asked for."""
    status, headers, data = answer
    return status, {n: v for n, v in headers.items() if n != "Date"}, INSTANT.sub(b"then", data)


@pytest.mark.parametrize("who", WHO)
def test_no_answer_differs_by_a_byte(world: World, who: str) -> None:
    people = cast(world)
    with asking(world) as ask:
        before = list(everything(world, ask, people[who], people))
    hide(world, people)
    with asking(world) as ask:
        after = list(everything(world, ask, people[who], people))
    assert len(before) > 60
    assert [one for one, other in zip(before, after, strict=True) if one != other] == []


def test_what_a_member_reads_by_release_changes_nothing_for_the_patient(world: World) -> None:
    people = cast(world)
    with asking(world) as ask:
        before = list(everything(world, ask, people["patient"], people))
    note = special(world, people["patient"], people["author"])
    release_row(world, people["patient"], people["author"], note, people["prescriber"])
    assert world.client(people["prescriber"]).get(place(people["patient"], note)).status_code == 200
    with asking(world) as ask:
        after = list(everything(world, ask, people["patient"], people))
    assert [one for one, other in zip(before, after, strict=True) if one != other] == []


def test_the_comparison_would_see_a_note(world: World) -> None:
    people = cast(world)
    with asking(world) as ask:
        before = list(everything(world, ask, people["prescriber"], people))
    world.note(people["patient"], people["author"])
    with asking(world) as ask:
        assert list(everything(world, ask, people["prescriber"], people)) != before


def test_a_list_with_nothing_but_special_notes_leaves_the_row_that_an_empty_one_leaves(world: World) -> None:
    patient, author, _ = world.trio()
    for address in ("notes", "shared-record", "notes?kind=psychotherapy_note"):
        world.client(author).get(f"{patient.record}/{address}")
    empty = sentences(world, patient)
    special(world, patient, author)
    for address in ("notes", "shared-record", "notes?kind=psychotherapy_note"):
        world.client(author).get(f"{patient.record}/{address}")
    assert sentences(world, patient)[:3] == empty[:3]


def test_nobody_is_told_and_nothing_is_mailed(world: World) -> None:
    people = cast(world)
    told = {model: world.session.scalar(select(func.count()).select_from(model)) for model in (Notice, OutgoingMail)}
    hide(world, people)
    for model, count in told.items():
        assert world.session.scalar(select(func.count()).select_from(model)) == count


def _guesses(people: dict[str, Person]) -> dict[str, tuple[str, str, Any]]:
    record, author, reader = people["patient"].record, people["author"], people["prescriber"]
    own = document(author, reader)
    return {
        "exception": ("POST", f"{record}/consents", {**DOCUMENT, "exceptions": {"items": ["{id}"], "holders": []}}),
        "exception of its kind": (
            "POST",
            f"{record}/consents",
            {**own, "exceptions": {"items": ["{id}"], "holders": []}},
        ),
        "restriction": ("POST", f"{record}/restrictions", {"against": member(reader), "item_id": "{id}"}),
        "label": ("PUT", f"{record}/items/{{id}}/labels/hiv", None),
        "label off": ("DELETE", f"{record}/items/{{id}}/labels/hiv", {"reason": "x"}),
        "labels": ("GET", f"{record}/items/{{id}}/labels", None),
        "part2": ("PUT", f"{record}/items/{{id}}/part2", None),
        "review": ("POST", f"{record}/items/{{id}}/label-review", {"labels": []}),
        "review read": ("GET", f"{record}/items/{{id}}/label-review", None),
        "reviews": ("POST", f"{record}/label-reviews", {"reviews": [{"item_id": "{id}", "version": 1, "labels": []}]}),
        "medication": ("GET", f"{record}/medications/{{id}}", None),
        "allergy": ("GET", f"{record}/allergies/{{id}}", None),
        "condition": ("GET", f"{record}/conditions/{{id}}", None),
        "reconciliation": (
            "POST",
            f"{record}/medication-reconciliations",
            {"typed_name": "x", "decisions": [{"entries": [{"id": "{id}", "version": 1}], "decision": "accept_taken"}]},
        ),
        "preview of a consent": (
            "POST",
            f"{record}/consents/preview",
            {**DOCUMENT, "exceptions": {"items": ["{id}"], "holders": []}},
        ),
        "preview of a restriction": (
            "POST",
            f"{record}/restrictions/preview",
            {"against": member(reader), "item_id": "{id}"},
        ),
        "why": ("GET", f"{record}/decisions?item={{id}}", None),
        "release": ("POST", f"{record}/notes/{{id}}/releases", {"to": "patient"}),
        "move": ("POST", f"{record}/notes/{{id}}/moves", {"spans": [{"from": 0, "to": 2}]}),
        "log": ("GET", f"{record}/notes/{{id}}/access-log", None),
    }


GUESSES = tuple(_guesses({name: Person(new_id(), name, "", "", new_id()) for name in (*WHO, "author")}))


@pytest.mark.parametrize("door", GUESSES)
def test_guessing_its_id_is_answered_as_an_id_of_nothing(world: World, door: str) -> None:
    people = cast(world)
    note = special(world, people["patient"], people["author"])
    release_row(world, people["patient"], people["author"], note, people["therapist"])
    method, address, body = _guesses(people)[door]
    with asking(world) as ask:
        for who in OTHERS:
            told = set()
            for guess in (str(note.id), str(new_id())):
                sent = {} if body is None else {"data": _filled(body, guess), "content_type": "application/json"}
                headers = {} if method == "GET" else {"If-Match": '"1"'}
                answer = ask(people[who], method, address.replace("{id}", guess), headers=headers, **sent).answer
                told.add((answer.status_code, INSTANT.sub(b"", answer.data.replace(guess.encode(), b"{id}"))))
            assert len(told) == 1, (who, told)
            assert {status for status, _ in told} <= ({200, 404} if door == "why" else {403, 404, 422})


def test_an_event_about_it_is_not_there_to_be_questioned(world: World) -> None:
    people = cast(world)
    patient, author = people["patient"], people["author"]
    note = special(world, patient, author)
    world.client(author).get(place(patient, note))
    event_id = world.client(author).get(f"{place(patient, note)}/access-log").json["items"][0]["id"]
    asking_ = world.client(patient)
    words = {"words": "Why?"}
    hidden, absent = (
        asking_.post(f"{patient.record}/access-log/{one}/question", words) for one in (event_id, new_id())
    )
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data) == (404, absent.data)


def _filled(body: Any, guess: str) -> str:
    return str(body).replace("'", '"').replace("{id}", guess)
