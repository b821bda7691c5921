"""Consents about special notes: named authors to named readers, of one kind, known to those whom they concern."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.policy.vocabulary import Role
from tests.consent.acts import DOCUMENT, consents, member
from tests.consent.acts import place as consent_place
from tests.special.kit import authorised, begin, document, place, reads, release_row, sign, signed, special
from tests.world import Person, World


@pytest.fixture
def people(world: World) -> tuple[Person, Person, Person]:
    return world.trio()


def test_the_patient_drafts_and_signs_one(world: World, people: tuple[Person, Person, Person]) -> None:
    patient, therapist, prescriber = people
    done = signed(world, patient, begin(world, patient, patient, document(therapist, prescriber)).json)
    assert (done["kind"], done["status"]) == ("psychotherapy_notes", "active")


@pytest.mark.parametrize("word", ["psychotherapy", "sud_counseling"])
def test_a_member_requests_one_and_the_patient_signs_or_declines(
    world: World, people: tuple[Person, Person, Person], word: str
) -> None:
    patient, therapist, prescriber = people
    said = document(therapist, prescriber, kind=f"{word}_notes", classes=[f"{word}_note"])
    asked = [begin(world, prescriber, patient, {**said, "message": "May I?"}).json for _ in range(2)]
    assert asked[0]["asked"]["classes"] == [f"{word}_note"]
    assert signed(world, patient, asked[0])["kind"] == f"{word}_notes"
    declined = world.client(patient).post(f"{consent_place(patient, asked[1])}/decline").json
    assert declined["status"] == "declined"


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a role as reader": ({"recipients": ["role:prescriber"]}, "recipients", "a role names nobody"),
    "a role beside a member": ({"recipients": ["role:prescriber", "{paul}"]}, "recipients", "a role names nobody"),
    "the team as author": ({"disclosers": ["team"]}, "disclosers", "authors of the notes"),
    "the patient as author": ({"disclosers": ["patient"]}, "disclosers", "authors of the notes"),
    "a prescriber as author": ({"disclosers": ["{paul}"]}, "disclosers", "written by therapists"),
    "a prescriber beside the author": ({"disclosers": ["{tess}", "{paul}"]}, "disclosers", "written by therapists"),
    "another class": ({"classes": ["psychotherapy_note", "medication"]}, "classes", "45 CFR 164.508(b)(3)(ii)"),
    "both kinds": ({"classes": ["psychotherapy_note", "sud_counseling_note"]}, "classes", "42 CFR 2.31(b)"),
    "the other kind": ({"kind": "sud_counseling_notes"}, "classes", "Kinds do not mix"),
    "sharing": ({"kind": "sharing"}, "classes", "45 CFR 164.508(b)(3)(ii)"),
    "nobody": ({"recipients": []}, "recipients", "Say who may read"),
    "another purpose": ({"purpose": "legal_proceedings"}, "purpose", "use paper"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_with_the_reason(
    world: World, people: tuple[Person, Person, Person], what: str
) -> None:
    patient, therapist, prescriber = people
    changes, field, says = REFUSED[what]
    ids = {"{tess}": member(therapist), "{paul}": member(prescriber)}
    filled = {k: [ids.get(w, w) for w in v] if isinstance(v, list) else v for k, v in changes.items()}
    answer = begin(world, patient, patient, document(therapist, prescriber, **filled))
    assert answer.status_code == 422
    assert says in answer.json["errors"][field][0]


def test_a_therapist_who_left_can_be_named_as_author_and_one_who_declined_cannot(world: World) -> None:
    patient, left, declined = world.patient(), world.therapist("Lea Left"), world.therapist("Dora Declined")
    reader = world.prescriber()
    world.join(patient, reader, Role.PRESCRIBER)
    world.join(patient, left, Role.THERAPIST, ended_at=world.now)
    world.join(patient, declined, Role.THERAPIST, declined_at=world.now)
    assert begin(world, patient, patient, document(left, reader)).status_code == 201
    assert begin(world, patient, patient, document(declined, reader)).status_code == 422


def test_it_supersedes_only_one_of_its_own_kind(world: World, people: tuple[Person, Person, Person]) -> None:
    patient, therapist, prescriber = people
    sharing, own = world.consent(patient), authorised(world, patient, therapist, prescriber)
    mixed = begin(world, patient, patient, document(therapist, prescriber, supersedes_id=str(sharing.id)))
    back = begin(world, patient, patient, {**DOCUMENT, "supersedes_id": str(own.id)})
    for answer in (mixed, back):
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["supersedes_id"])
    renewed = begin(world, patient, patient, document(therapist, prescriber, supersedes_id=str(own.id))).json
    signed(world, patient, renewed)
    assert world.client(patient).get(consent_place(patient, own)).json["status"] == "superseded"


def test_a_kind_that_was_mixed_in_after_drafting_is_found_at_signing(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    patient, therapist, prescriber = people
    draft = authorised(world, patient, therapist, prescriber, status="draft", signed_at=None)
    draft.classes = ["psychotherapy_note", "progress_note"]
    world.add(draft)
    answer = sign(world, patient, draft)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["classes"])


PARTS = ("whole", "item_class", "recipient", "discloser", "everywhere")


@pytest.mark.parametrize("part", PARTS)
def test_it_is_revoked_whole_or_in_its_only_part_and_the_note_is_shut(
    world: World, people: tuple[Person, Person, Person], part: str
) -> None:
    patient, therapist, prescriber = people
    note, consent = special(world, patient, therapist), authorised(world, patient, therapist, prescriber)
    release_row(world, patient, therapist, note, prescriber)
    assert reads(world, prescriber, patient, note)
    bodies = {
        "item_class": {"item_class": "psychotherapy_note"},
        "recipient": {"recipient": member(prescriber)},
        "discloser": {"discloser": member(therapist)},
    }
    where = f"{patient.record}/revocations" if part == "everywhere" else f"{consent_place(patient, consent)}/revocation"
    assert world.client(patient).post(where, bodies.get(part, {})).status_code == 200
    assert not reads(world, prescriber, patient, note)
    assert world.client(patient).get(consent_place(patient, consent)).json["status"] == "revoked"


def test_it_ends_by_the_clock(world: World, people: tuple[Person, Person, Person]) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    release_row(world, patient, therapist, note, prescriber)
    over = {"valid_from": world.now - timedelta(days=2), "valid_until": world.now - timedelta(days=1)}
    authorised(world, patient, therapist, prescriber, **over)
    assert not reads(world, prescriber, patient, note)


def test_reader_and_author_know_of_it_and_nobody_else(world: World, people: tuple[Person, Person, Person]) -> None:
    patient, therapist, prescriber = people
    other = world.therapist("Oda Other")
    world.join(patient, other, Role.THERAPIST)
    world.join(patient, world.prescriber("Petra"), Role.PRESCRIBER)
    consent = authorised(world, patient, therapist, prescriber, disclosers=[member(therapist), member(other)])
    stranger = world.prescriber("Sam Stranger")
    for person, known in ((therapist, 200), (prescriber, 200), (other, 200), (stranger, 404)):
        answer = world.client(person).get(consent_place(patient, consent))
        assert answer.status_code == known
    outsider = world.therapist("Ola Outside")
    world.join(patient, outsider, Role.THERAPIST)
    assert world.client(outsider).get(consent_place(patient, consent)).status_code == 404
    assert world.client(outsider).get(consents(patient)).json["items"] == []


def test_an_author_sees_neither_its_readers_nor_the_other_authors(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    patient, therapist, prescriber = people
    other = world.therapist("Oda Other")
    world.join(patient, other, Role.THERAPIST)
    consent = authorised(world, patient, therapist, prescriber, disclosers=[member(therapist), member(other)])
    shown = world.client(therapist).get(consent_place(patient, consent))
    assert shown.json["disclosers"] == [member(therapist)]
    assert shown.json["recipients"] is None
    for hidden in (prescriber, other):
        assert str(hidden.user_id) not in shown.text
    reader = world.client(prescriber).get(consent_place(patient, consent)).json
    assert reader["disclosers"] == sorted([member(therapist), member(other)])


def test_a_role_in_a_stored_document_names_nobody(world: World, people: tuple[Person, Person, Person]) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    release_row(world, patient, therapist, note, prescriber)
    consent = authorised(world, patient, therapist, prescriber, recipients=["role:prescriber"], disclosers=["team"])
    assert not reads(world, prescriber, patient, note)
    for person in (therapist, prescriber):
        assert world.client(person).get(consent_place(patient, consent)).status_code == 404


def test_an_author_records_a_revocation_that_was_given_orally(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    patient, therapist, prescriber = people
    consent = authorised(world, patient, therapist, prescriber)
    done = world.client(therapist).post(f"{consent_place(patient, consent)}/revocation", {"given": "orally"})
    assert done.status_code == 200
    assert done.json["seen"] is None


def test_it_opens_no_other_note_and_a_sharing_consent_opens_no_special_note(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    patient, therapist, prescriber = people
    plain, note = world.note(patient, therapist), special(world, patient, therapist)
    release_row(world, patient, therapist, note, prescriber)
    release_row(world, patient, therapist, plain, prescriber)
    authorised(world, patient, therapist, prescriber)
    assert reads(world, prescriber, patient, note)
    assert world.client(prescriber).get(place(patient, plain)).status_code == 404
