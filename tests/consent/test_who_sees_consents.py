"""What others learn of a consent: what concerns them and no more; hidden answers like absent."""

from typing import Any
from uuid import uuid4

import pytest

from careteam.models import Consent
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentStatus, Label, Role
from careteam.vault import seal
from tests.consent.acts import DOCUMENT, begun, consents, in_state, member, place, signature, signed
from tests.queries import statements
from tests.world import LONG_AGO, Person, World

SHOWN = {
    "id", "status", "kind", "purpose", "disclosers", "classes", "labels", "valid_from", "valid_until", "ends_when",
}  # fmt: skip


def listed(world: World, who: Person, patient: Person, query: str = "") -> list[dict[str, Any]]:
    """What this person gets when listing the patient's consents."""
    answer = world.client(who).get(f"{consents(patient)}{query}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def test_a_recipient_sees_what_is_granted_and_nothing_else(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    canaries = [member(therapist), str(note.id), "2001-02-03", "2002-02-03"]
    consent = world.consent(
        patient,
        recipients=[member(prescriber), member(therapist)],
        labels=[Label.HIV],
        except_items=[str(note.id)],
        except_holders=[member(therapist), "patient"],
        data_from=world.now.date().replace(2001, 2, 3),
        data_through=world.now.date().replace(2002, 2, 3),
    )
    for answer in (world.client(prescriber).get(address) for address in (consents(patient), place(patient, consent))):
        assert not [c for c in canaries if c in answer.get_data(as_text=True)]
    shown = listed(world, prescriber, patient)[0]
    assert {key for key, value in shown.items() if value is not None} == SHOWN - {"ends_when"}
    assert (shown["classes"], shown["labels"]) == (["progress_note", "medication"], ["hiv"])


def test_the_patient_sees_all_of_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    consent = signed(world, patient, begun(world, therapist, patient, message="Before Monday?"))
    assert listed(world, patient, patient) == [consent]
    assert consent["recipients"] == DOCUMENT["recipients"][::-1]
    assert consent["asked"]["requested_by"] == str(therapist.user_id)


@pytest.mark.parametrize("state", ["draft", "withdrawn", "expired", "ended", "superseded", "revoked"])
def test_a_recipient_sees_only_what_is_in_force_or_will_be(world: World, state: str) -> None:
    patient, therapist, prescriber = world.trio()
    consent = in_state(world, patient, therapist, state)
    assert listed(world, prescriber, patient) == []
    assert world.client(prescriber).get(place(patient, consent)).status_code == 404


def test_a_consent_that_begins_later_is_shown_to_whom_it_concerns(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = in_state(world, patient, therapist, "upcoming")
    assert [c["id"] for c in listed(world, prescriber, patient)] == [str(consent.id)]


def test_a_role_is_resolved_now(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient, recipients=["role:prescriber"])
    assert [c["id"] for c in listed(world, prescriber, patient)] == [str(consent.id)]
    assert listed(world, therapist, patient) == []
    late = world.prescriber("Pia Sommer")
    world.join(patient, late, Role.PRESCRIBER)
    assert [c["id"] for c in listed(world, late, patient)] == [str(consent.id)]


def test_a_superseded_end_is_shown_as_the_end(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, superseded_at=world.now.replace(year=world.now.year + 1, month=1, day=1))
    shown = listed(world, prescriber, patient)[0]
    assert shown["valid_until"].startswith(f"{world.now.year + 1}-01-01")
    assert shown["superseded_at"] is None


def test_the_requester_sees_the_request_and_the_answer_but_not_what_was_changed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    request = begun(world, prescriber, patient, message="Before Monday?")
    change = {"recipients": [member(therapist)], "classes": ["measure"], "exceptions": {"holders": ["patient"]}}
    version = world.client(patient).get(place(patient, request)).json["version"]
    narrowed = world.client(patient).patch(place(patient, request), change, version=version).json
    assert listed(world, prescriber, patient) == [request]
    assert listed(world, therapist, patient) == []
    signed(world, patient, narrowed)
    after = world.client(prescriber).get(place(patient, request))
    assert after.json == {**request, "status": "active"}
    assert "measure" not in after.text


def test_a_recipient_sees_nothing_of_who_asked_for_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = signed(world, patient, begun(world, prescriber, patient, message="canary"))
    answer = world.client(therapist).get(place(patient, consent))
    assert (answer.status_code, answer.json["asked"]) == (200, None)
    assert "canary" not in answer.text


def test_a_request_shows_what_was_asked(world: World) -> None:
    patient, _, prescriber = world.trio()
    request = begun(world, prescriber, patient, message="Before Monday?")
    assert {key for key, value in request.items() if value is not None} == {"id", "status", "asked"}
    asked = request["asked"]
    assert {key: asked[key] for key in DOCUMENT} == {key: sorted(DOCUMENT[key]) for key in DOCUMENT}
    assert (asked["message"], asked["requested_by"]) == ("Before Monday?", str(prescriber.user_id))


def test_a_colleague_sees_nothing_of_a_request(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    request = begun(world, prescriber, patient, message="canary")
    assert listed(world, therapist, patient) == []
    assert world.client(therapist).get(place(patient, request)).status_code == 404


def test_former_members_see_no_consents_not_even_those_that_name_them(world: World) -> None:
    patient, former = world.patient(), world.prescriber("Fran Hale")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    consent = world.consent(patient, recipients=[member(former)], requested_by=former.user_id)
    assert listed(world, former, patient) == []
    assert world.client(former).get(place(patient, consent)).status_code == 404
    assert world.client(former).post(consents(patient), DOCUMENT).status_code == 403


ACTS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "read": ("GET", "", None),
    "edit": ("PATCH", "", {"classes": ["measure"]}),
    "sign": ("POST", "/signature", signature("Maya Ellison")),
    "decline": ("POST", "/decline", {}),
    "withdraw": ("POST", "/withdrawal", {}),
    "end": ("POST", "/ended", {}),
    "revoke": ("POST", "/revocation", {"given": "orally"}),
    "receipt": ("GET", "/revocation", None),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_hidden_consent_answers_like_an_absent_one_whatever_is_done(world: World, act: str) -> None:
    patient, _, prescriber = world.trio()
    other = world.patient("Omar Vale")
    hidden = [
        world.consent(patient, recipients=["role:therapist"]),
        world.consent(patient, status=ConsentStatus.DRAFT, signed_at=None),
        world.consent(other, recipients=[member(prescriber)]),
    ]
    method, tail, body = ACTS[act]
    answers = {
        (answer.status_code, answer.data, answer.headers["Content-Type"], answer.headers.get("ETag"))
        for answer in (
            world.client(prescriber)(method, f"{consents(patient)}/{consent_id}{tail}", json=body, version=1)
            for consent_id in (uuid4(), *(c.id for c in hidden))
        )
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert [c.status for c in world.session.query(Consent).order_by(Consent.id)] == [h.status for h in hidden]


@pytest.mark.parametrize("act", ["list", *ACTS])
def test_strangers_find_no_patient(world: World, act: str) -> None:
    patient, _, _ = world.trio()
    consent = world.consent(patient)
    method, tail, body = ACTS.get(act, ("GET", "", None))
    stranger, absent = world.prescriber("Sam Hill"), Person(uuid4(), "", "", "", uuid4())
    answers = {
        world.client(who)(
            method, consents(p) if act == "list" else f"{place(p, consent)}{tail}", json=body, version=1
        ).data
        for who in (stranger, world.patient("Omar Vale"))
        for p in (patient, absent)
    }
    assert len(answers) == 1


def test_another_patients_consent_is_absent_in_ones_own_record(world: World) -> None:
    patient, other = world.patient(), world.patient("Omar Vale")
    consent = world.consent(other)
    here = f"{consents(patient)}/{consent.id}"
    for method, tail, body in ACTS.values():
        assert world.client(patient)(method, here + tail, json=body, version=1).status_code == 404
    assert world.client(other).get(place(other, consent)).json["status"] == "active"


def test_pages_hold_every_consent_once_newest_first(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = [str(world.consent(patient).id) for _ in range(5)]
    for _ in range(3):
        world.consent(patient, recipients=["role:therapist"])
    for who, count in ((patient, 8), (prescriber, 5)):
        found, query = list[str](), "?limit=2"
        while query:
            answer = world.client(who).get(f"{consents(patient)}{query}").json
            found += [c["id"] for c in answer["items"]]
            query = f"?limit=2&cursor={answer['next']}" if answer["next"] else ""
        assert len(found) == len(set(found)) == count
        assert [i for i in found if i in made] == made[::-1]


def test_the_words_of_an_event_are_shown_to_whom_it_concerns(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent_id = new_id()
    words = seal(world.session, Consent.ends_when, consent_id, "when the course is over")
    world.consent(patient, id=consent_id, ends_when=words)
    assert listed(world, prescriber, patient)[0]["ends_when"] == "when the course is over"


@pytest.mark.parametrize("who", ["patient", "prescriber"])
def test_the_number_of_statements_does_not_grow_with_the_consents(world: World, who: str) -> None:
    patient, _, prescriber = world.trio()
    reader, counts = {"patient": patient, "prescriber": prescriber}[who], []
    for several in (1, 10):
        for _ in range(several):
            world.consent(patient)
        with statements(world.app) as sent:
            assert len(listed(world, reader, patient)) >= several
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8
