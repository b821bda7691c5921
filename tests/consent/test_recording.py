"""A revocation given orally or on paper, recorded by somebody else; and taking everything back at once."""

from typing import Any

import pytest

from careteam.policy.vocabulary import ItemClass, Role
from tests.consent.acts import member, notes_seen, opening, place, revoked
from tests.queries import statements
from tests.world import LONG_AGO, Person, World


def everywhere(world: World, who: Person, patient: Person, **words: Any) -> Any:
    """Record, as this person, that the patient revokes wherever consent reaches."""
    return world.client(who).post(f"{patient.record}/revocations", words)


@pytest.mark.parametrize("given", ["orally", "on_paper"])
def test_a_member_whom_it_concerns_records_it_and_it_bites_at_once(world: World, given: str) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    consent = world.consent(patient)
    here = f"{place(patient, consent)}/revocation"
    made = world.client(prescriber).post(here, {"given": given})
    assert made.status_code == 200, made.json
    assert notes_seen(world, prescriber, patient) == set()
    assert world.client(prescriber).post(here, {"given": given}).json == made.json
    told = world.client(patient).get(here).json
    assert (told["given"], told["recorded_by"]) == (given, str(prescriber.user_id))


@pytest.mark.parametrize("body", [{}, {"given": "here"}], ids=["not said", "here"])
def test_who_records_it_says_how_it_was_given(world: World, body: dict[str, str]) -> None:
    patient, _, prescriber = world.trio()
    consent = world.consent(patient)
    assert world.client(prescriber).post(f"{place(patient, consent)}/revocation", body).status_code == 422
    assert everywhere(world, prescriber, patient, **body).status_code == 422
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now) == [str(consent.id)]


def test_a_recorded_receipt_shows_nothing_of_the_consent(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = world.consent(patient)
    body = {"given": "orally", "item_class": "medication"}
    made = world.client(prescriber).post(f"{place(patient, consent)}/revocation", body).json
    hidden = ("reason", "covered", "also_taken", "successor_id", "seen")
    assert [made[key] for key in hidden] == [None] * len(hidden)
    assert made["item_class"] == "medication"


@pytest.mark.parametrize(
    "part", [{"recipient": "role:therapist"}, {"recipient": "role:prescriber"}, {"discloser": "team"}]
)
def test_a_clinician_learns_no_recipient_from_what_can_be_taken_back(world: World, part: dict[str, str]) -> None:
    patient, _, prescriber = world.trio()
    wide = world.consent(patient)
    narrow = world.consent(patient, recipients=[member(prescriber)], disclosers=["patient"])
    answers = {
        world.client(prescriber).post(f"{place(patient, consent)}/revocation", {"given": "orally", **part}).data
        for consent in (wide, narrow)
    }
    assert len(answers) == 1
    assert b"revocations" in answers.pop()


def test_a_clinician_who_requested_it_learns_no_part_that_the_patient_took_back(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient, recipients=[member(prescriber)], requested_by=therapist.user_id)
    revoked(world, patient, consent, recipient=member(prescriber))
    answer = world.client(therapist).post(f"{place(patient, consent)}/revocation", {"given": "orally"})
    assert answer.json["recipient"] is None
    assert str(prescriber.user_id).encode() not in answer.data


def test_a_recorder_is_not_told_that_it_is_done_where_something_is_left_that_they_do_not_see(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    consent, said = world.consent(patient), {"given": "orally", "item_class": "medication"}
    here = f"{place(patient, consent)}/revocation"
    assert world.client(therapist).post(here, said).status_code == 200
    revoked(world, patient, consent, recipient="role:therapist")
    whole = world.client(therapist).post(here, {"given": "orally"})
    assert (whole.status_code, "revocations" in whole.text) == (422, True)
    assert world.client(therapist).post(here, said).status_code == 200
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    assert everywhere(world, therapist, patient, given="orally").status_code == 200
    assert notes_seen(world, prescriber, patient) == set()


def test_revoking_everywhere_revokes_all(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    first, second = world.consent(patient), world.consent(patient, recipients=[member(prescriber)])
    made = everywhere(world, patient, patient).json
    assert [r["consent_id"] for r in made["revoked"]] == [str(first.id), str(second.id)]
    assert notes_seen(world, prescriber, patient) == set()
    assert everywhere(world, patient, patient).json["revoked"] == []


def test_revoking_a_part_everywhere_leaves_the_rest(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    theo = world.therapist("Theo Lindqvist")
    world.join(patient, theo, Role.THERAPIST)
    note = world.note(patient, therapist)
    world.consent(patient, recipients=[member(prescriber), member(theo)])
    world.consent(patient, recipients=["role:prescriber", "role:therapist"])
    untouched = world.consent(patient, recipients=[member(theo)])
    made = everywhere(world, patient, patient, recipient=member(prescriber)).json
    assert len(made["revoked"]) == 2
    assert str(untouched.id) not in str(made)
    assert notes_seen(world, prescriber, patient) == set()
    assert notes_seen(world, theo, patient) == {str(note.id)}


def test_whoever_records_it_everywhere_does_not_learn_whether_it_reached_anything(world: World) -> None:
    patient, _, prescriber = world.trio()
    other = world.patient("Omar Vale")
    world.join(other, prescriber, Role.PRESCRIBER)
    world.consent(patient)
    answers = [everywhere(world, prescriber, p, given="orally").json for p in (patient, other)]
    assert [{**a, "revoked_at": ""} for a in answers] == [{**answers[0], "revoked_at": ""}] * 2
    assert answers[0]["revoked"] is None
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now) == []


def test_a_discloser_who_sees_no_consent_can_record_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient, recipients=[member(prescriber)])
    assert world.client(therapist).get(place(patient, consent)).status_code == 404
    assert everywhere(world, therapist, patient, given="on_paper", discloser=member(therapist)).status_code == 200
    world.note(patient, therapist)
    assert notes_seen(world, prescriber, patient) == set()


def test_a_privacy_officer_of_the_teams_practice_records_it_and_nobody_elses_does(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    officer = world.staff("Nora Field", Role.PRIVACY_OFFICER, practice_id=therapist.practice_id)
    stranger = world.staff("Ines Moor", Role.PRIVACY_OFFICER)
    administrator = world.staff("Ana Wells", Role.ADMINISTRATOR, practice_id=therapist.practice_id)
    consent = world.consent(patient)
    for person, status in ((stranger, 404), (administrator, 404), (officer, 200)):
        assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now) == [str(consent.id)]
        assert everywhere(world, person, patient, given="on_paper").status_code == status, person.name
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now) == []
    assert world.client(officer).get(place(patient, consent)).status_code == 404


def test_a_practice_that_was_only_asked_records_nothing(world: World) -> None:
    patient, _, _ = world.trio()
    asked = world.therapist("Theo Lindqvist")
    officer = world.staff("Nora Field", Role.PRIVACY_OFFICER, practice_id=asked.practice_id)
    world.join(patient, asked, Role.THERAPIST, patient_agreed_at=None)
    assert everywhere(world, officer, patient, given="orally").status_code == 404


def test_former_members_and_strangers_record_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    former = world.therapist("Theo Lindqvist")
    world.join(patient, former, Role.THERAPIST, ended_at=LONG_AGO)
    consent = world.consent(patient)
    people = {former: 403, world.therapist("Sam Hill"): 404, world.patient("Omar Vale"): 404}
    for person, status in people.items():
        here = f"{place(patient, consent)}/revocation"
        assert world.client(person).post(here, {"given": "orally"}).status_code == status
        assert everywhere(world, person, patient, given="orally").status_code == status
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now) == [str(consent.id)]


def test_somebody_who_never_was_in_the_team_is_a_slip_and_refused(world: World) -> None:
    patient, _, prescriber = world.trio()
    stranger = world.prescriber("Sam Hill")
    answer = everywhere(world, prescriber, patient, given="orally", recipient=member(stranger))
    assert answer.status_code == 422


def test_the_number_of_statements_does_not_grow_with_the_consents(world: World) -> None:
    patient, _, _ = world.trio()
    counts = []
    for several in (1, 6):
        for _ in range(several):
            world.consent(patient, classes=[ItemClass.PROGRESS_NOTE, ItemClass.MEDICATION])
        with statements(world.app) as sent:
            assert len(everywhere(world, patient, patient, item_class="medication").json["revoked"]) >= several
        counts.append(len([s for s in sent if s.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1]
