"""A record for one case: a team, imported items, and consents that came through the door and were signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import time_machine

from careteam import access
from careteam.models import Item
from careteam.policy.facts import Reader, Verification
from careteam.policy.matching import ItemFact, permit_for
from careteam.policy.vocabulary import Label, Role
from tests.consent.acts import place, signature
from tests.fhir_consents.corpora import Case, references
from tests.world import Person, World

NUMBER = count(1)
SENSITIVITIES = {
    "ETHUD": Label.SUBSTANCE_USE,
    "HIV": Label.HIV,
    "SDV": Label.VIOLENCE,
}
"""The labels that an import suggests for the sensitivities of the corpora (others, and levels, suggest none)."""


@dataclass(slots=True)
class Staged:
    """The record of one case. `items` are by what the case calls them; `refused` is what the door said no with."""

    world: World
    patient: Person
    reader: Person
    holder: Person
    items: dict[str, Item] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)

    @property
    def taken(self) -> bool:
        """True when the door took every resource."""
        return all(answer.status_code == 201 for answer in self.answers)


def stage(world: World, case: Case, beside: Iterable[Case] = ()) -> Staged:
    """Make the record of a case, with the things of other cases of its group beside, and its consents signed."""
    with time_machine.travel(case.given_at, tick=False):
        made = _people(world)
        _items(made, case, beside)
        for resource in case.resources:
            answer = import_resource(made, case, resource)
            made.answers.append(answer)
            if answer.status_code == 201:
                _sign(made, answer.json["consents"])
    return made


def import_resource(made: Staged, case: Case, resource: Mapping[str, Any]) -> Any:
    """Send a resource to the door, as the patient; the end is named where it names none."""
    rule = resource.get("provision", {})
    ends = rule.get("type") == "permit" and "end" not in rule.get("period", {})
    until = case.asked_at + timedelta(days=365)
    query = {"parties": " ".join(f"{r}={p}" for r, p in parties(made, resource).items())}
    query |= {"valid_until": until.isoformat()} if ends else {}
    address = f"{made.patient.record}/consents/fhir"
    return made.world.client(made.patient).post(address, dict(resource), query_string=query)


def parties(made: Staged, resource: Mapping[str, Any]) -> dict[str, str]:
    """Whom the references mean: the patient, who keeps this record, a custodian, clinicians, items."""
    custodians = {to for to, code in _actors(resource) if code == "CST"}
    whose = resource.get("patient", {}).get("reference")
    found = {to: _party(made, to, whose=whose, custodian=to in custodians) for to in _meant(resource)}
    return {to: party for to, party in found.items() if party}


def open_to(made: Staged, at: datetime) -> dict[str, bool]:
    """Which items the reader reads at this instant, by the policy and by the gate; they have to agree."""
    with time_machine.travel(at, tick=False):
        asked = Reader(made.reader.user_id, frozenset({Verification(Role.THERAPIST, made.reader.practice_id)}))
        patient_id = made.patient.patient_id
        assert patient_id is not None
        session = made.world.session
        _, scope = access.scopes(session, asked, [patient_id], at=at)[patient_id]
        through = {row.id for row in session.execute(access.visible(Item, scope, Item.id))}
        decided = {name: permit_for(scope, _fact(item)) is not None for name, item in made.items.items()}
        session.rollback()
        answered = _answered(made)
    assert decided == {name: item.id in through for name, item in made.items.items()}
    assert decided == {name: str(item.id) in answered for name, item in made.items.items()}
    return decided


def _answered(made: Staged) -> set[str]:
    answer = made.world.client(made.reader).get(f"{made.patient.record}/notes?limit=100")
    assert answer.status_code == 200, answer.json
    return {note["id"] for note in answer.json["items"]}


def _people(world: World) -> Staged:
    number = next(NUMBER)
    patient = world.patient(f"Maya {number}")
    reader, holder = world.therapist(f"Reader {number}"), world.prescriber(f"Holder {number}")
    world.join(patient, reader, Role.THERAPIST)
    world.join(patient, holder, Role.PRESCRIBER)
    return Staged(world, patient, reader, holder)


def _items(made: Staged, case: Case, beside: Iterable[Case]) -> None:
    """The thing that is asked for, and those beside it; where anything is asked for, one of every kind."""
    if case.data is None:
        held = [made.holder] if "custodian" in case.request else [made.holder, made.patient]
        for holder in held:
            for labels in ((), *((label,) for label in Label)):
                day = case.asked_at.date() - timedelta(days=60)
                made.items[f"{holder.name} {labels}"] = _item(made, holder, frozenset(labels), day)
        return
    for one in (case, *beside):
        made.items[name_of(one)] = _thing(made, one)


def name_of(case: Case) -> str:
    """What the case calls the thing that it asks for."""
    return str((case.data or {}).get("ref", case.id))


def _thing(made: Staged, case: Case) -> Item:
    data = case.data or {}
    labels = frozenset(SENSITIVITIES[code] for code in data.get("labels", ()) if code in SENSITIVITIES)
    day = date.fromisoformat(data["authored"][:10]) if data.get("authored") else case.asked_at.date()
    return _item(made, made.holder, labels, day)


def _item(made: Staged, holder: Person, labels: frozenset[Label], day: date) -> Item:
    """An imported item whose labels its holder has confirmed: its author is a name outside."""
    note = made.world.note(made.patient, holder, on=day, labels=labels, part2=Label.SUBSTANCE_USE in labels)
    note.author_id, note.outside_author = None, "Dr. Outside"
    note.holder_id = None if holder is made.patient else holder.user_id
    made.world.session.commit()
    return note


def _fact(item: Item) -> ItemFact:
    columns = ("id", "patient_id", "item_class", "author_id", "holder_id", "date", "labels", "draft", "awaits_review")
    return ItemFact(**{name: getattr(item, name) for name in columns})


def _sign(made: Staged, consent_ids: Iterable[str]) -> None:
    client = made.world.client(made.patient)
    for consent_id in consent_ids:
        where = place(made.patient, {"id": consent_id})
        draft = client.get(where).json
        words = signature(made.patient.name, terms_sha256=draft["terms"]["sha256"])
        answer = client.post(f"{where}/signature", words, version=draft["version"])
        assert answer.status_code == 200, answer.json


def _actors(value: Any) -> list[tuple[str, str]]:
    """Every actor of the rules: whom it refers to, and the code of the part."""
    if isinstance(value, list):
        return [pair for inner in value for pair in _actors(inner)]
    if not isinstance(value, dict):
        return []
    below = [pair for inner in value.values() for pair in _actors(inner)]
    role = value.get("role")
    if not isinstance(role, dict) or "coding" not in role:
        return below
    return [(value["reference"]["reference"], role["coding"][0]["code"]), *below]


def _meant(resource: Mapping[str, Any]) -> list[str]:
    """The references that somebody has to be named for; papers are not among them."""
    papers = {"sourceReference", "sourceAttachment", "verification", "text"}
    found = references({key: value for key, value in resource.items() if key not in papers})
    return list(dict.fromkeys(found))


def _party(made: Staged, to: str, *, whose: str | None, custodian: bool) -> str | None:
    """What a reference means in this record; None where there is nobody and nothing that it could mean."""
    kind = to.partition("/")[0]
    if to == whose:
        return "patient"
    if kind == "Organization":
        return f"member:{made.holder.user_id}" if custodian else "record"
    if kind == "Practitioner":
        return f"member:{made.reader.user_id}"
    return f"item:{made.items[to].id}" if to in made.items else None
