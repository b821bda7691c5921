"""Every list of the REST door comes in pages: found in the OpenAPI document, so that a new one is held to it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from careteam.models import SpecialRelease, Staff, User
from careteam.policy.vocabulary import ItemClass, Role
from tests.api.examples import directed, managing, measures, messages, notices, planning, reports
from tests.api.examples.people import staff_of
from tests.api.examples.played import ASKS
from tests.api.examples.record import reconciled, reviewed, waiting
from tests.api.examples.stage import Ask, Stage, rules, send
from tests.api.test_refusals import documented
from tests.cases.acts import looked, question
from tests.referrals.acts import agreed, proposed
from tests.security import oversight
from tests.team.inviting import to_team
from tests.world import PASSWORD, Person, World

TABLE = "a table of ours, which is as long for everybody"
WHOLE: Mapping[str, str] = {
    "list_check_ins_due": "what is overdue stands first; a page of it would hide how much there is to do",
    "list_check_in_schedules": "one for each kind of change: there are as many as there are kinds",
    "list_questionnaires": TABLE,
    "list_side_effect_codes": TABLE,
    "read_questionnaire": TABLE,
    "read_signals": "what is most urgent stands first; a page of it would hide how much there is to see to",
    "read_medication_pairs": "the two sides are compared as a whole; a page of it would hide differences",
    "list_receipt_keys": "there are as many as the operator has keys: a handful, and a receipt is held against any",
}
"""Answers with `items` that are no pages, and why."""


def _clinicians(stage: Stage) -> None:
    for name in ("Ana One", "Bea Two", "Cia Three"):
        person = stage.world.therapist(name, practice_id=stage.elm)
        stage.world.join(stage.maya, person, Role.THERAPIST)


def _patients(stage: Stage) -> None:
    for name in ("Ana One", "Ana One", "Bea Two"):
        number = len(stage.stand_ins)
        person = stage.world.user(f"{name} {number}")
        stage.stand_in(person.email)
        patient = stage.world.patient(f"{name} of {number}")
        stage.world.join(patient, stage.paul, Role.PRESCRIBER)
        waiting_at = Stage.__new__(Stage)
        waiting_at.world, waiting_at.maya, waiting_at.paul, waiting_at.record = stage.world, patient, stage.paul, {}
        waiting(waiting_at)


def _thrice(make: Callable[[Stage], Any]) -> Callable[[Stage], None]:
    def made(stage: Stage) -> None:
        for _ in range(3):
            make(stage)

    return made


def _administered(stage: Stage) -> None:
    place = "practices/{practice_id}/staff/{staff_id}/verification".format(
        **staff_of(stage, stage.tess, Role.THERAPIST)
    )
    for method in ("DELETE", "PUT", "DELETE", "PUT"):
        stage.do(stage.ada, method, place)


def _token(stage: Stage) -> None:
    body = {"name": "My spreadsheet", "access": "read", "expires_in_days": 3, "current_password": PASSWORD}
    assert stage.browser(stage.tess)("POST", "tokens", body).status_code == 201


def _practices(stage: Stage) -> None:
    for name in ("Elm", "Oak", "Ash"):
        stage.world.session.rollback()
        other = stage.world.staff(f"Owner of {name}", Role.ADMINISTRATOR)
        stage.world.add(
            Staff(
                user_id=stage.tess.user_id,
                practice_id=other.practice_id,
                role=Role.THERAPIST,
                created_at=stage.world.now,
            )
        )


def _questioned(stage: Stage) -> None:
    for _ in range(3):
        event = looked(stage.world, stage.tess, stage.maya)
        assert question(stage.world, stage.maya, event["id"]).status_code == 201


def _emergencies(stage: Stage) -> None:
    for words in ("Found in the street.", "Fell from a ladder.", "Could not be woken."):
        oversight.emergency(stage.world, stage.maya, stage.paul, stage.paul.practice_id, words)


def _read_by_paul(stage: Stage) -> None:
    for _ in range(3):
        stage.do(stage.paul, "GET", f"{stage.maya.record}/notes")


def _released(stage: Stage) -> None:
    stage.world.session.rollback()
    item_id, at = stage.world.session.scalars(select(SpecialRelease.item_id)).one(), stage.world.now
    whose = {"patient_id": stage.maya.patient_id, "item_id": item_id, "released_by": stage.tess.user_id}
    stage.world.add(*(SpecialRelease(**whose, released_at=at, withdrawn_at=at) for _ in range(3)))


def _acting(stage: Stage) -> None:
    for name in ("Ana One", "Bea Two", "Cia Three"):
        stage.world.acts_for(stage.maya, stage.world.user(name))


def _acting_for_others(stage: Stage) -> None:
    for name in ("Ana One", "Bea Two", "Cia Three"):
        stage.world.acts_for(stage.world.patient(name), stage.theo)


def _referring(stage: Stage) -> None:
    for name in ("Ana One", "Bea Two", "Cia Three"):
        proposed(stage.world, stage.tess, stage.maya, stage.world.prescriber(name))


def _referred(stage: Stage) -> None:
    """More patients of Tess's, referred to whom she referred Maya to."""
    email = "pia-moss@example.org"
    user_id = stage.world.session.scalars(select(User.id).where(User.name == "Pia Moss")).one()
    stage.world.session.rollback()
    pia = Person(user_id, "Pia Moss", email, "", None)
    for name in ("Ana One", "Bea Two", "Cia Three"):
        patient = stage.world.patient(name)
        stage.world.join(patient, stage.tess, Role.THERAPIST)
        agreed(stage.world, patient, proposed(stage.world, stage.tess, patient, pia))


MANY: Mapping[str, Callable[[Stage], Any]] = {
    "list_check_ins": _thrice(managing.check_in),
    "list_cost_requests": _thrice(reports.cost),
    "list_measure_requests": _thrice(measures.request),
    "list_measures": _thrice(measures.measure),
    "list_message_threads": _thrice(messages.message),
    "list_messages": _thrice(messages.message),
    "list_plan_acknowledgements": _thrice(planning.word),
    "list_plan_reviews": _thrice(planning.review),
    "list_prior_trials": _thrice(planning.trial),
    "list_questions": _thrice(directed.question),
    "list_referrals": _referring,
    "list_referrals_to_me": _referred,
    "list_refill_requests": _thrice(managing.refill),
    "list_sent_items": _thrice(directed.question),
    "list_side_effects": _thrice(reports.report),
    "list_supplies": _thrice(managing.supply),
    "read_intake": _thrice(planning.part),
    "read_plan": _thrice(planning.word),
    "read_timeline": _thrice(managing.supply),
    "list_access": lambda s: None,
    "list_practice_access": lambda s: None,
    "list_administration": _administered,
    "list_cases": _questioned,
    "list_practice_cases": _questioned,
    "list_disclosures": _read_by_paul,
    "list_emergency_access": _emergencies,
    "list_emergency_reviews": _emergencies,
    "list_note_access": _read_by_paul,
    "list_notices": _thrice(notices.told),
    "list_own_representations": _acting_for_others,
    "list_releases": _released,
    "list_representations": _acting,
    "list_allergies": _thrice(lambda s: s.world.allergy(s.maya, s.tess)),
    "list_conditions": _thrice(lambda s: s.world.condition(s.maya, s.tess)),
    "list_consents": _thrice(lambda s: s.world.consent(s.maya)),
    "list_invitations": lambda s: [
        to_team(s.world, s.maya, f"{name}@example.org", Role.THERAPIST) for name in ("a", "b", "c")
    ],
    "list_label_reviews": _thrice(waiting),
    "list_medication_reviews": _thrice(reviewed),
    "list_medications": _thrice(lambda s: s.world.medication(s.maya, s.paul)),
    "list_memberships": _clinicians,
    "list_notes": _thrice(lambda s: s.world.note(s.maya, s.tess)),
    "list_patients": _patients,
    "list_practices": _practices,
    "list_records_to_review": _patients,
    "list_restrictions": _thrice(lambda s: s.world.restriction(s.maya, item_class=ItemClass.MEDICATION)),
    "list_sessions": _thrice(lambda s: s.browser(s.tess)),
    "list_reconciliations": lambda s: [reconciled(s, drug) for drug in ("Lithium", "Bupropion", "Fluoxetine")],
    "list_staff": _clinicians,
    "list_tokens": _thrice(_token),
}
"""How each list comes by several rows."""
GROWS = frozenset({"list_access", "list_note_access", "list_practice_access"})
"""Lists to which each look at them adds a row, in front."""


def lists(app: Flask) -> list[str]:
    """Operations that answer with `items`."""
    document: Any = app.test_client().get("/api/v1/openapi.json").json
    found = []
    for name, (_, told) in documented(app).items():
        content = told["responses"].get("200", {}).get("content", {}).get("application/json", {})
        schema = document["components"]["schemas"].get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
        if "items" in schema.get("properties", {}) and told["operationId"].startswith(("list_", "read_")):
            found.append(name)
    return sorted(set(found) - set(WHOLE))


def prepared(world: World, operation: str) -> tuple[Stage, Ask]:
    stage = Stage(world)
    ask = ASKS[operation](stage)
    if operation in MANY:
        MANY[operation](stage)
    for _ in range(3):
        if operation in GROWS:
            send(stage, operation, ask)
    return stage, Ask(ask.who, ask.path)


def pages(stage: Stage, operation: str, ask: Ask) -> list[Any]:
    """Follow the links from a first page of one row to the last."""
    found = [send(stage, operation, Ask(ask.who, ask.path, query={"limit": 1}))]
    while found[-1].json["next"] and len(found) < 60:
        query = {"limit": 1, "cursor": found[-1].json["next"]}
        found.append(send(stage, operation, Ask(ask.who, ask.path, query=query)))
    return found


def test_every_list_has_limit_cursor_next_and_link(application: Flask) -> None:
    document: Any = application.test_client().get("/api/v1/openapi.json").json
    for name in lists(application):
        _, told = documented(application)[name]
        asked = {p["name"] for p in told["parameters"] if p["in"] == "query"}
        assert {"limit", "cursor"} <= asked, name
        answer = told["responses"]["200"]
        schema = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert "next" in document["components"]["schemas"][schema]["properties"], name
        assert "Link" in answer["headers"], name
    assert len(lists(application)) >= 17


@pytest.mark.parametrize("operation", sorted(MANY))
def test_the_pages_of_a_list_are_all_its_rows_once(world: World, operation: str) -> None:
    stage, ask = prepared(world, operation)
    whole = send(stage, operation, Ask(ask.who, ask.path, query={"limit": 100})).json["items"]
    walked = pages(stage, operation, ask)
    rows = [row for page in walked for row in page.json["items"]]
    assert len(rows) >= 3
    same = [{k: v for k, v in row.items() if k != "last_used_at"} for row in rows]
    expected = [{k: v for k, v in row.items() if k != "last_used_at"} for row in whole]
    assert same[len(same) - len(expected) :] == expected
    assert len(same) == len(expected) + (operation in GROWS)


@pytest.mark.parametrize("operation", sorted(MANY))
def test_the_links_of_a_page_lead_to_the_next_and_the_first(world: World, operation: str) -> None:
    stage, ask = prepared(world, operation)
    first, second = pages(stage, operation, ask)[:2]
    assert links(first).keys() == {"next"}
    assert links(second).keys() >= {"first"}
    client: Any = ask.who if not hasattr(ask.who, "token") else world.client(ask.who)  # type: ignore[arg-type]
    address = links(first)["next"]
    address = address if hasattr(ask.who, "token") else address.removeprefix("/api/v1/")
    assert client("GET", address).json["items"] == second.json["items"]
    assert "cursor" not in links(second)["first"]


def links(answer: Any) -> dict[str, str]:
    """The addresses of the `Link` header, by what they are."""
    found = {}
    for header in answer.headers.getlist("Link"):
        address, _, relation = header.partition(">; rel=")
        found[relation.strip('"')] = address.removeprefix("<")
    return found


@pytest.mark.parametrize("limit", ["0", "-1", "101", "5001", "x", "", "1.5"])
def test_a_limit_has_bounds(world: World, limit: str) -> None:
    stage = Stage(world)
    wrong = {}
    for operation in lists(world.app):
        ask = Ask(stage.maya, dict.fromkeys(rules_arguments(world.app, operation), stage.maya.patient_id))
        answer = send(stage, operation, Ask(ask.who, ask.path, query={"limit": limit}))
        if answer.status_code != 422:
            wrong[operation] = answer.status_code
    assert wrong == {}


def rules_arguments(app: Flask, operation: str) -> set[str]:
    """The names in an operation's address."""
    _, rule, _ = rules(app)[operation]
    return {part.partition(">")[0].rpartition(":")[2] for part in rule.split("<")[1:]}


def test_every_list_is_walked(application: Flask) -> None:
    assert set(lists(application)) == set(MANY), "say in MANY how it comes by several rows"
