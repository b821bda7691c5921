"""What was imported and not yet confirmed, and what is kept: who reads it, and that the file tells nothing."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from careteam.models import ImportSource, Item
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label
from tests.fhir_reading.samples import (
    ACT_CODE,
    bundle,
    condition,
    made,
    note,
    observation,
    patient,
    practitioner,
    request,
)
from tests.importing.kit import linked, post
from tests.world import Person, World

PSYCHOTHERAPY = {"meta": {"security": [{"system": ACT_CODE, "code": "PSYTHPN"}]}}
DOSAGE = [{"text": "CANARY-dosage"}]
FILE = bundle(
    patient(),
    practitioner(),
    request(dosageInstruction=DOSAGE, reasonCode=[{"text": "CANARY-reason"}]),
    note("CANARY-note", author=[{"reference": "Practitioner/d1"}], description="CANARY-title"),
    made(note("CANARY-psychotherapy", id="n2"), PSYCHOTHERAPY),
    observation(note=[{"text": "CANARY-measure"}]),
    condition(code={"text": "CANARY-condition"}, modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
)
KEPT = ("CANARY-psychotherapy", "CANARY-measure", "CANARY-condition", "urn:clinic")


@pytest.fixture
def people(world: World) -> tuple[Person, Person, Person]:
    """A linked team whose patient shares everything, after an import whose notes the therapist holds."""
    person, therapist, prescriber = linked(world)
    world.consent(person, classes=SHAREABLE_CLASSES, disclosers=["team", "patient"])
    named = [f"Practitioner/d1={therapist.user_id}"]
    query: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id, "author": named}
    assert post(world, therapist, FILE, **query).status_code == 201
    return person, therapist, prescriber


def reads(world: World, who: Person, about: Person) -> str:
    """Everything that this person gets from every address of the record that can be read."""
    rules = [r for r in world.app.url_map.iter_rules() if r.arguments == {"patient_id"} and "GET" in (r.methods or ())]
    assert len(rules) > 3
    world.session.rollback()
    addresses = [rule.rule.replace("<uuid:patient_id>", str(about.patient_id)) for rule in rules]
    return "".join(world.client(who).get(address).text for address in addresses)


def test_before_the_review_an_item_is_its_holders_and_the_patients(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    person, therapist, prescriber = people
    seen = {who.name: reads(world, who, person) for who in people}
    assert "CANARY-dosage" in seen[person.name]
    assert "CANARY-note" in seen[person.name]
    assert "CANARY-dosage" in seen[prescriber.name]
    assert "CANARY-note" not in seen[prescriber.name]
    assert "CANARY-note" in seen[therapist.name]
    assert "CANARY-dosage" not in seen[therapist.name]


def test_after_the_review_consents_open_it(world: World, people: tuple[Person, Person, Person]) -> None:
    person, therapist, prescriber = people
    world.session.execute(update(Item).values(awaits_review=False))
    world.session.commit()
    assert "CANARY-note" in reads(world, prescriber, person)
    assert "CANARY-dosage" in reads(world, therapist, person)


def test_what_is_kept_is_read_by_nobody(world: World, people: tuple[Person, Person, Person]) -> None:
    world.session.execute(update(Item).values(awaits_review=False))
    world.session.commit()
    seen = "".join(reads(world, who, people[0]) for who in people)
    assert not [word for word in KEPT if word in seen]
    assert ItemClass.MEDICATION in seen


def test_the_review_of_a_holder_starts_from_the_suggestions(world: World) -> None:
    person, therapist, prescriber = linked(world)
    tags = {"meta": {"security": [{"system": ACT_CODE, "code": "ETH"}]}}
    file = bundle(patient(), made(request(), tags))
    post(world, therapist, file, pair=(therapist, prescriber), patient_id=person.patient_id)
    waiting: Any = world.client(prescriber).get(f"{person.record}/label-reviews").json
    assert [item["suggested_labels"] for item in waiting["items"]] == [[Label.SUBSTANCE_USE]]


def test_every_text_is_sealed_in_the_database(world: World, people: tuple[Person, Person, Person]) -> None:
    url = make_url(world.app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite":
        pytest.skip("only SQLite keeps everything in files of which we know the place")
    world.session.rollback()
    assert url.database
    files = [Path(url.database), Path(f"{url.database}-wal")]
    content = b"".join(path.read_bytes() for path in files if path.exists())
    assert b"CANARY" not in content
    assert b"urn:clinic" not in content
    assert b"Sertraline" in content


def test_every_kept_resource_is_there_and_sealed(world: World, people: tuple[Person, Person, Person]) -> None:
    kept = world.session.scalars(select(ImportSource).filter_by(item_id=None)).all()
    assert sorted(source.resource_type for source in kept) == [
        "Condition",
        "DocumentReference",
        "Observation",
        "Patient",
    ]
    assert all(source.kept and b"CANARY" not in source.kept for source in kept)


def test_the_patient_reads_in_the_log_who_imported(world: World, people: tuple[Person, Person, Person]) -> None:
    person, therapist, prescriber = people
    post(world, prescriber, FILE, pair=(therapist, prescriber), patient_id=person.patient_id)
    told: Any = world.client(person).get(f"{person.record}/access-log").json
    assert [event["sentence"] for event in told["items"]] == [
        "Paul Reyes imported a file of which your record held everything already.",
        "Tess Okafor imported a file into your record.",
    ]
