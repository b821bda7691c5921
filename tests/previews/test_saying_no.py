"""What a patient is shown before they revoke, restrict, or lift a restriction."""

from datetime import timedelta

import pytest

from careteam.policy.vocabulary import EmergencyRule, ItemClass, Role
from tests.consent.acts import in_state, member, place, revoked, signed
from tests.previews.acts import NOTHING, at_once, ids, preview, reader
from tests.world import World


def test_revoking_tells_what_each_reader_loses(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, consent = world.note(patient, therapist), world.consent(patient)
    shown = preview(world, patient, f"consents/{consent.id}/revocation", {})
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(note.id)})
    assert [(e["consent_id"], e["narrowed"]) for e in shown["ends"]] == [(str(consent.id), False)]
    assert shown["summary"][-1].startswith("What was read before cannot be taken back")


def test_taking_a_part_back_leaves_the_rest(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    medication, consent = world.medication(patient, therapist), world.consent(patient)
    shown = preview(world, patient, f"consents/{consent.id}/revocation", {"item_class": "medication"})
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(medication.id)})
    assert [e["narrowed"] for e in shown["ends"]] == [True]


def test_taking_out_one_reader_shows_whom_else_it_takes_out_by_their_role(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    pia = world.prescriber("Pia Moss")
    world.join(patient, pia, Role.PRESCRIBER)
    note, consent = world.note(patient, therapist), world.consent(patient)
    shown = preview(world, patient, f"consents/{consent.id}/revocation", {"recipient": member(prescriber)})
    assert at_once(reader(shown, pia)) == (frozenset(), {str(note.id)})


def test_what_another_consent_goes_on_opening_is_lost_when_that_ends(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, consent = world.note(patient, therapist), world.consent(patient)
    ends = world.now + timedelta(days=9)
    world.consent(patient, valid_until=ends)
    shown = preview(world, patient, f"consents/{consent.id}/revocation", {})
    (change,) = reader(shown, prescriber)["changes"]
    assert (change["from"][:10], ids(change["lost"])) == (f"{ends:%Y-%m-%d}", {str(note.id)})


def test_what_was_revoked_already_changes_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    consent = signed(world, patient)
    revoked(world, patient, consent)
    shown = preview(world, patient, f"consents/{consent['id']}/revocation", {})
    assert (reader(shown, prescriber)["changes"], shown["ends"]) == ([], [])
    assert reader(shown, prescriber)["sentences"] == ["Nothing changes for Paul Reyes."]


def test_taking_everything_back_reaches_every_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, medication = world.note(patient, therapist), world.medication(patient, therapist)
    world.consent(patient, classes=[ItemClass.PROGRESS_NOTE])
    world.consent(patient, classes=[ItemClass.MEDICATION])
    shown = preview(world, patient, "revocations", {})
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(note.id), str(medication.id)})
    assert len(shown["ends"]) == 2


@pytest.mark.parametrize("state", ["draft", "requested", "expired", "superseded", "declined"])
def test_what_cannot_be_revoked_is_refused_with_the_same_words(world: World, state: str) -> None:
    patient, _, prescriber = world.trio()
    here = f"{place(patient, in_state(world, patient, prescriber, state))}/revocation"
    asked = world.client(patient).post(f"{here}/preview")
    assert (asked.status_code, asked.json) == (409, world.client(patient).post(here).json)


def test_a_restriction_tells_from_whom_it_keeps_what(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    pia, note = world.prescriber("Pia Moss"), world.note(patient, therapist)
    world.join(patient, pia, Role.PRESCRIBER)
    world.consent(patient)
    body = {"against": member(prescriber), "item_class": "progress_note"}
    shown = preview(world, patient, "restrictions", body)
    assert at_once(reader(shown, prescriber)) == (frozenset(), {str(note.id)})
    assert at_once(reader(shown, pia)) == NOTHING
    assert world.client(patient).get(f"{patient.record}/restrictions").json["items"] == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (EmergencyRule.WITHHOLD, "holds in an emergency too, even if you are unconscious"),
        (EmergencyRule.ALLOW, "may open"),
    ],
)
def test_it_is_told_in_plain_words_whether_a_restriction_holds_in_an_emergency(
    world: World, rule: EmergencyRule, told: str
) -> None:
    patient, _, _ = world.trio()
    shown = preview(world, patient, "restrictions", {"against": "anyone", "label": "hiv", "emergency": rule})
    assert any(told in sentence for sentence in shown["summary"])


def test_a_restriction_that_bites_only_later_is_told_from_then(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, begins = world.note(patient, therapist), world.now + timedelta(days=3)
    world.consent(patient, valid_from=begins)
    shown = preview(world, patient, "restrictions", {"against": "anyone", "item_id": str(note.id)})
    (change,) = reader(shown, prescriber)["changes"]
    assert (change["from"][:10], ids(change["lost"])) == (f"{begins:%Y-%m-%d}", {str(note.id)})


def test_a_restriction_on_what_nobody_can_see_is_refused_with_the_same_words(world: World) -> None:
    patient, therapist, _ = world.trio()
    secret = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    place, body = f"{patient.record}/restrictions", {"against": "anyone", "item_id": str(secret.id)}
    asked = world.client(patient).post(f"{place}/preview", body)
    assert (asked.status_code, asked.json) == (422, world.client(patient).post(place, body).json)


def test_lifting_tells_what_opens_again_and_what_another_restriction_still_keeps_back(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, other = world.note(patient, therapist), world.note(patient, therapist)
    medication = world.medication(patient, therapist)
    world.consent(patient)
    wide = world.restriction(patient, item_class=ItemClass.PROGRESS_NOTE)
    still = world.restriction(patient, item_id=other.id)
    world.restriction(patient, item_id=medication.id)
    said = reader(preview(world, patient, f"restrictions/{wide.id}/lifting"), prescriber)
    assert at_once(said) == ({str(note.id)}, frozenset())
    assert (ids(said["kept_back"]), said["kept_back_by"]) == ({str(other.id)}, [str(still.id)])


def test_lifting_what_is_lifted_changes_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.consent(patient)
    row = world.restriction(patient, item_class=ItemClass.PROGRESS_NOTE, lifted_at=world.now)
    said = reader(preview(world, patient, f"restrictions/{row.id}/lifting"), prescriber)
    assert (said["changes"], said["kept_back"]["count"]) == ([], 0)
