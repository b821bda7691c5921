"""Who may preview, what the log says of it, and that nothing is written."""

from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccessEventItem
from careteam.policy.vocabulary import ItemClass, Role
from tests.consent.acts import DOCUMENT, in_state
from tests.importing.kit import rows
from tests.previews.acts import preview
from tests.world import Person, World

RESTRICTION = {"against": "anyone", "item_class": "medication"}
ABSENT = "01990000-0000-7000-8000-000000000000"


def places(world: World, patient: Person, prescriber: Person) -> dict[str, Any]:
    """Every preview below the record, with a body: of a request, a consent in force, and a restriction."""
    asked, active = (in_state(world, patient, prescriber, state) for state in ("requested", "active"))
    standing = world.restriction(patient, item_class=ItemClass.ALLERGY)
    return {
        "consents": DOCUMENT,
        f"consents/{asked.id}": None,
        f"consents/{active.id}/revocation": {"given": "orally"},
        "revocations": {"given": "orally"},
        "restrictions": RESTRICTION,
        f"restrictions/{standing.id}/lifting": None,
    }


def test_a_member_is_refused_and_of_restrictions_there_are_none(world: World) -> None:
    patient, _, prescriber = world.trio()
    found = {
        place: world.client(prescriber).post(f"{patient.record}/{place}/preview", body).status_code
        for place, body in places(world, patient, prescriber).items()
    }
    assert sorted(found.values()) == [403, 403, 403, 403, 404, 404]
    assert {place.partition("/")[0] for place, status in found.items() if status == 404} == {"restrictions"}


def test_to_a_stranger_there_is_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    stranger = world.client(world.therapist("Stella Stone"))
    absent = stranger.post(f"patients/{ABSENT}/consents/preview", DOCUMENT)
    for place, body in places(world, patient, prescriber).items():
        answer = stranger.post(f"{patient.record}/{place}/preview", body)
        assert (answer.status_code, answer.data) == (404, absent.data)


def test_what_is_not_there_cannot_be_previewed(world: World) -> None:
    patient, _, _ = world.trio()
    for place in (f"consents/{ABSENT}", f"consents/{ABSENT}/revocation", f"restrictions/{ABSENT}/lifting"):
        assert world.client(patient).post(f"{patient.record}/{place}/preview").status_code == 404


def test_a_member_may_not_preview_what_somebody_else_asked_for(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    asked = in_state(world, patient, prescriber, "requested")
    assert world.client(therapist).post(f"{patient.record}/consents/{asked.id}/preview").status_code == 404


@pytest.mark.parametrize("number", range(6))
def test_nothing_is_written_but_one_event_with_what_was_named(world: World, number: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    place, body = list(places(world, patient, prescriber).items())[number]
    kept = rows(world)
    shown = preview(world, patient, place, {} if body == {"given": "orally"} else body)
    assert rows(world) == kept
    world.session.rollback()
    (event,) = world.session.scalars(select(AccessEvent).where(AccessEvent.act.startswith("preview-"))).all()
    named = {i["id"] for r in shown["readers"] for c in r["changes"] for w in ("gained", "lost") for i in c[w]["items"]}
    logged = world.session.scalars(select(AccessEventItem.item_id).where(AccessEventItem.event_id == event.id))
    assert {str(item_id) for item_id in logged} == named
    assert (event.act, event.items) == (f"preview-{shown['act']}", len(named))


def test_the_patients_log_tells_of_it_in_words(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.note(patient, therapist)
    preview(world, patient, "consents", DOCUMENT)
    (newest, *_) = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert "looked at what signing a consent would open" in newest["sentence"]


def test_an_invitation_to_oneself_tells_what_accepting_opens_and_accepting_gives_that(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, theo = world.note(patient, therapist), world.therapist("Theo Brandt")
    world.consent(patient)
    offer = {"kind": "patient", "email": patient.email, "role": "therapist", "practice_id": str(theo.practice_id)}
    made = world.client(theo).post("invitations", offer).json["id"]
    kept = rows(world)
    shown = world.client(patient).post(f"invitations/{made}/preview").json
    assert rows(world) == kept
    (joining,) = [r for r in shown["readers"] if r["standing"] == "joining"]
    assert (joining["name"], joining["waits_for"]) == ("Theo Brandt", [])
    assert [i["id"] for i in joining["changes"][0]["gained"]["items"]] == [str(note.id)]
    assert world.client(patient).post(f"invitations/{made}/acceptance", {}).status_code == 201
    seen = world.client(theo).get(f"{patient.record}/notes").json["items"]
    assert [item["id"] for item in seen] == [str(note.id)]


def test_an_invitation_that_would_be_refused_is_refused_with_the_same_words(world: World) -> None:
    patient, therapist, _ = world.trio()
    row = {"kind": "patient", "email": patient.email, "role": "therapist", "practice_id": str(therapist.practice_id)}
    made = world.client(therapist).post("invitations", row).json["id"]
    asked = world.client(patient).post(f"invitations/{made}/preview")
    done = world.client(patient).post(f"invitations/{made}/acceptance", {})
    assert (asked.status_code, asked.json) == (done.status_code, done.json)
    assert asked.status_code == 409


def test_somebody_without_a_record_is_told_that_nothing_is_shared_yet(world: World) -> None:
    theo, nia = world.therapist("Theo Brandt"), world.user("Nia New")
    offer = {"kind": "patient", "email": nia.email, "role": "therapist", "practice_id": str(theo.practice_id)}
    made = world.client(theo).post("invitations", offer).json["id"]
    answer = world.client(nia).post(f"invitations/{made}/preview")
    assert answer.status_code == 409
    assert "nothing in it is shared" in answer.json["detail"]


def test_who_is_invited_into_a_team_sees_nothing_of_what_it_opens(world: World) -> None:
    patient, _, _ = world.trio()
    theo = world.therapist("Theo Brandt")
    offer = {"kind": "clinician", "email": theo.email, "role": Role.THERAPIST.value}
    made = world.client(patient).post("invitations", offer).json["id"]
    assert world.client(theo).post(f"invitations/{made}/preview").status_code == 403
