"""What a patient is shown before they sign: for whom, what, from when, and what stays shut."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.policy.vocabulary import ItemClass, Label, NoteStatus, Role
from tests.consent.acts import DOCUMENT, begun, in_state, member, place, signed
from tests.previews.acts import at_once, ids, preview, reader, titles
from tests.queries import statements
from tests.world import Person, World

NOTES: dict[str, Any] = {"classes": ["progress_note"]}


def of_draft(world: World, patient: Person, **document: Any) -> dict[str, Any]:
    """Draft a consent, and preview it."""
    draft = begun(world, patient, patient, **document)
    return preview(world, patient, f"consents/{draft['id']}")


def test_it_tells_of_each_member_what_they_begin_to_read_by_title(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, title="Sleep got worse")
    world.medication(patient, prescriber, drug="Lithium carbonate")
    shown = of_draft(world, patient)
    assert [r["name"] for r in shown["readers"]] == ["Paul Reyes", "Tess Okafor"]
    assert titles(reader(shown, prescriber)["changes"][0]["gained"]) == ["Sleep got worse"]
    assert titles(reader(shown, therapist)["changes"][0]["gained"]) == ["Lithium carbonate"]
    assert reader(shown, prescriber)["sentences"][0] == "Paul Reyes begins to read 1 progress note of Tess Okafor."


def test_counts_are_by_holder_and_class_and_whole_sections_count_without_items(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    for _ in range(3):
        world.note(patient, therapist)
    said = reader(of_draft(world, patient), prescriber)
    groups = [(g["name"], g["class"], g["count"], g["whole"]) for g in said["changes"][0]["gained"]["groups"]]
    assert groups == [("Tess Okafor", "medication", 0, True), ("Tess Okafor", "progress_note", 3, True)]
    assert "there is nothing so far" in said["sentences"][1]


def test_it_names_the_version_that_was_looked_at(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    world.client(patient).patch(place(patient, draft), NOTES, version=1)
    shown = preview(world, patient, f"consents/{draft['id']}")
    assert (shown["act"], shown["target_id"], shown["consent_version"]) == ("sign", draft["id"], 2)


def test_a_document_that_is_not_stored_is_previewed_like_a_draft(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.note(patient, therapist)
    of_body = preview(world, patient, "consents", DOCUMENT)
    assert (of_body["target_id"], of_body["consent_version"]) == (None, None)
    assert of_body["readers"] == of_draft(world, patient)["readers"]
    assert len(world.client(patient).get(f"{patient.record}/consents").json["items"]) == 1


def test_what_the_patient_cannot_read_is_never_counted(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, status=NoteStatus.DRAFT, signed_at=None, title="a draft")
    world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE, title="analysed")
    shown = of_draft(world, patient, classes=["progress_note"])
    assert at_once(reader(shown, prescriber)) == (frozenset(), frozenset())
    assert "analysed" not in str(shown)
    assert "a draft" not in str(shown)


def test_imports_that_wait_are_not_counted_but_said_to_wait(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, awaits_review=True, title="imported")
    world.medication(patient, prescriber, awaits_review=True)
    shown = of_draft(world, patient, classes=["progress_note"])
    assert at_once(reader(shown, prescriber)) == (frozenset(), frozenset())
    assert [(w["name"], w["class"], w["count"]) for w in shown["waiting"]] == [("Tess Okafor", "progress_note", 1)]
    assert any(s.startswith("1 imported item waits") for s in shown["summary"])


def test_what_a_restriction_keeps_back_is_shown_with_the_restriction(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, other = world.note(patient, therapist), world.note(patient, therapist)
    row = world.restriction(patient, against_user_id=prescriber.user_id, item_id=note.id)
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=ItemClass.ALLERGY)
    said = reader(of_draft(world, patient, **NOTES), prescriber)
    assert at_once(said)[0] == {str(other.id)}
    assert ids(said["kept_back"]) == {str(note.id)}
    assert said["kept_back_by"] == [str(row.id)]
    assert any("by your restrictions" in sentence for sentence in said["sentences"])


def test_one_that_begins_later_is_previewed_at_its_beginning(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    begins = world.now + timedelta(days=7)
    shown = of_draft(world, patient, valid_from=begins.isoformat(), **NOTES)
    (change,) = reader(shown, prescriber)["changes"]
    assert change["from"] == shown["begins_at"] is not None
    assert ids(change["gained"]) == {str(note.id)}
    assert shown["summary"][0].startswith("It begins on ")


def test_who_covers_from_next_week_is_previewed_at_their_beginning(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, cora = world.note(patient, therapist), world.prescriber("Cora Hale")
    week = world.now + timedelta(days=7)
    world.join(patient, cora, Role.PRESCRIBER, kind="covering", valid_from=week, valid_until=week + timedelta(days=9))
    said = reader(of_draft(world, patient, **NOTES), cora)
    assert (said["standing"], said["waits_for"]) == ("upcoming", [])
    assert [(c["from"][:10], ids(c["gained"])) for c in said["changes"]] == [(f"{week:%Y-%m-%d}", {str(note.id)})]


def test_who_is_only_asked_to_join_is_shown_with_what_is_missing(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, penny = world.note(patient, therapist), world.prescriber("Penny Poole", verified=False)
    world.join(patient, penny, Role.PRESCRIBER, patient_agreed_at=None)
    said = reader(of_draft(world, patient, **NOTES), penny)
    assert (said["standing"], said["waits_for"]) == ("asked", ["patient", "verification"])
    assert at_once(said)[0] == {str(note.id)}


def test_a_role_that_nobody_has_is_shown_as_whoever_joins_in_it(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    world.note(patient, therapist)
    (_, anybody) = of_draft(world, patient, recipients=["role:prescriber"], **NOTES)["readers"]
    assert (anybody["standing"], anybody["user_id"], anybody["roles"]) == ("anybody", None, ["prescriber"])
    assert anybody["sentences"] == ["Whoever joins as a prescriber begins to read 1 progress note of Tess Okafor."]


def test_superseding_tells_what_ends_and_what_is_lost_by_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    old, medication = world.consent(patient), world.medication(patient, therapist)
    world.note(patient, therapist)
    shown = of_draft(world, patient, supersedes_id=str(old.id), **NOTES)
    assert [(e["consent_id"], e["narrowed"]) for e in shown["ends"]] == [(str(old.id), False)]
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(medication.id)})


def test_a_renewal_changes_nothing_before_the_old_one_would_have_ended(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, ends = world.note(patient, therapist), world.now + timedelta(days=20)
    old = world.consent(patient, valid_until=ends)
    starts = ends - timedelta(days=2)
    shown = of_draft(world, patient, valid_from=starts.isoformat(), supersedes_id=str(old.id))
    (change,) = reader(shown, prescriber)["changes"]
    assert (change["from"][:10], ids(change["gained"])) == (f"{ends:%Y-%m-%d}", {str(note.id)})
    assert ids(change["lost"]) == frozenset()


def test_labels_that_are_listed_are_shown_also_where_no_item_carries_them(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient)
    said = reader(of_draft(world, patient, labels=["hiv"]), prescriber)
    assert {(g["class"], g["count"], g["whole"], *g["labels"]) for g in said["changes"][0]["gained"]["groups"]} == {
        ("medication", 0, False, "hiv"),
        ("progress_note", 0, False, "hiv"),
    }
    assert "medications labelled hiv and progress notes labelled hiv of Tess Okafor" in said["sentences"][0]


def test_sharing_that_becomes_one_way_is_said(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shown = of_draft(world, patient, disclosers=[member(therapist)], recipients=[member(prescriber)], **NOTES)
    (pair,) = shown["one_way"]
    assert (pair["reader"]["name"], pair["holder"]["name"]) == ("Paul Reyes", "Tess Okafor")
    assert any(
        s.startswith("Sharing becomes one-way: Paul Reyes reads what Tess Okafor holds") for s in shown["summary"]
    )
    signed(world, patient, disclosers=[member(therapist)], recipients=[member(prescriber)], **NOTES)
    again = of_draft(world, patient, disclosers=[member(therapist)], recipients=[member(prescriber)])
    assert again["one_way"] == [], "it is one-way already"


def test_an_unverified_member_reads_nothing_and_that_is_said(world: World) -> None:
    patient, therapist, _ = world.trio()
    uwe = world.prescriber("Uwe Lang", verified=False)
    world.join(patient, uwe, Role.PRESCRIBER)
    world.note(patient, therapist)
    said = reader(of_draft(world, patient), uwe)
    assert (said["changes"], said["waits_for"]) == ([], ["verification"])


def test_of_many_items_the_newest_are_named_and_the_rest_counted(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    for day in range(1, 29):
        world.note(patient, therapist, on=world.now.date().replace(month=1, day=day), title=f"on {day}")
    gained = reader(of_draft(world, patient, **NOTES), prescriber)["changes"][0]["gained"]
    assert (gained["count"], gained["more"], titles(gained)[0], len(gained["items"])) == (28, 3, "on 28", 25)


@pytest.mark.parametrize("size", [1, 9])
def test_the_number_of_statements_depends_on_nothing(world: World, size: int) -> None:
    patient, therapist, _ = world.trio()
    world.restriction(patient, item_class=ItemClass.ALLERGY)
    for n in range(size):
        world.join(patient, world.prescriber(f"P{n}"), Role.PRESCRIBER)
        world.note(patient, therapist)
        world.medication(patient, patient)
        world.allergy(patient, therapist)
        world.restriction(patient, item_class=ItemClass.ALLERGY, label=Label.HIV)
    draft = begun(world, patient, patient, disclosers=["team", "patient"])
    with statements(world.app) as sent:
        preview(world, patient, f"consents/{draft['id']}")
    assert len(sent) == STATEMENTS


STATEMENTS = 12


@pytest.mark.parametrize("state", ["active", "revoked", "declined", "withdrawn", "lapsed"])
def test_what_cannot_be_signed_is_refused_with_the_same_words(world: World, state: str) -> None:
    patient, _, prescriber = world.trio()
    here = place(patient, in_state(world, patient, prescriber, state))
    asked = world.client(patient).post(f"{here}/preview")
    assert asked.status_code == 409
    assert asked.json == world.client(patient).post(f"{here}/signature", _SIGNATURE, version=1).json


_SIGNATURE = {"typed_name": "Maya Ellison", "password": "x", "terms_sha256": "0" * 64}
