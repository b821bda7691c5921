"""What a patient is shown before they agree that somebody joins their team."""

from datetime import timedelta
from typing import Any

from careteam.policy.vocabulary import ItemClass, Role
from tests.previews.acts import at_once, ids, lists, reader
from tests.team.inviting import to_team
from tests.world import Person, World


def asked_in(world: World, patient: Person, clinician: Person, role: Role, **values: Any) -> str:
    """Ask somebody into the team, so that only the patient's yes is missing; the membership's address."""
    made = world.join(patient, clinician, role, **{"patient_agreed_at": None, **values})
    return f"memberships/{made.id}"


def shown(world: World, who: Person, address: str) -> dict[str, Any]:
    """The preview at an address, which has to be given."""
    made = world.client(who).post(f"{address}/preview")
    assert made.status_code == 200, made.json
    return dict(made.json)


def test_it_tells_what_the_newcomer_reads_and_agreeing_gives_exactly_that(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, pia = world.note(patient, therapist), world.prescriber("Pia Moss")
    world.consent(patient)
    place = asked_in(world, patient, pia, Role.PRESCRIBER)
    said = reader(shown(world, patient, place), pia)
    assert (said["standing"], said["waits_for"]) == ("joining", [])
    assert at_once(said) == ({str(note.id)}, frozenset())
    assert world.client(patient).post(f"{place}/agreement").status_code == 200
    assert lists(world, pia, patient.patient_id) == {str(note.id)}


def test_what_is_missing_besides_the_patients_yes_is_said(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.note(patient, therapist)
    world.consent(patient)
    pia = world.prescriber("Pia Moss", verified=False)
    place = asked_in(world, patient, pia, Role.PRESCRIBER, clinician_accepted_at=None)
    said = reader(shown(world, patient, place), pia)
    assert said["waits_for"] == ["clinician", "verification"]
    assert said["sentences"][-1] == (
        "Until they agree to joining and a practice vouches for them, Pia Moss reads nothing by it."
    )


def test_who_covers_later_is_shown_from_their_beginning(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, cora = world.note(patient, therapist), world.prescriber("Cora Hale")
    world.consent(patient)
    week = world.now + timedelta(days=7)
    period = {"kind": "covering", "valid_from": week, "valid_until": week + timedelta(days=7)}
    found = shown(world, patient, asked_in(world, patient, cora, Role.PRESCRIBER, **period))
    (change,) = reader(found, cora)["changes"]
    assert change["from"] == found["begins_at"] is not None
    assert ids(change["gained"]) == {str(note.id)}


def test_what_restrictions_keep_back_from_the_newcomer_is_shown(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, pia = world.note(patient, therapist), world.prescriber("Pia Moss")
    world.consent(patient)
    world.restriction(patient, against_role=Role.PRESCRIBER, item_class=ItemClass.PROGRESS_NOTE)
    said = reader(shown(world, patient, asked_in(world, patient, pia, Role.PRESCRIBER)), pia)
    assert (said["changes"][0]["gained"]["count"], ids(said["kept_back"])) == (0, {str(note.id)})


def test_a_second_role_can_close_what_the_first_opens(world: World) -> None:
    patient, _, prescriber = world.trio()
    note = world.note(patient, prescriber)
    world.consent(patient)
    world.restriction(patient, against_role=Role.PRESCRIBER, item_id=note.id)
    both = world.staff("Bo Lindt", Role.THERAPIST, Role.PRESCRIBER)
    world.join(patient, both, Role.THERAPIST)
    found = shown(world, patient, asked_in(world, patient, both, Role.PRESCRIBER))
    (joining,) = [r for r in found["readers"] if r["standing"] == "joining"]
    assert at_once(joining) == (frozenset(), {str(note.id)})


def test_a_membership_that_does_not_wait_is_refused_with_the_same_words(world: World) -> None:
    patient, _, _ = world.trio()
    (one, *_) = world.client(patient).get("memberships").json["items"]
    asked = world.client(patient).post(f"memberships/{one['id']}/preview")
    assert asked.status_code == 409
    assert asked.json == world.client(patient).post(f"memberships/{one['id']}/agreement").json


def test_only_the_patient_sees_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    pia = world.prescriber("Pia Moss")
    place = asked_in(world, patient, pia, Role.PRESCRIBER)
    for who, status in ((pia, 403), (therapist, 404), (world.patient("Noor Haddad"), 404)):
        assert world.client(who).post(f"{place}/preview").status_code == status


def test_a_proposal_tells_what_whoever_accepts_it_would_read(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    world.consent(patient)
    to_team(world, therapist, "theo@example.org", Role.PRESCRIBER, patient_id=str(patient.patient_id))
    (sent,) = world.client(therapist).get("invitations").json["items"]
    (newcomer,) = [r for r in shown(world, patient, f"invitations/{sent['id']}")["readers"] if not r["name"]]
    assert (newcomer["standing"], newcomer["waits_for"]) == ("joining", ["clinician", "verification"])
    assert at_once(newcomer)[0] == {str(note.id)}
