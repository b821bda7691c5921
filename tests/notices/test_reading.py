"""Reading one's notices: pages, what is unread, what nobody else sees, and what it leaves in the log."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, Notice
from careteam.policy.vocabulary import NoticeKind, Role
from careteam.services.notices import wording
from careteam.services.notices.knowing import OF_BOTH_SIDES, OF_CURRENT_MEMBERS, OF_OFFICERS
from careteam.services.notices.of_items import OF_ITEMS
from careteam.services.notices.telling import tell
from tests.consent.acts import begun, signed
from tests.notices.acts import kinds, listed, sentences, stored
from tests.queries import statements
from tests.world import Person, World


def several(world: World, count: int) -> tuple[Person, Person]:
    """A patient who was asked several times by one clinician."""
    patient, _, prescriber = world.trio()
    for _ in range(count):
        begun(world, prescriber, patient)
    return patient, prescriber


def test_pages_hold_every_notice_once_newest_first(world: World) -> None:
    patient, _ = several(world, 5)
    found, query = list[str](), "?limit=2"
    while query:
        answer = world.client(patient).get(f"me/notices{query}")
        assert answer.json["unread"] == 5
        found += [n["id"] for n in answer.json["items"]]
        query = f"?limit=2&cursor={answer.json['next']}" if answer.json["next"] else ""
    assert found == [str(n.id) for n in stored(world)][::-1]


def test_what_was_read_is_no_longer_unread(world: World) -> None:
    patient, _ = several(world, 3)
    acting, first = world.client(patient), listed(world, patient)[-1]
    read = acting.post(f"me/notices/{first['id']}/read")
    assert (read.status_code, read.json["read_at"] is None) == (200, False)
    assert acting.post(f"me/notices/{first['id']}/read").json == read.json
    assert [n["id"] for n in listed(world, patient, "?unread=false")] == [first["id"]]
    assert len(listed(world, patient, "?unread=true")) == acting.get("me/notices").json["unread"] == 2
    assert acting.get(f"me/notices/{first['id']}").json == read.json


def test_all_up_to_one_are_read_at_once_and_what_came_after_stays(world: World) -> None:
    patient, _ = several(world, 3)
    newest, middle, _ = listed(world, patient)
    acting = world.client(patient)
    assert acting.post("me/notices/read", {"up_to": middle["id"]}).json == {"read": 2}
    assert [n["id"] for n in listed(world, patient, "?unread=true")] == [newest["id"]]
    assert acting.post("me/notices/read").json == {"read": 1}
    assert acting.post("me/notices/read").json == {"read": 0}


def test_notices_are_found_by_their_kind(world: World) -> None:
    patient, prescriber = several(world, 1)
    signed(world, patient)
    assert [n["kind"] for n in listed(world, patient, "?kind=consent_signed")] == ["consent_signed"]
    assert world.client(prescriber).get("me/notices?kind=no_such").status_code == 422


@pytest.mark.parametrize(("method", "tail", "body"), [("GET", "", None), ("POST", "/read", {})])
def test_anothers_notice_answers_like_one_that_is_not_there(world: World, method: str, tail: str, body: object) -> None:
    patient, prescriber = several(world, 1)
    theirs = listed(world, patient)[0]["id"]
    answers = [world.client(prescriber)(method, f"me/notices/{i}{tail}", json=body) for i in (theirs, uuid4())]
    assert {(a.status_code, a.data) for a in answers} == {(404, answers[0].data)}
    assert world.client(prescriber).post("me/notices/read", {"up_to": theirs}).status_code == 404
    assert listed(world, patient)[0]["read_at"] is None


def test_reading_is_logged_where_a_notice_names_a_patient(world: World) -> None:
    patient, _, prescriber = world.trio()
    signed(world, patient)
    (notice,) = listed(world, prescriber)
    world.client(prescriber).get(f"me/notices/{notice['id']}")
    asked = select(AccessEvent.act, AccessEvent.patient_id).where(AccessEvent.actor_id == prescriber.user_id)
    acts = [tuple(row) for row in world.session.execute(asked.order_by(AccessEvent.id))]
    assert acts == [("list-notices", None), ("read-notice", patient.patient_id)]
    told = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert f"{prescriber.name} read a notice that names you" in " ".join(e["sentence"] for e in told)


def test_every_kind_has_words_for_each_who_may_be_told_and_a_rule_of_who_reads_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    for kind in NoticeKind:
        told = [patient.user_id, therapist.user_id]
        target = note.id if kind in OF_ITEMS else uuid4()
        tell(world.session, told, kind, patient_id=patient.patient_id, target=target, at=world.now)
    world.session.commit()
    assert set(kinds(world, patient)) == set(NoticeKind)
    assert set(kinds(world, therapist)) == set(NoticeKind) - OF_OFFICERS
    assert all(len(n["sentence"]) > 10 for who in (patient, therapist) for n in listed(world, who, "?limit=100"))
    assert wording._SAID.keys() == set(NoticeKind)
    assert not OF_BOTH_SIDES & OF_CURRENT_MEMBERS


def test_what_is_for_privacy_officers_names_nobody(world: World) -> None:
    patient, therapist, _ = world.trio()
    officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=therapist.practice_id)
    for kind in NoticeKind:
        tell(world.session, [officer.user_id], kind, patient_id=patient.patient_id, target=uuid4(), at=world.now)
    world.session.commit()
    answer = world.client(officer).get("me/notices?limit=100")
    assert {n["kind"] for n in answer.json["items"]} == OF_OFFICERS | OF_BOTH_SIDES
    assert [w for w in (patient.name, str(patient.patient_id), therapist.name) if w in answer.text] == []


def test_who_left_does_not_see_that_anything_was_there(world: World) -> None:
    patient, _, _ = world.trio()
    leaving, fresh = world.prescriber("Lea Leaving"), world.prescriber("Fred Fresh")
    place = world.join(patient, leaving, Role.PRESCRIBER)
    signed(world, patient)
    world.session.query(type(place)).filter_by(id=place.id).update({"ended_at": world.now})
    world.session.commit()
    assert world.client(leaving).get("me/notices").data == world.client(fresh).get("me/notices").data
    assert world.client(leaving).post("me/notices/read").json == {"read": 0}


def test_telling_is_part_of_the_act_that_it_tells_of(world: World) -> None:
    patient, _, _ = world.trio()
    tell(
        world.session,
        [patient.user_id, None, patient.user_id],
        NoticeKind.BACKUP_RESTORED,
        patient_id=None,
        at=world.now,
    )
    assert world.session.query(Notice).count() == 1
    world.session.rollback()
    assert stored(world) == []
    assert sentences(world, patient) == ""


@pytest.mark.parametrize("who", ["patient", "prescriber"])
def test_the_number_of_statements_does_not_grow_with_the_notices(world: World, who: str) -> None:
    patient, _, prescriber = world.trio()
    reader, counts = {"patient": patient, "prescriber": prescriber}[who], []
    for several in (1, 6):
        for _ in range(several):
            signed(world, patient, begun(world, prescriber, patient))
        world.join(world.patient(f"Other {several}"), prescriber, Role.PRESCRIBER)
        with statements(world.app) as sent:
            assert len(listed(world, reader)) >= several
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 22


def test_a_read_only_token_reads_notices_and_marks_none(world: World) -> None:
    patient, _ = several(world, 1)
    world.session.execute(Notice.__table__.select())
    notice = listed(world, patient)[0]
    from careteam.models import ApiToken

    world.session.query(ApiToken).filter_by(user_id=patient.user_id).update({"writes": False})
    world.session.commit()
    assert len(listed(world, patient)) == 1
    assert world.client(patient).post(f"me/notices/{notice['id']}/read").status_code == 403
