"""The access log as a practice's privacy officer reads it: its own rows, numbers for names, nothing clinical."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from careteam.models import AccessEvent, Membership, Patient, Staff, StaffTerm
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.log import access_log
from careteam.services.log.practice_log import number_of
from tests.queries import statements
from tests.world import LONG_AGO, Person, World

CANARY = "Sleeps better since Easter."


class Oak:
    """A practice with a therapist and an officer; its patient; and a prescriber of another practice, Elm."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.patient, self.tess, self.paul = world.trio()
        self.officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=self.tess.practice_id)
        self.elsewhere = world.staff("Elmar Elm", Role.PRIVACY_OFFICER, practice_id=self.paul.practice_id)
        world.consent(self.patient)
        self.note = world.note(self.patient, self.tess, title=CANARY, body=CANARY)

    @property
    def number(self) -> str:
        return self.number_for(self.patient)

    def number_for(self, patient: Person) -> str:
        """The number of any patient in the therapist's practice."""
        assert self.tess.practice_id
        assert patient.patient_id
        return number_of(self.tess.practice_id, patient.patient_id)

    def rows(self, query: str = "", officer: Person | None = None) -> list[dict[str, Any]]:
        """What the officer reads, without the traces of officers who read."""
        who = officer or self.officer
        answer = self.world.client(who).get(f"practices/{who.practice_id}/access-log{query}")
        assert answer.status_code == 200, answer.json
        return [row for row in answer.json["items"] if row["act"] != "read-practice-access-log"]

    def says(self, query: str = "", officer: Person | None = None) -> list[str]:
        return [row["sentence"] for row in self.rows(query, officer)]


@pytest.fixture
def oak(world: World) -> Oak:
    return Oak(world)


def test_what_the_staff_did_is_told_with_the_patients_number(world: World, oak: Oak) -> None:
    world.client(oak.tess).get(f"{oak.patient.record}/notes")
    (row,) = oak.rows()
    assert row["sentence"] == (
        f"Tess Okafor looked through the patient's notes (patient {oak.number}): 1 progress note of Tess Okafor."
    )
    assert (row["patient"], row["actor"]["name"], row["act"], row["door"]) == (
        oak.number,
        "Tess Okafor",
        "read-notes",
        "api",
    )


def test_what_others_saw_of_the_staffs_items_is_told_and_no_more(world: World, oak: Oak) -> None:
    world.medication(oak.patient, oak.paul, drug="Sertraline")
    world.client(oak.paul).get(f"{oak.patient.record}/shared-record")
    (row,) = oak.rows()
    assert [(i["class"], i["count"], i["holder"]) for i in row["items"]] == [("progress_note", 1, "Tess Okafor")]
    (theirs,) = oak.rows(officer=oak.elsewhere)
    assert [(i["class"], i["holder"]) for i in theirs["items"]] == [
        ("medication", "Paul Reyes"),
        ("progress_note", "another practice"),
    ]
    assert theirs["patient"] != row["patient"]


def test_no_name_of_a_patient_no_id_and_nothing_clinical_is_told(world: World, oak: Oak) -> None:
    client = world.client(oak.tess)
    for address in ("notes", "shared-record", "team", "", f"notes/{oak.note.id}"):
        assert client.get(f"{oak.patient.record}/{address}".rstrip("/")).status_code == 200
    world.client(oak.patient).get(f"{oak.patient.record}/notes")
    world.client(oak.patient).get(f"{oak.patient.record}/notes/{new_id()}")
    text = world.client(oak.officer).get(f"practices/{oak.officer.practice_id}/access-log?limit=100").text
    for hidden in (
        "Maya",
        CANARY,
        oak.patient.email,
        *(str(i) for i in (oak.patient.patient_id, oak.patient.user_id, oak.note.id)),
    ):
        assert hidden not in text
    assert oak.number in text


def test_a_special_note_is_a_special_record(world: World, oak: Oak) -> None:
    world.note(oak.patient, oak.tess, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    world.client(oak.tess).get(f"{oak.patient.record}/notes?kind=psychotherapy_note")
    (row,) = oak.rows()
    assert row["items"][0]["class"] == "special_record"
    assert row["sentence"].endswith("1 special record of Tess Okafor.")
    assert "psychotherapy" not in str(row)


def test_the_patient_is_never_named_where_they_look_at_what_the_staff_holds(world: World, oak: Oak) -> None:
    world.client(oak.patient).get(f"{oak.patient.record}/notes")
    (row,) = oak.rows()
    assert row["actor"] == {"user_id": None, "name": None, "role": "patient"}
    assert row["address"] == ""
    assert row["sentence"].startswith("The patient looked through the patient's notes")


def test_staff_who_are_patients_themselves_are_not_told_of_as_such(world: World, oak: Oak) -> None:
    own, elsewhere = new_id(), world.therapist("Thea Elsewhere")
    world.add(Patient(id=own, user_id=oak.tess.user_id, name="Tess", name_key="tess", created_at=LONG_AGO))
    tess = Person(oak.tess.user_id, "Tess", oak.tess.email, oak.tess.token, own)
    world.join(tess, elsewhere, Role.THERAPIST)
    world.note(tess, elsewhere)
    for address in (f"patients/{own}/notes", f"patients/{own}/access-log", f"patients/{own}/notes/{new_id()}"):
        world.client(oak.tess).get(address)
    assert oak.rows() == []
    world.client(oak.tess).get("memberships")
    (row,) = oak.rows()
    assert row["actor"]["role"] == "therapist"
    theirs = world.staff("Oli", Role.PRIVACY_OFFICER, practice_id=elsewhere.practice_id)
    (seen,) = oak.rows(officer=theirs)
    assert (seen["actor"]["name"], seen["actor"]["role"]) == (None, "patient")
    assert oak.rows(f"?actor_id={oak.tess.user_id}", officer=theirs) == []


def test_refusals_of_the_staff_and_of_strangers_about_the_practices_patients(world: World, oak: Oak) -> None:
    stranger, noor = world.therapist("Sam Stranger"), world.patient("Noor Haddad")
    for who in (stranger, noor, None, oak.paul):
        world.client(who).get(f"{oak.patient.record}/access-log")
    other = world.patient("Ola Other")
    world.client(oak.tess).get(f"{other.record}/notes")
    assert {s.replace(oak.number, "N") for s in oak.says("?outcome=refused")} == {
        "Sam Stranger asked for the access log and was refused (patient N).",
        "Somebody without a role in a practice asked for the access log and was refused (patient N).",
        "Somebody who was not signed in asked for the access log and was refused (patient N).",
        f"Tess Okafor asked for notes and was refused (patient {oak.number_for(other)}).",
    }
    assert "Noor" not in str(oak.rows())


def test_what_the_operator_did_about_a_patient_in_treatment_here(world: World, oak: Oak) -> None:
    other = world.patient("Ola Other")
    for patient in (oak.patient, other):
        access_log.changed(world.session, None, patient.patient_id, "import", at=world.now)
    world.session.commit()
    assert oak.says() == [
        f"The operator of this service imported a file into the patient's record (patient {oak.number})."
    ]


@pytest.mark.parametrize(
    ("minutes", "there"),
    [(-1, False), (0, True), (59, True), (60, False), (119, False), (120, True), (179, True), (180, False)],
)
def test_only_while_somebody_belonged_to_the_practice(world: World, oak: Oak, minutes: int, there: bool) -> None:
    """Cy was here from noon for an hour, and again for an hour from two o'clock."""
    noon, cy = datetime(2026, 3, 2, 12, tzinfo=UTC), world.therapist("Cy Comes", practice_id=oak.tess.practice_id)
    hour = timedelta(hours=1)
    term = StaffTerm(user_id=cy.user_id, practice_id=cy.practice_id, role=Role.THERAPIST)
    term.began_at, term.ended_at = noon, noon + hour
    world.add(term)
    world.client(cy).get("memberships")
    moment = noon + timedelta(minutes=minutes)
    world.session.execute(update(AccessEvent).where(AccessEvent.actor_id == cy.user_id).values(at=moment))
    times = {"created_at": noon + 2 * hour, "ended_at": noon + 3 * hour}
    world.session.execute(update(Staff).where(Staff.user_id == cy.user_id).values(times))
    world.session.commit()
    assert bool(oak.rows()) is there


def test_who_works_for_two_practices_is_told_of_where_the_membership_is(world: World, oak: Oak) -> None:
    world.add(
        Staff(user_id=oak.tess.user_id, practice_id=oak.paul.practice_id, role=Role.THERAPIST, created_at=LONG_AGO)
    )
    world.client(oak.tess).get(f"{oak.patient.record}/notes")
    assert len(oak.rows()) == 1
    assert oak.rows(officer=oak.elsewhere) == []
    world.session.execute(update(Membership).where(Membership.user_id == oak.tess.user_id).values(practice_id=None))
    world.session.commit()
    assert (len(oak.rows()), len(oak.rows(officer=oak.elsewhere))) == (1, 1)


def test_a_record_that_was_handed_over_keeps_one_number(world: World, oak: Oak) -> None:
    before = new_id()
    row = {"name": "M", "name_key": "m", "created_at": LONG_AGO, "merged_into_id": oak.patient.patient_id}
    world.add(Patient(id=before, **row))
    access_log.changed(world.session, None, before, "import", at=world.now)
    world.session.commit()
    assert [r["patient"] for r in oak.rows()] == [oak.number]


FILTERS = [
    ("outcome=refused", {"team.preview_role"}),
    ("outcome=disclosed", {"read-notes", "read-team", "import"}),
    ("act=read-team", {"read-team"}),
    ("door=cli", {"import"}),
    ("door=web", set()),
    ("from=2026-03-08&through=2026-03-08", {"read-notes"}),
    ("from=2026-03-09", {"read-team", "import", "team.preview_role"}),
    ("through=2026-03-07", set()),
]


@pytest.mark.parametrize(("query", "acts"), FILTERS)
def test_rows_are_found_by_outcome_act_door_and_day_of_the_practice(
    world: World, oak: Oak, query: str, acts: set[str]
) -> None:
    """8 March 2026 has 23 hours in New York: it begins at 05:00 and ends at 04:00 UTC."""
    tess, last = world.client(oak.tess), datetime(2026, 3, 9, 3, 59, 59, 999_999, tzinfo=UTC)
    times = {
        "read-notes": last,
        "read-team": last + timedelta(microseconds=1),
        "team.preview_role": None,
        "import": None,
    }
    for address in ("notes", "team", "team/preview?role=therapist"):
        tess.get(f"{oak.patient.record}/{address}")
    access_log.disclosed(world.session, None, oak.patient.patient_id, "import", [], at=world.now)
    for act, moment in times.items():
        if moment is not None:
            world.session.execute(update(AccessEvent).where(AccessEvent.act == act).values(at=moment))
    world.session.commit()
    assert {row["act"] for row in oak.rows(f"?{query}")} == acts


@pytest.mark.parametrize(
    "query", ["from=2026-03-02&through=2026-03-01", "outcome=x", "door=x", "from=now", "patient=1"]
)
def test_a_filter_that_makes_no_sense_is_refused(world: World, oak: Oak, query: str) -> None:
    assert world.client(oak.officer).get(f"practices/{oak.officer.practice_id}/access-log?{query}").status_code == 422


def test_who_reads_it(world: World, oak: Oak) -> None:
    admin = world.staff("Ada Admin", Role.ADMINISTRATOR, practice_id=oak.tess.practice_id)
    address = f"practices/{oak.tess.practice_id}/access-log"
    answers = {who.name: world.client(who).get(address) for who in (admin, oak.tess, oak.elsewhere, oak.patient)}
    absent = world.client(oak.elsewhere).get(f"practices/{new_id()}/access-log")
    assert {name: a.status_code for name, a in answers.items()} == {
        "Ada Admin": 403,
        "Tess Okafor": 403,
        "Elmar Elm": 404,
        "Maya Ellison": 404,
    }
    assert answers["Elmar Elm"].data == absent.data


def test_reading_it_is_logged_there_and_not_in_the_patients_log(world: World, oak: Oak) -> None:
    oak.rows()
    address = f"practices/{oak.officer.practice_id}/access-log"
    (row,) = world.client(oak.officer).get(address).json["items"]
    assert row["sentence"] == "Olga Officer read the access log of a practice."
    told = world.client(oak.patient).get(f"{oak.patient.record}/access-log").json["items"]
    assert told == []


def test_pages_hold_every_row_once_in_as_many_statements_as_one(world: World, oak: Oak) -> None:
    for _ in range(6):
        world.client(oak.paul).get(f"{oak.patient.record}/notes")
    seen, cursor, counts = [], "", []
    for _ in range(3):
        with statements(world.app) as sent:
            answer = world.client(oak.officer).get(
                f"practices/{oak.officer.practice_id}/access-log?limit=2&act=read-notes{cursor}"
            )
        counts.append(len(sent))
        seen += [row["id"] for row in answer.json["items"]]
        cursor = f"&cursor={answer.json['next']}"
    assert (len(seen), len(set(seen)), answer.json["next"]) == (6, 6, None)
    assert len(set(counts)) == 1


def test_nothing_of_another_practice_changes_a_byte(world: World, oak: Oak) -> None:
    def everything() -> list[tuple[int, bytes]]:
        base, found = f"practices/{oak.officer.practice_id}/access-log?limit=100", []
        for more in ("", "&outcome=refused", "&outcome=disclosed", "&act=read-notes", f"&actor_id={oak.paul.user_id}"):
            answer = world.client(oak.officer).get(base + more)
            found.append((answer.status_code, answer.data))
            world.session.execute(delete(AccessEvent).where(AccessEvent.act == "read-practice-access-log"))
            world.session.commit()
        return found

    world.client(oak.tess).get(f"{oak.patient.record}/notes")
    world.client(oak.paul).get(f"{oak.patient.record}/notes")
    before = everything()
    noor, nell = world.patient("Noor Haddad"), world.therapist("Nell Near", practice_id=oak.paul.practice_id)
    world.join(noor, oak.paul, Role.PRESCRIBER)
    world.join(oak.patient, nell, Role.THERAPIST)
    world.note(oak.patient, oak.paul, title="more")
    for who in (oak.paul, nell, noor):
        for patient in (noor, *([oak.patient] if who is nell else [])):
            world.client(who).get(f"{patient.record}/team")
            world.client(who).get(f"{patient.record}/notes/{new_id()}")
        world.client(who).get("memberships")
    world.client(oak.paul).get(f"{oak.patient.record}/medications/{new_id()}")
    assert everything() == before
