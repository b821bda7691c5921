"""A backup comes back whole, row for row, or not at all; and nothing that a patient said no to comes back with it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import make_url, select, text

from careteam.migrating import configuration
from careteam.models import ApiToken
from careteam.policy.vocabulary import Label, Role
from careteam.sealing import Keyring
from careteam.services.backup import envelope, programs
from careteam.services.backup.making import make
from careteam.services.chain import databases
from careteam.services.health import REVISION
from tests.backup.conftest import Rows, Service
from tests.world import Person, World

OF_THE_RESTORE = {"access_event": 1, "notice": 2}
"""What restoring writes besides: that it was done, and that patients are told."""


def fill(world: World) -> tuple[Person, Person, Person]:
    """Three people, with items, a consent, a log."""
    patient, therapist, prescriber = world.trio()
    world.patient("Noor Haddad")
    world.note(patient, therapist, labels={Label.HIV})
    world.medication(patient, prescriber)
    world.consent(patient, labels=[Label.HIV])
    world.restriction(patient, label=Label.VIOLENCE)
    world.client(therapist).get(f"{patient.record}/medications")
    return patient, therapist, prescriber


def differing(before: Rows, after: Rows) -> dict[str, int]:
    """How many rows of each table are in one and not in the other."""
    tables = {*before, *after}
    counted = {
        name: sum(row not in after.get(name, []) for row in before.get(name, []))
        + sum(row not in before.get(name, []) for row in after.get(name, []))
        for name in tables
    }
    return {name: count for name, count in counted.items() if count}


def reads(service: Service, reader: Person, patient: Person) -> int:
    """How many medications the reader finds; -1 where reading is locked."""
    with service.world() as world:
        answer = world.client(reader).get(f"{patient.record}/medications")
        return len(answer.json["items"]) if answer.status_code == 200 else {503: -1, 404: 0}[answer.status_code]


def test_a_restored_backup_differs_in_no_row(service: Service) -> None:
    with service.world() as world:
        fill(world)
    service.backup()
    before = service.rows()
    with service.world() as world:
        fill_more(world)
    assert len(differing(before, service.rows())) > 3
    service.restore()
    after = service.rows()
    assert len([name for name, rows in after.items() if rows]) > 12
    assert differing(before, after) == OF_THE_RESTORE


def fill_more(world: World) -> None:
    """What comes after the backup, and is lost knowingly."""
    late, doctor = world.patient("Late Comer"), world.prescriber("Dora Late")
    world.join(late, doctor, Role.PRESCRIBER)
    world.medication(late, doctor)


def test_a_backup_goes_into_an_empty_database(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    if service.url.startswith("sqlite"):
        (service.folder / "careteam.db").unlink()
    else:
        from tests import postgres

        with postgres.connect(service.url) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    service.ok("restore", str(service.file))
    assert reads(service, therapist, patient) == 1


def test_people_are_not_replaced_unless_that_is_said(service: Service) -> None:
    with service.world() as world:
        fill(world)
    service.backup()
    before = service.rows()
    done = service.run("restore", str(service.file))
    assert (done.exit_code, "--replace" in done.output) == (1, True)
    assert differing(before, service.rows()) == {}


def test_names_and_notes_are_not_readable_in_the_file(service: Service) -> None:
    with service.world() as world:
        fill(world)
    service.backup()
    content = service.file.read_bytes()
    assert not any(word in content for word in (b"Maya", b"Ellison", b"Sertraline", b"CREATE", b"example.org"))
    assert oct(service.file.stat().st_mode & 0o777) == "0o600"


# damaged files -------------------------------------------------------------------------------------


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def without_the_last_frame(content: bytes) -> bytes:
    start = len(envelope.MAGIC) + 1 + 2 + 16
    ends = []
    while start < len(content):
        start += 4 + int.from_bytes(content[start : start + 4], "big")
        ends.append(start)
    return content[: ends[-2]]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut": (cut, "cut off"),
    "cut between two frames": (without_the_last_frame, "cut off"),
    "one bit flipped": (flipped, "altered or damaged"),
    "something appended": (lambda content: content + b"\0" * 64, "altered"),
    "nothing left": (lambda content: b"", "not a backup"),
    "something else": (lambda content: b"PK\3\4" + content, "not a backup"),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_backup_is_refused_before_anything_is_touched(service: Service, how: str) -> None:
    with service.world() as world:
        fill(world)
    service.backup()
    damage, says = DAMAGED[how]
    service.file.write_bytes(damage(service.file.read_bytes()))
    before = service.rows()
    done = service.run("restore", str(service.file), "--replace")
    assert (done.exit_code, says in done.output) == (1, True), done.output
    assert differing(before, service.rows()) == {}


def test_the_wrong_key_opens_nothing(service: Service) -> None:
    with service.world() as world:
        fill(world)
    service.backup()
    parts = service.app.extensions["careteam"]
    for ring, says in (({"t1": b"x" * 32}, "another installation's key"), ({"z9": b"x" * 32}, "needs the key 't1'")):
        service.app.extensions["careteam"] = type(parts)(parts.settings, Keyring(ring), parts.passwords)
        done = service.run("restore", str(service.file), "--replace")
        assert (done.exit_code, says in done.output) == (1, True), done.output


# what was said no to afterwards --------------------------------------------------------------------


def test_a_consent_revoked_after_the_backup_stays_revoked(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
        (consent,) = world.client(patient).get(f"{patient.record}/consents").json["items"]
    assert reads(service, therapist, patient) == 1
    service.backup()
    with service.world() as world:
        address = f"{patient.record}/consents/{consent['id']}/revocation"
        assert world.client(patient).post(address).status_code == 200
    service.ok("seal-log")
    said = service.restore()
    assert "Done again from the journal: 1 revocations." in said
    assert reads(service, therapist, patient) == 0
    with service.world() as world:
        assert world.client(patient).get(address).json["consent_id"] == consent["id"]


def test_a_restriction_made_after_the_backup_stands_again(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    with service.world() as world:
        restrict(world, patient, against=f"member:{therapist.user_id}")
    service.ok("seal-log")
    said = service.restore()
    assert "restriction 1" in said
    assert reads(service, therapist, patient) == 0


def test_other_noes_stand_again_too(service: Service) -> None:
    with service.world() as world:
        patient, _, prescriber = fill(world)
        membership = world.join(patient, colleague := world.therapist("Cora Colleague"), Role.THERAPIST)
    assert reads(service, colleague, patient) == 1
    service.backup()
    with service.world() as world:
        ended = world.client(patient).post(f"memberships/{membership.id}/end")
        assert ended.status_code == 200, ended.json
        assert world.client(prescriber)("DELETE", f"tokens/{own_token(world, prescriber)}").status_code < 300
    service.ok("seal-log")
    assert "membership 1, token 1" in service.restore()
    assert reads(service, colleague, patient) == 0
    with service.world() as world:
        assert world.client(prescriber).get("me").status_code == 401


def restrict(world: World, patient: Person, *, against: str = "anyone") -> dict[str, Any]:
    """Keep medications from somebody, as the patient."""
    made = world.client(patient).post(
        f"{patient.record}/restrictions", {"against": against, "item_class": "medication"}
    )
    assert made.status_code == 201, made.json
    return dict(made.json)


def own_token(world: World, person: Person) -> str:
    return str(world.session.scalar(select(ApiToken.id).where(ApiToken.user_id == person.user_id)))


def test_a_label_put_on_after_the_backup_is_there_again(service: Service) -> None:
    with service.world() as world:
        patient, therapist, prescriber = world.trio()
        entry = world.medication(patient, prescriber)
        world.consent(patient)
    service.backup()
    with service.world() as world:
        label = f"{patient.record}/items/{entry.id}/labels/hiv"
        answer = world.client(patient)("PUT", label, version=1)
        assert answer.status_code < 300, answer.json
    service.ok("seal-log")
    service.restore()
    assert reads(service, therapist, patient) == 0


def test_what_was_lifted_again_after_the_backup_does_not_come_back(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    with service.world() as world:
        made = restrict(world, patient)
    service.ok("seal-log")
    with service.world() as world:
        lifted = world.client(patient)("DELETE", f"{patient.record}/restrictions/{made['id']}")
        assert lifted.status_code == 200, lifted.json
    service.ok("seal-log")
    service.restore()
    assert reads(service, therapist, patient) == 1


def test_a_second_restore_does_it_all_again(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    with service.world() as world:
        restrict(world, patient)
    service.ok("seal-log")
    service.restore()
    service.ok("seal-log")
    service.restore()
    assert reads(service, therapist, patient) == 0


def test_the_log_is_sound_after_a_restore_and_says_that_there_was_one(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    reads(service, therapist, patient)
    service.ok("seal-log")
    assert "1 sealed events of the log came after it" in service.restore()
    service.ok("seal-log")
    said = service.ok("verify-log")
    assert "0 findings" in said
    assert "went back to the backup of" in said


# when the journal is not there ---------------------------------------------------------------------


def cut_journal(service: Service) -> None:
    journal = service.folder / "log-head" / "noes.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))


def altered_journal(service: Service) -> None:
    journal = service.folder / "log-head" / "noes.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"no":"restriction"', b'"no":"restrictiom"'))


def no_journal(service: Service) -> None:
    for file in (service.folder / "log-head").glob("noes*"):
        file.unlink()


def no_folder(service: Service) -> None:
    for file in (service.folder / "log-head").iterdir():
        file.unlink()


def journal_of_before(service: Service) -> None:
    """Both files of the journal as they were when the backup was made: only the head tells that there was more."""
    for name, content in service.kept.items():  # type: ignore[attr-defined]
        (service.folder / "log-head" / name).write_bytes(content)


@pytest.mark.parametrize("lose", [cut_journal, altered_journal, no_journal, no_folder, journal_of_before])
def test_without_a_whole_journal_reads_are_locked_until_a_review(
    service: Service, lose: Callable[[Service], None]
) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    files = service.folder / "log-head"
    service.kept = {name: (files / name).read_bytes() for name in ("noes.jsonl", "noes.newest")}  # type: ignore[attr-defined]
    with service.world() as world:
        restrict(world, patient)
    service.ok("seal-log")
    lose(service)
    assert "READS ARE LOCKED" in service.restore()
    assert (reads(service, therapist, patient), reads(service, patient, patient)) == (-1, 1)
    told = service.ok("unlock-after-review", "--reason", "Asked both patients what they had revoked since.")
    assert "2 patients" in told
    assert reads(service, therapist, patient) == 1


@pytest.mark.parametrize("lose", [cut_journal, altered_journal, no_journal, no_folder, journal_of_before])
def test_restoring_again_does_not_make_a_journal_whole(service: Service, lose: Callable[[Service], None]) -> None:
    """The lines that restoring itself writes must not stand for those that are lost."""
    with service.world() as world:
        patient, therapist, _ = world.trio()
        world.medication(patient, world.prescriber("Pia Ode"))
        consent = world.consent(patient)
        if lose is journal_of_before:
            world.restriction(patient, label=Label.VIOLENCE)
    service.backup()
    files = service.folder / "log-head"
    service.kept = {f.name: f.read_bytes() for f in files.glob("noes*")}  # type: ignore[attr-defined]
    with service.world() as world:
        taken = world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
        assert taken.status_code == 200
        restrict(world, patient)
    service.ok("seal-log")
    lose(service)
    for _ in range(3):
        assert "READS ARE LOCKED" in service.restore()
        assert reads(service, therapist, patient) == -1
        service.ok("seal-log")


def test_a_backup_made_after_the_review_is_restored_without_another(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    no_folder(service)
    assert "READS ARE LOCKED" in service.restore()
    service.ok("unlock-after-review", "--reason", "Asked both patients what they had revoked since.")
    service.backup()
    assert "READS ARE LOCKED" not in service.restore()
    assert reads(service, therapist, patient) == 1


def test_a_review_is_asked_for_even_though_the_journal_is_whole(service: Service) -> None:
    with service.world() as world:
        patient, therapist, _ = fill(world)
    service.backup()
    assert "READS ARE LOCKED" in service.ok("restore", str(service.file), "--replace", "--read-locked")
    assert reads(service, therapist, patient) == -1


def test_unlocking_needs_a_lock_and_a_reason(service: Service) -> None:
    assert service.run("unlock-after-review", "--reason", "Nothing to see.").exit_code == 1
    assert service.run("unlock-after-review").exit_code == 2


# other versions, other programs --------------------------------------------------------------------


def test_a_backup_of_a_newer_version_is_refused(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with service.world() as world:
        fill(world)
    service.backup()
    monkeypatch.setattr("careteam.cli.backup._known", lambda: ["0001", "0002"])
    done = service.run("restore", str(service.file), "--replace")
    assert (done.exit_code, "does not know" in done.output) == (1, True), done.output


def test_a_backup_of_an_older_version_is_brought_to_the_newest(service: Service) -> None:
    down(service)
    engine = databases.beside(service.url, {})
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO terms_text VALUES ('0f', 'old terms', 'We share.', '2026-01-01 00:00:00')")
        )
    ring = service.app.extensions["careteam"].keyring
    made = make(engine, ring, service.folder / "log-head", service.file, at=datetime.now(UTC))
    assert made.revision == "0002"
    said = service.restore()
    assert "It was at migration 0002 and was brought to the newest." in said
    assert [row["name"] for row in service.rows()["terms_text"]] == ["old terms"]
    assert service.rows()["alembic_version"] == [{"version_num": REVISION}]


def down(service: Service) -> None:
    """Take the empty database to the version before."""
    service.let_go()
    command.downgrade(configuration(service.url), "0002")


def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(Exception, match="install postgresql-client-99"):
        programs.found("pg_dump", server_major=99)


def test_a_password_is_only_in_the_environment_of_the_program() -> None:
    given = programs.environment(
        make_url("postgresql+psycopg://care:s3cret@db.example.org:5433/care?sslmode=verify-full")
    )
    assert (given["PGPASSWORD"], given["PGHOST"], given["PGPORT"]) == ("s3cret", "db.example.org", "5433")
    assert given["PGSSLMODE"] == "verify-full"
    assert not any(name.startswith("CARETEAM_") for name in given)


def test_a_backup_that_fails_leaves_no_file(service: Service) -> None:
    with service.world() as world:
        fill(world)
    done = service.run("backup", str(service.folder / "nowhere" / "care.backup"))
    assert done.exit_code == 1
    assert os.listdir(service.folder) == [name for name in os.listdir(service.folder) if "backup" not in name]
