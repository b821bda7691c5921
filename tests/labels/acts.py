"""Labels in one line each."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import update

from careteam.models import Condition, ImportSource, Item, Medication
from careteam.models.types import new_id
from careteam.policy.vocabulary import Label, MedicationSource
from careteam.vault import seal
from tests.world import Client, Person, World


def item_place(patient: Person, item: Item) -> str:
    """The address of an item of any class."""
    return f"{patient.record}/items/{item.id}"


def put(client: Client, patient: Person, item: Item, label: str, *, version: int | None = 1) -> Any:
    """Add a label, or with `part2` the flag."""
    return client("PUT", f"{item_place(patient, item)}/{_tail(label)}", version=version)


def delete(
    client: Client, patient: Person, item: Item, label: str, *, reason: str | None = "mistaken", version: int | None = 1
) -> Any:
    """Remove a label, or with `part2` the flag."""
    body = {} if reason is None else {"reason": reason}
    return client("DELETE", f"{item_place(patient, item)}/{_tail(label)}", json=body, version=version)


def history(client: Client, patient: Person, item: Item) -> Any:
    """The labels of an item and how it came by them."""
    return client.get(f"{item_place(patient, item)}/labels")


def _tail(label: str) -> str:
    return "part2" if label == "part2" else f"labels/{label}"


def waiting_entry(
    world: World, patient: Person, holder: Person, drug: str, *, tagged: Iterable[Label] = (), **values: Any
) -> Medication:
    """An imported entry that waits for its holder; with `tagged`, its source says so."""
    entry = world.medication(patient, holder, drug=drug, source=MedicationSource.IMPORTED, awaits_review=True, **values)
    world.add(source_of(world, patient, entry, tagged))
    return entry


def waiting_condition(
    world: World, patient: Person, holder: Person, code: str | None, *, name: str = "A problem", **values: Any
) -> Condition:
    """An imported condition that waits for its holder, with a code of ICD-10-CM."""
    codes = [] if code is None else [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]
    made = world.condition(patient, holder, name=name, awaits_review=True, **values)
    table = Condition.__table__
    sealed = seal(world.session, Condition.codes, made.id, json.dumps(codes))
    world.session.execute(update(table).where(table.c.id == made.id).values(codes=sealed))  # type: ignore[arg-type]
    world.session.commit()
    return made


def source_of(world: World, patient: Person, item: Item, tagged: Iterable[Label] = ()) -> ImportSource:
    """Where an imported item came from."""
    return ImportSource(
        patient_id=patient.patient_id,
        source_key=f"MedicationRequest/{new_id()}",
        resource_type="MedicationRequest",
        content_sha256="0" * 64,
        imported_at=world.now,
        item_id=item.id,
        suggested_labels=frozenset(tagged),
    )


def waits(client: Client, patient: Person, query: str = "") -> Any:
    """What waits for this person in the patient's record."""
    answer = client.get(f"{patient.record}/label-reviews{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def confirm(client: Client, patient: Person, *reviews: Mapping[str, Any]) -> Any:
    """Confirm several items in one act."""
    return client.post(f"{patient.record}/label-reviews", {"reviews": list(reviews)})


def one(item: Item, *labels: str, version: int | None = None, **said: Any) -> dict[str, Any]:
    """One review of several: these labels, or `as_suggested=True`."""
    chosen = {} if "as_suggested" in said else {"labels": list(labels)}
    return {"item_id": str(item.id), "version": version or item.version, **chosen, **said}


def changes(client: Client, patient: Person, item: Item) -> str:
    """The history of an item's labels in short: +added -removed, and ~left out of what was suggested."""
    found = history(client, patient, item).json["changes"]
    return " ".join(f"{'+' if c['added'] else '~' if c['left_out'] else '-'}{c['label']}" for c in found)
