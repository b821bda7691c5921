"""What the tests of special notes do again and again."""

from typing import Any

from careteam.models import SpecialRelease
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentKind, ItemClass, Label
from tests.consent.acts import consents, member, signature
from tests.consent.acts import place as consent_place
from tests.world import Person, World

PSYCHOTHERAPY, COUNSELING = ItemClass.PSYCHOTHERAPY_NOTE, ItemClass.SUD_COUNSELING_NOTE
KIND_OF = {
    PSYCHOTHERAPY: ConsentKind.PSYCHOTHERAPY_NOTES,
    COUNSELING: ConsentKind.SUD_COUNSELING_NOTES,
}
DRAFT = {"kind": "psychotherapy_note", "title": "After the silence", "body": "She laughed.", "date": "2026-03-02"}


def special(world: World, patient: Person, author: Person, **values: Any) -> Any:
    """A signed special note of the author's."""
    return world.note(patient, author, **{"kind": PSYCHOTHERAPY, **values})


def place(patient: Person, note: Any) -> str:
    """The address of a note, given as a row or as it was answered."""
    return f"{patient.record}/notes/{note['id'] if isinstance(note, dict) else note.id}"


def authorised(
    world: World, patient: Person, author: Person, reader: Person, kind: Any = PSYCHOTHERAPY, **values: Any
) -> Any:
    """A signed consent of the note's kind that names author and reader."""
    row = {"disclosers": [member(author)], "recipients": [member(reader)], "classes": [kind], **values}
    return world.consent(patient, kind=KIND_OF[kind], **row)


def document(author: Person, reader: Person, **changes: Any) -> dict[str, Any]:
    """The document of such a consent, as it is posted."""
    names = {"disclosers": [member(author)], "recipients": [member(reader)]}
    return {"kind": "psychotherapy_notes", "classes": ["psychotherapy_note"], **names, **changes}


def released(world: World, patient: Person, author: Person, note: Any, to: Person | str) -> dict[str, Any]:
    """Release a note as its author, and return the answer."""
    made = world.client(author).post(f"{place(patient, note)}/releases", {"to": to_word(to)})
    assert made.status_code == 201, made.json
    return dict(made.json)


def to_word(to: Person | str) -> str:
    """How a release names its reader."""
    return to if isinstance(to, str) else member(to)


def release_row(world: World, patient: Person, author: Person, note: Any, to: Person | None, **values: Any) -> Any:
    """A release, written directly; to the patient for None."""
    made = SpecialRelease(
        id=new_id(),
        patient_id=patient.patient_id,
        item_id=note.id,
        reader_id=to.user_id if to else None,
        released_by=author.user_id,
        **{"released_at": world.now, **values},
    )
    world.add(made)
    return made


def withdrawn(world: World, patient: Person, author: Person, note: Any, release: dict[str, Any]) -> dict[str, Any]:
    """Take a release back, and return the answer."""
    done = world.client(author).post(f"{place(patient, note)}/releases/{release['id']}/withdrawal")
    assert done.status_code == 200, done.json
    return dict(done.json)


def reads(world: World, reader: Person, patient: Person, note: Any) -> bool:
    """Whether this person reads the note by itself; a list says the same."""
    alone = world.client(reader).get(place(patient, note)).status_code == 200
    listed = world.client(reader).get(f"{patient.record}/notes?limit=100").json
    assert (str(note.id) in {n["id"] for n in listed.get("items", ())}) is alone
    return alone


def sentences(world: World, patient: Person) -> list[str]:
    """What the patient's log says, newest first."""
    answer = world.client(patient).get(f"{patient.record}/access-log?limit=100")
    return [event["sentence"] for event in answer.json["items"]]


def begin(world: World, who: Person, patient: Person, document: dict[str, Any]) -> Any:
    """Draft or request a consent; return the answer."""
    return world.client(who).post(consents(patient), document)


def sign(world: World, patient: Person, consent: Any) -> Any:
    """Sign a consent under the terms that it names; return the answer."""
    at = consent_place(patient, consent)
    shown = world.client(patient).get(at).json
    name = signature(patient.name, terms_sha256=shown["terms"]["sha256"])
    return world.client(patient).post(f"{at}/signature", name, version=shown["version"])


def signed(world: World, patient: Person, consent: Any) -> dict[str, Any]:
    """Sign a consent, and return it as it is then."""
    done = sign(world, patient, consent)
    assert done.status_code == 200, done.json
    return dict(done.json)


LABELLED = frozenset({Label.SUBSTANCE_USE})
