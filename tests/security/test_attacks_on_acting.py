"""Attacks on what lets somebody act: emergencies, representations, cases, notices, and a restored backup."""

from datetime import UTC, datetime, timedelta

import pytest

from careteam.models import Membership
from careteam.policy.vocabulary import MembershipKind, NoticeKind, Role
from careteam.services.chain import locking
from careteam.services.notices.telling import tell
from tests.emergency.acts import opened, place
from tests.notices.acts import listed
from tests.representations.acting import (
    SEEN,
    added,
    born_for,
    joined_team,
    minor,
    one,
    parent,
    registered,
    representations,
)
from tests.world import LONG_AGO, Person, World

HEADER = "X-CareTeam-Emergency"
NOTES = ("notes", "shared-record", "medications", "medication-pairs", "sharing", "decisions?class=progress_note")


# Emergencies ---------------------------------------------------------------------------------------


def end(world: World, patient: Person, membership: Membership) -> None:
    assert world.client(patient).post(f"memberships/{membership.id}/end").status_code == 200


def test_a_session_does_not_go_on_in_a_place_that_was_given_anew(world: World) -> None:
    patient, therapist, prescriber = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST)
    first = world.join(patient, prescriber, Role.PRESCRIBER)
    note = world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    reading = world.client(prescriber)
    assert reading.get(f"{patient.record}/notes/{note.id}").status_code == 200
    end(world, patient, first)
    now = datetime.now(UTC)
    world.join(patient, prescriber, Role.PRESCRIBER, patient_agreed_at=now, clinician_accepted_at=LONG_AGO)
    answer = reading.get(f"{patient.record}/notes")
    assert (answer.json["items"], HEADER in answer.headers) == ([], False)
    assert reading.get(f"{patient.record}/shared-record").json["emergency"] is None
    for who in (patient, prescriber):
        assert world.client(who).get(place(patient, made["id"])).json["open"] is False
        assert world.client(who).get(f"{patient.record}/sharing").json["emergencies"] == []


# Representations -----------------------------------------------------------------------------------


def test_who_attested_does_not_learn_what_the_patient_opened_later(world: World) -> None:
    """A minor opens what is kept from parents: that is between the two."""
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    registered(world, made)
    before = world.client(therapist).get(one(patient, made)).json
    mine = world.client(patient)
    version = mine.get(one(patient, made)).json["version"]
    body = {"labels": ["hiv", "violence", "substance_use"], "classes": [*before["classes"], "question"]}
    changed = mine.patch(one(patient, made), body, version=version)
    assert changed.status_code == 200, changed.json
    shown = world.client(therapist).get(representations(patient)).json["items"]
    by_id = {found["id"]: found for found in shown}
    assert by_id[changed.json["id"]]["labels"] is None
    assert by_id[changed.json["id"]]["classes"] is None
    assert "substance_use" not in str(shown)
    assert "question" not in str(shown)
    assert world.client(therapist).get(one(patient, changed.json)).json == by_id[changed.json["id"]]


@pytest.mark.parametrize(
    "change", [{"birth_date": "1990-01-01"}, {"birth_date": "1990-01-01", "time_zone": "Pacific/Kiritimati"}]
)
def test_a_minor_does_not_come_of_age_by_saying_so(world: World, change: dict[str, str]) -> None:
    """They would sign alone, and shut out their parents."""
    patient = minor(world)
    mother, _ = parent(world, patient)
    mine = world.client(patient)
    version = mine.get(patient.record).json["version"]
    assert mine.patch(patient.record, change, version=version).status_code == 403
    assert world.client(mother).get(patient.record).status_code == 200
    assert mine.patch(patient.record, {"birth_date": str(born_for(16, world.now))}, version=version).status_code == 200


@pytest.mark.parametrize("recipient", ["role:therapist", "member:{}"])
def test_nobody_signs_on_behalf_what_they_will_read_as_a_clinician(world: World, recipient: str) -> None:
    """A covering therapist with a power of attorney signs the day before the covering begins."""
    patient, therapist, prescriber = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    period = {"valid_from": world.now + timedelta(days=1), "valid_until": world.now + timedelta(days=9)}
    world.join(patient, therapist, Role.THERAPIST, kind=MembershipKind.COVERING, **period)
    world.acts_for(patient, therapist)
    named = {"disclosers": ["team"], "recipients": [recipient.format(therapist.user_id)], "classes": ["progress_note"]}
    refused = world.client(therapist).post(f"{patient.record}/consents", named)
    assert refused.status_code == 422
    assert "recipients" in refused.json["errors"]
    other = {**named, "recipients": ["role:prescriber"]}
    assert world.client(therapist).post(f"{patient.record}/consents", other).status_code == 201


# While reads are locked ----------------------------------------------------------------------------


def lock(world: World) -> None:
    locking.lock(world.session, "A test.", at=datetime.now(UTC))
    world.session.commit()


def test_locked_reads_name_nobody_in_notices(world: World) -> None:
    patient, therapist, _ = world.trio()
    consent = world.consent(patient)
    kinds = (NoticeKind.CONSENT_GRANTED, NoticeKind.EMERGENCY_REVIEWED)
    for kind in kinds:
        tell(
            world.session,
            [therapist.user_id],
            kind,
            patient_id=patient.patient_id,
            target=consent.id,
            at=datetime.now(UTC),
        )
    world.session.commit()
    assert "Maya" in str(listed(world, therapist))
    lock(world)
    assert "Maya" not in str(listed(world, therapist))
    assert "progress" not in str(listed(world, therapist))


def test_locked_reads_name_nobody_whom_one_acts_for(world: World) -> None:
    patient = world.patient()
    person = world.user("Nora Ellison")
    world.acts_for(patient, person)
    assert "Maya" in str(world.client(person).get("me/representations").json)
    lock(world)
    answer = world.client(person).get("me/representations")
    assert "Maya" not in str(answer.json)
