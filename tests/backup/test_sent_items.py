"""What was sent and taken back after a backup stays taken back when the backup comes home."""

from tests.backup.conftest import Service
from tests.directing.sends import revoke, sees, send
from tests.world import Person, World


def sent(world: World) -> tuple[Person, Person, Person, dict[str, str]]:
    """A question that was sent to both clinicians."""
    patient, therapist, prescriber = world.trio()
    question = world.question(patient)
    world.sent(question, therapist, prescriber)
    return patient, therapist, prescriber, {"id": str(question.id)}


def who_sees(service: Service, patient: Person, made: dict[str, str], *people: Person) -> list[bool]:
    with service.world() as world:
        return [sees(world, person, patient, made) for person in people]


def test_a_permit_that_was_taken_back_after_the_backup_does_not_come_back(service: Service) -> None:
    with service.world() as world:
        patient, therapist, prescriber, made = sent(world)
    assert who_sees(service, patient, made, therapist, prescriber) == [True, True]
    service.backup()
    with service.world() as world:
        assert revoke(world, patient, patient, made, prescriber).status_code == 200
    service.ok("seal-log")
    assert "direction 1" in service.restore()
    assert who_sees(service, patient, made, therapist, prescriber) == [True, False]
    service.ok("seal-log")
    service.restore()
    assert who_sees(service, patient, made, therapist, prescriber) == [True, False]


def test_what_was_sent_again_after_the_backup_has_to_be_sent_once_more(service: Service) -> None:
    with service.world() as world:
        patient, _, prescriber, made = sent(world)
    service.backup()
    with service.world() as world:
        revoke(world, patient, patient, made)
        send(world, patient, patient, made, prescriber)
    service.ok("seal-log")
    service.restore()
    assert who_sees(service, patient, made, prescriber) == [False]


def test_what_was_first_sent_after_the_backup_is_lost_and_harms_nothing(service: Service) -> None:
    with service.world() as world:
        patient, _, prescriber = world.trio()
        made = {"id": str(world.question(patient).id)}
    service.backup()
    with service.world() as world:
        send(world, patient, patient, made, prescriber)
        revoke(world, patient, patient, made)
    service.ok("seal-log")
    assert "could not" not in service.restore()
    assert who_sees(service, patient, made, patient, prescriber) == [True, False]
