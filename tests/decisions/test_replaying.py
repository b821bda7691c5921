"""The log asked again: whatever act lies between, nothing disagrees, unless somebody cheats."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from careteam.models import AccessEventItem, Consent, Item, Staff
from careteam.policy.vocabulary import ItemClass, Label, Role
from careteam.services.decisions import replaying
from tests.world import Person, World

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def replayed(world: World) -> replaying.Replayed:
    found = list(replaying.batches(world.session, since=LONG_AGO))
    world.session.rollback()
    return replaying.Replayed(
        sum(f.decisions for f in found),
        tuple(m for f in found for m in f.mismatches),
        tuple(m for f in found for m in f.overlapping),
    )


def a_life(world: World) -> tuple[Person, Person, Person]:
    """Read, between acts of every kind that change who reads what."""
    patient, therapist, prescriber = world.trio()
    note, entry = world.note(patient, therapist), world.medication(patient, prescriber)
    consent = world.consent(patient)
    maya, tess, paul = (world.client(p) for p in (patient, therapist, prescriber))

    def everybody_looks() -> None:
        for client in (maya, tess, paul):
            client.get(f"{patient.record}/shared-record")
            client.get(f"{patient.record}/notes/{note.id}")
            client.get(f"{patient.record}/medications/{entry.id}")

    everybody_looks()
    maya.post(f"{patient.record}/items/{note.id}/labels", {"label": "hiv"})
    everybody_looks()
    no = maya.post(f"{patient.record}/restrictions", {"against": "anyone", "item_class": "medication"}).json
    everybody_looks()
    maya.post(f"{patient.record}/restrictions/{no['id']}/lift")
    everybody_looks()
    maya.post(f"{patient.record}/consents/{consent.id}/revocation", {"item_class": "medication"})
    everybody_looks()
    return patient, therapist, prescriber


def test_what_was_disclosed_and_refused_is_decided_again_as_it_was(world: World) -> None:
    a_life(world)
    found = replayed(world)
    assert found.mismatches == ()
    assert found.decisions > 40


def test_ending_a_role_and_a_membership_changes_nothing_that_was(world: World) -> None:
    _, therapist, prescriber = a_life(world)
    administrator = world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=prescriber.practice_id)
    staff = world.session.query(Staff).filter_by(user_id=prescriber.user_id).one()
    place = f"practices/{prescriber.practice_id}/staff/{staff.id}"
    world.session.rollback()
    assert world.client(administrator)("DELETE", place).status_code in {200, 204}
    assert replayed(world).mismatches == ()
    assert therapist.user_id


@pytest.mark.parametrize("what", ["clause", "consent", "labels"])
def test_what_was_changed_behind_the_log_is_found(world: World, what: str) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    consent = world.consent(patient)
    assert world.client(prescriber).get(f"{patient.record}/notes/{note.id}").status_code == 200
    changes = {
        "clause": update(AccessEventItem).values(clause="author", consent_id=None),
        "consent": update(Consent).where(Consent.id == consent.id).values(classes=["medication"]),
        "labels": update(Item).where(Item.id == note.id).values(labels=frozenset({Label.HIV})),
    }
    world.session.execute(changes[what])
    world.session.commit()
    (mismatch,) = replayed(world).mismatches
    assert mismatch.item_id == UUID(str(note.id))


def test_an_overlap_is_told_apart(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, created_at=LONG_AGO, signed_at=LONG_AGO)
    consent = world.consent(patient)
    world.client(prescriber).get(f"{patient.record}/notes/{note.id}")
    event_at = datetime.now(UTC) - timedelta(seconds=2)
    revoked = update(Consent).where(Consent.id == consent.id).values(status="revoked", closed_at=event_at)
    world.session.execute(revoked)
    world.session.commit()
    found = replayed(world)
    assert (len(found.mismatches), len(found.overlapping)) == (0, 1)


def test_the_command_says_how_many_and_ends_with_1_where_something_differs(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, kind=ItemClass.COORDINATION_NOTE)
    world.consent(patient, classes=[ItemClass.COORDINATION_NOTE])
    world.client(prescriber).get(f"{patient.record}/notes")
    world.session.rollback()
    command = ["replay-decisions", "--since", "2020-01-01"]
    said = world.app.test_cli_runner().invoke(args=command)
    assert (said.exit_code, said.output) == (
        0,
        "1 decisions asked again, 0 mismatches, 0 explained by overlapping requests\n",
    )
    world.session.execute(update(AccessEventItem).values(clause="holder", consent_id=None))
    world.session.commit()
    said = world.app.test_cli_runner().invoke(args=[*command, "--sample", "10"])
    assert said.exit_code == 1
    assert "logged holder, by the facts of then consent" in said.output
