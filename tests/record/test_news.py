"""What is new since one last looked: on the caseload and in the shared record, for each of the people around."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from careteam.models import AccessEvent, AccessEventItem, Item, Restriction
from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, NoteStatus, Role
from careteam.services.record.news import LONGEST
from tests.consent.acts import member, place, revoked, signed
from tests.labels.acts import put
from tests.queries import statements
from tests.world import Person, World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Days:
    """Lets the hours pass between the acts of one story."""

    def __init__(self, world: World) -> None:
        self.world = world

    def at(self, hours: float) -> Any:
        """Until it is left, it is so many hours after the world was made."""
        return time_machine.travel(self.world.now + hours * HOUR, tick=False)

    def look(self, hours: float, reader: Person, patient: Person, since: datetime | None = None) -> Any:
        """What the shared record says is new."""
        query = {"since": since.isoformat()} if since else {}
        with self.at(hours):
            answer = self.world.client(reader).get(f"{patient.record}/shared-record", query_string=query)
        assert answer.status_code == 200, answer.json
        return answer.json["new"]

    def glance(self, hours: float, reader: Person, patient: Person) -> None:
        """A look that showed no item: what could be read then lay on later pages."""
        at = self.world.now + hours * HOUR
        who = {"actor_id": reader.user_id, "patient_id": patient.patient_id}
        self.world.add(AccessEvent(at=at, act="read-shared-record", outcome="disclosed", **who))

    def caseload(self, hours: float, reader: Person, query: str = "") -> dict[str, Any]:
        """What the caseload says is new, by patient."""
        with self.at(hours):
            answer = self.world.client(reader).get(f"patients{query}")
        assert answer.status_code == 200, answer.json
        return {row["name"]: row["new"] and counted(row["new"]) for row in answer.json["items"]}


@pytest.fixture
def days(world: World) -> Days:
    return Days(world)


def counted(new: Any) -> dict[str, int]:
    return {c["class"]: c["count"] for c in new["counts"]}


def ids(new: Any) -> set[str]:
    named = {i["id"] for i in new["items"]}
    assert Counter(i["class"] for i in new["items"]) == counted(new)
    return named


def change_dose(world: World, patient: Person, who: Person, entry: Item, *, version: int = 1) -> None:
    address = f"{patient.record}/medications/{entry.id}/events"
    made = world.client(who).post(
        address, {"kind": "dose_change", "dose_value": 75, "dose_unit": "mg"}, version=version
    )
    assert made.status_code == 201, made.json


def test_a_dose_that_the_prescriber_changes_is_new_to_the_therapist_and_not_to_them(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    entry = world.medication(patient, prescriber)
    for reader in (patient, therapist, prescriber):
        days.look(1, reader, patient)
    with days.at(2):
        change_dose(world, patient, prescriber, entry)
    assert days.caseload(3, therapist) == {"Maya Ellison": {"medication": 1}}
    assert days.caseload(3, patient) == {"Maya Ellison": {"medication": 1}}
    assert days.caseload(3, prescriber) == {"Maya Ellison": {}}
    new = days.look(4, therapist, patient)
    assert (ids(new), new["since"]) == ({str(entry.id)}, f"{world.now + HOUR:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert ids(days.look(4, prescriber, patient)) == set()


def test_a_second_look_in_the_same_sitting_marks_what_the_first_showed(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    days.look(1, therapist, patient)
    note = world.note(patient, prescriber, updated_at=world.now + 2 * HOUR)
    assert [ids(days.look(hours, therapist, patient)) for hours in (3, 3.2, 3.499)] == [{str(note.id)}] * 3
    assert ids(days.look(3.5, therapist, patient)) == set()
    assert days.caseload(3.5, therapist) == {"Maya Ellison": {}}


def test_to_who_never_looked_all_that_others_wrote_is_new(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    world.note(patient, therapist)
    note, entry = world.note(patient, prescriber), world.medication(patient, prescriber)
    new = days.look(1, therapist, patient)
    assert (new["since"], ids(new)) == (None, {str(note.id), str(entry.id)})
    assert ids(days.look(1, patient, patient)) == {str(i.id) for i in world.session.scalars(select(Item))}


def test_a_consent_makes_old_notes_new_and_its_end_takes_them_away(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, on=date(2020, 1, 1), created_at=world.now, updated_at=world.now)
    assert ids(days.look(1, prescriber, patient)) == set()
    with days.at(2):
        consent = signed(world, patient)
    assert days.caseload(3, prescriber) == {"Maya Ellison": {"progress_note": 1}}
    assert ids(days.look(3, prescriber, patient)) == {str(note.id)}
    assert ids(days.look(4, prescriber, patient)) == set()
    with days.at(5):
        revoked(world, patient, consent)
    assert days.caseload(6, prescriber) == {"Maya Ellison": {}}


def test_what_was_revoked_and_given_again_between_two_looks_is_not_new(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    with days.at(0.1):
        consent = signed(world, patient)
    days.glance(1, prescriber, patient)
    with days.at(2):
        revoked(world, patient, consent)
    with days.at(3):
        signed(world, patient)
    assert ids(days.look(4, prescriber, patient)) == set()


@pytest.mark.parametrize("how", ["renewed", "narrowed"])
def test_a_renewal_and_what_a_revocation_leaves_make_nothing_new(world: World, days: Days, how: str) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    with days.at(0.1):
        consent = signed(world, patient)
    days.glance(1, prescriber, patient)
    with days.at(2):
        if how == "narrowed":
            revoked(world, patient, consent, item_class="medication")
        else:
            signed(world, patient, supersedes_id=consent["id"])
    with days.at(3):
        assert len(world.client(prescriber).get(f"{patient.record}/notes").json["items"]) == 1
    assert ids(days.look(3, prescriber, patient)) == set()


def test_what_a_wider_consent_opens_is_new_and_the_rest_is_not(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    world.note(patient, therapist)
    labelled = world.note(patient, therapist, labels=frozenset({Label.HIV}))
    message = world.note(patient, therapist, kind=ItemClass.COORDINATION_NOTE)
    days.look(1, prescriber, patient)
    with days.at(2):
        signed(world, patient, classes=["progress_note", "coordination_note"], labels=["hiv"])
    assert ids(days.look(3, prescriber, patient)) == {str(labelled.id), str(message.id)}


def test_a_second_role_opens_what_is_new(world: World, days: Days) -> None:
    patient, therapist = world.patient(), world.therapist()
    both = world.staff("Bo Both", Role.THERAPIST, Role.PRESCRIBER)
    world.join(patient, therapist, Role.THERAPIST)
    world.join(patient, both, Role.THERAPIST)
    world.consent(patient, recipients=["role:prescriber"])
    note = world.note(patient, therapist)
    days.look(1, both, patient)
    world.join(patient, both, Role.PRESCRIBER, patient_agreed_at=world.now + 2 * HOUR)
    assert ids(days.look(3, both, patient)) == {str(note.id)}
    assert ids(days.look(4, both, patient)) == set()


def test_an_import_is_new_to_others_when_its_labels_are_confirmed(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    entry = world.medication(patient, prescriber, source=MedicationSource.IMPORTED, awaits_review=True)
    assert ids(days.look(1, therapist, patient)) == set()
    with days.at(2):
        address = f"{patient.record}/items/{entry.id}/label-review"
        made = world.client(prescriber).post(address, {"labels": []}, version=1)
        assert made.status_code < 300, made.json
    assert ids(days.look(3, therapist, patient)) == {str(entry.id)}


def test_a_restriction_hides_and_its_lifting_opens(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    note, stays = world.note(patient, therapist), world.note(patient, therapist)
    kept = world.restriction(patient, item_id=note.id, created_at=world.now)
    assert ids(days.look(1, prescriber, patient)) == {str(stays.id)}
    with days.at(2):
        lifted = world.client(patient)("DELETE", f"{patient.record}/restrictions/{kept.id}")
        assert lifted.status_code < 300, lifted.json
    assert world.session.get_one(Restriction, kept.id).lifted_at is not None
    assert ids(days.look(3, prescriber, patient)) == {str(note.id)}


def test_a_restriction_that_came_and_went_between_two_looks_leaves_no_trace(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    note = world.note(patient, therapist)
    days.look(1, prescriber, patient)
    window = {"created_at": world.now + 2 * HOUR, "lifted_at": world.now + 4 * HOUR}
    row = Restriction(patient_id=patient.patient_id, created_by=patient.user_id, item_id=note.id, **window)
    world.add(row)
    for hours in (1.5, 2, 3, 4, 4.5):
        assert ids(days.look(5, prescriber, patient, since=world.now + hours * HOUR)) == set()


def test_drafts_and_ones_own_acts_are_never_new(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    days.look(1, therapist, patient)
    with days.at(2):
        made = world.client(therapist).post(
            f"{patient.record}/notes", {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-01-01"}
        )
        assert made.status_code == 201, made.json
    assert ids(days.look(3, therapist, patient)) == set()
    with days.at(4):
        world.client(therapist).post(f"{patient.record}/notes/{made.json['id']}/signature", version=1)
    world.note(patient, therapist, status=NoteStatus.DRAFT, signed_at=None, updated_at=world.now + 4.5 * HOUR)
    assert ids(days.look(5, therapist, patient)) == set()
    assert ids(days.look(5, prescriber, patient)) == {made.json["id"]}


def test_what_another_does_to_ones_own_note_is_new_and_what_one_does_oneself_is_not(world: World, days: Days) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    days.look(1, therapist, patient)
    days.look(1, patient, patient)
    with days.at(2):
        assert put(world.client(patient), patient, note, "violence").status_code == 200
    assert ids(days.look(3, therapist, patient)) == {str(note.id)}
    assert ids(days.look(3, patient, patient)) == set()


def test_each_patient_counts_for_themselves(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.patient("Noor Haddad")
    for person in (other,):
        world.join(person, therapist, Role.THERAPIST)
        world.join(person, prescriber, Role.PRESCRIBER)
    for person in (patient, other):
        world.consent(person)
        days.look(1, therapist, person)
    world.note(other, prescriber, updated_at=world.now + 2 * HOUR)
    assert days.caseload(3, therapist) == {"Maya Ellison": {}, "Noor Haddad": {"progress_note": 1}}
    assert ids(days.look(3, therapist, patient)) == set()
    assert days.caseload(4, therapist) == {"Maya Ellison": {}, "Noor Haddad": {"progress_note": 1}}


def test_the_caseload_is_kept_to_those_with_something_new_in_the_order_of_names(world: World, days: Days) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    for name in ("Anna", "Bea", "Cleo", "Dora", "Eva"):
        person = world.patient(name)
        world.join(person, therapist, Role.THERAPIST)
        world.join(person, prescriber, Role.PRESCRIBER)
        world.consent(person)
        days.look(1, therapist, person)
        if name in {"Bea", "Dora", "Eva"}:
            world.note(person, prescriber, updated_at=world.now + 2 * HOUR)
    assert list(days.caseload(3, therapist, "?new=true")) == ["Bea", "Dora", "Eva"]
    assert list(days.caseload(3, therapist, "?new=false")) == ["Anna", "Cleo"]
    assert list(days.caseload(3, therapist, "?new=true&name=e")) == ["Bea", "Eva"]
    assert list(days.caseload(3, therapist, "?new=true&state=former")) == []
    with days.at(3):
        first = world.client(therapist).get("patients?new=true&limit=2").json
        rest = world.client(therapist).get(f"patients?new=true&limit=2&cursor={first['next']}").json
    assert [row["name"] for row in (*first["items"], *rest["items"])] == ["Bea", "Dora", "Eva"]
    assert world.client(therapist).get("patients?new=1").status_code == 422


def test_a_former_member_is_told_of_nothing_new(world: World, days: Days) -> None:
    patient, therapist, _ = world.trio()
    former = world.prescriber("Fred Former")
    membership = world.join(patient, former, Role.PRESCRIBER)
    world.consent(patient)
    note = world.note(patient, former)
    days.look(1, former, patient)
    world.session.execute(
        update(type(membership)).where(type(membership).id == membership.id).values(ended_at=world.now)
    )
    world.session.execute(update(Item).where(Item.id == note.id).values(updated_at=world.now + 2 * HOUR))
    world.session.commit()
    assert days.look(3, former, patient) is None
    assert days.caseload(3, former, "?state=former") == {"Maya Ellison": None}
    assert ids(days.look(3, therapist, patient)) == {str(note.id)}


def test_since_chooses_the_look_that_counts(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    days.look(1, therapist, patient)
    early = world.note(patient, prescriber, updated_at=world.now + 2 * HOUR)
    days.look(3, therapist, patient)
    late = world.note(patient, prescriber, updated_at=world.now + 4 * HOUR)
    asked = {hours: days.look(6, therapist, patient, since=world.now + hours * HOUR) for hours in (0.5, 2.9, 3)}
    assert [ids(new) for new in asked.values()] == [{str(early.id), str(late.id)}] * 2 + [{str(late.id)}]
    assert asked[0.5]["since"] is None
    for wrong in ("yesterday", "2026-01-01", "2026-01-01T00:00:00"):
        address = f"{patient.record}/shared-record?since={wrong}"
        assert world.client(therapist).get(address).status_code == 422


def test_a_change_that_was_dated_before_a_look_and_came_after_it_is_not_missed(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    shown = world.note(patient, prescriber, updated_at=world.now + HOUR - MINUTE / 2)
    days.look(1, therapist, patient)
    slow = world.note(patient, prescriber, updated_at=world.now + HOUR - MINUTE / 2)
    again = days.look(2, therapist, patient)
    assert ids(again) == {str(slow.id)}
    world.session.execute(update(Item).where(Item.id == shown.id).values(version=2))
    world.session.commit()
    assert ids(days.look(2, therapist, patient)) == {str(slow.id), str(shown.id)}


def test_at_most_a_hundred_are_named_and_all_are_counted_and_what_is_named_is_logged(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    for n in range(LONGEST + 3):
        world.note(patient, prescriber, updated_at=world.now + n * MINUTE)
    new = days.look(5, therapist, patient)
    assert (counted(new), len(new["items"])) == ({"progress_note": LONGEST + 3}, LONGEST)
    event = world.session.scalars(select(AccessEvent)).one()
    logged = set(world.session.scalars(select(AccessEventItem.item_id).where(AccessEventItem.event_id == event.id)))
    assert {str(i) for i in logged} >= {i["id"] for i in new["items"]}
    assert event.items == len(logged)


def hide(world: World, patient: Person, prescriber: Person) -> None:
    """What the therapist may not see, changed after they looked."""
    stranger = world.prescriber("Olive Other")
    world.join(patient, stranger, Role.PRESCRIBER, patient_agreed_at=None)
    late: dict[str, Any] = {"updated_at": world.now + 2 * HOUR}
    hidden = world.note(patient, prescriber, **late)
    world.restriction(patient, item_id=hidden.id)
    world.note(patient, prescriber, **late, labels=frozenset({Label.HIV}))
    world.note(patient, prescriber, **late, kind=ItemClass.COORDINATION_NOTE)
    world.note(patient, prescriber, **late, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    world.note(patient, prescriber, **late, status=NoteStatus.DRAFT, signed_at=None)
    world.medication(patient, prescriber, **late, awaits_review=True)
    world.medication(patient, patient, **late, source=MedicationSource.PATIENT)
    world.consent(patient, recipients=[member(prescriber)], labels=list(Label))


def test_what_one_may_not_see_changes_no_byte_of_what_is_new(world: World, days: Days) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=[member(prescriber)])
    world.note(patient, prescriber)
    days.look(1, therapist, patient)
    world.note(patient, prescriber, updated_at=world.now + 2 * HOUR)
    before = everything(world, days, therapist, patient)
    hide(world, patient, prescriber)
    assert everything(world, days, therapist, patient) == before


def everything(world: World, days: Days, reader: Person, patient: Person) -> list[bytes]:
    early = (world.now - HOUR).isoformat()
    addresses = ("patients", "patients?new=true", "patients?new=false", f"{patient.record}/shared-record")
    with days.at(3):
        client = world.client(reader)
        found = [client.get(address).data for address in addresses]
        return [*found, client.get(f"{patient.record}/shared-record", query_string={"since": early}).data]


@pytest.mark.parametrize("query", ["", "?new=true"])
def test_the_statements_do_not_grow_with_patients_or_with_what_is_new(world: World, days: Days, query: str) -> None:
    therapist, sent_for = world.therapist(), []
    for size in (1, 6):
        for n in range(size):
            patient, prescriber = world.patient(f"P{size}{n}"), world.prescriber(f"D{size}{n}")
            world.join(patient, therapist, Role.THERAPIST)
            world.join(patient, prescriber, Role.PRESCRIBER)
            days.look(1, therapist, patient)
            world.consent(patient, signed_at=world.now + 2 * HOUR, valid_from=world.now + 2 * HOUR)
            world.note(patient, prescriber)
        days.caseload(3, therapist)
        with statements(world.app) as sent:
            assert len(days.caseload(3, therapist, query)) == (1 if size == 1 else 7)
        sent_for.append(len(sent))
    assert sent_for[0] == sent_for[1] == (22 if query == "" else 25)


def test_a_consent_in_its_place_is_still_there(world: World) -> None:
    """The stories above sign through the door: this is what they get."""
    patient, _, _ = world.trio()
    consent = signed(world, patient)
    assert world.client(patient).get(place(patient, consent)).json["status"] == "active"
