"""A prescriber signs what they decided about differences; what that resolves, and until when."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import AccessEventItem, DifferenceDecision, Medication
from careteam.policy.vocabulary import MedicationSource, Role
from careteam.vault import unseal
from tests.medications.acts import change
from tests.pairing.acts import OPEN, decision, line, pairs, sign
from tests.world import LONG_AGO, Person, World

TAKEN = MedicationSource.PATIENT


def differing(world: World) -> tuple[Person, Person, Person, Medication, Medication]:
    """Sertraline 100 mg is prescribed and 50 mg taken, and all may see it."""
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    ordered = world.medication(patient, prescriber, dose=100)
    return patient, therapist, prescriber, ordered, world.medication(patient, patient, source=TAKEN)


def test_a_signed_decision_resolves_the_difference_for_all_who_may_see_it(world: World) -> None:
    patient, therapist, prescriber, ordered, taken = differing(world)
    found = line(world, prescriber, patient)
    made = sign(world, prescriber, patient, decision(found, text="100 mg, told by phone."), name=" paul  REYES ")
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/medication-reconciliations/{made.json['id']}")
    assert (made.json["signature_name"], made.json["class"]) == ("paul REYES", "medication")
    assert made.json["decisions"] == [
        {
            "entries": [{"id": str(ordered.id), "version": 1}, {"id": str(taken.id), "version": 1}],
            "state": "dose_differs",
            "decision": "accept_prescribed",
            "text": "100 mg, told by phone.",
        }
    ]
    for who in (patient, therapist, prescriber):
        shown = line(world, who, patient)
        assert (shown["state"], shown["difference"]["since"]) == ("dose_differs", found["difference"]["since"])
        assert shown["difference"]["resolution"]["reconciliation_id"] == made.json["id"]
        assert world.client(who).get(f"{patient.record}/shared-record").json["medications"]["differences"] == []
        assert pairs(world, who, patient)["last_reconciled"]["by"] == str(prescriber.user_id)


def test_nothing_else_changes_by_it(world: World) -> None:
    patient, _, prescriber, *_ = differing(world)
    before = world.client(patient).get(f"{patient.record}/medications").json["items"]
    sign(world, prescriber, patient, decision(line(world, prescriber, patient), "accept_taken"))
    assert world.client(patient).get(f"{patient.record}/medications").json["items"] == before


@pytest.mark.parametrize(
    ("kind", "more", "opens"),
    [
        ("confirm", {}, False),
        ("dose_change", {"dose_value": 75, "dose_unit": "mg"}, True),
        ("dose_change", {"dose_value": 100, "dose_unit": "mg"}, True),
        ("stop", {}, True),
    ],
)
def test_it_is_open_again_when_an_entry_changes(world: World, kind: str, more: dict[str, Any], opens: bool) -> None:
    patient, _, prescriber, ordered, _ = differing(world)
    first = line(world, prescriber, patient)
    sign(world, prescriber, patient, decision(first))
    with time_machine.travel(world.now + timedelta(minutes=1), tick=False):
        assert change(world.client(prescriber), patient, ordered, kind, **more).status_code == 201
        found = line(world, prescriber, patient)
    assert found["state"] == ("stopped_but_taken" if kind == "stop" else "dose_differs")
    assert (found["difference"]["resolution"] is None) is opens
    ages = [datetime.fromisoformat(one["difference"]["since"]) for one in (first, found)]
    assert ages == [world.now, world.now + timedelta(minutes=1) if opens else world.now]


def test_a_label_does_not_open_it_again(world: World) -> None:
    patient, _, prescriber, ordered, _ = differing(world)
    sign(world, prescriber, patient, decision(line(world, prescriber, patient)))
    labelled = world.client(prescriber)("PUT", f"{patient.record}/items/{ordered.id}/labels/hiv", version=1)
    assert labelled.status_code == 200
    assert line(world, prescriber, patient)["difference"]["resolution"] is not None


def test_another_entry_of_the_drug_opens_it_again(world: World) -> None:
    patient, _, prescriber, *_ = differing(world)
    sign(world, prescriber, patient, decision(line(world, prescriber, patient)))
    world.medication(patient, prescriber, dose=25)
    world.medication(patient, patient, dose=25, source=TAKEN, error_at=world.now)
    found = pairs(world, prescriber, patient)["items"][0]
    assert (found["state"], found["compared"]["dose"], found["difference"]) == (None, "not_comparable", None)


def test_what_was_seen_before_a_change_cannot_be_signed(world: World) -> None:
    patient, _, prescriber, ordered, _ = differing(world)
    found = line(world, prescriber, patient)
    change(world.client(prescriber), patient, ordered, "confirm")
    refused = sign(world, prescriber, patient, decision(found))
    assert (refused.status_code, refused.json["errors"]) == (412, {"stale": [str(ordered.id)]})
    assert world.client(patient).get(f"{patient.record}/medication-reconciliations").json["items"] == []


@pytest.mark.parametrize(("who", "status"), [("patient", 403), ("therapist", 403), ("former", 403), ("stranger", 404)])
def test_only_a_current_prescriber_signs(world: World, who: str, status: int) -> None:
    patient, therapist, prescriber, *_ = differing(world)
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    people = {"patient": patient, "therapist": therapist, "former": former, "stranger": world.prescriber("Sam S")}
    found = line(world, prescriber, patient)
    assert sign(world, people[who], patient, decision(found)).status_code == status


def test_a_name_that_is_not_theirs_signs_nothing(world: World) -> None:
    patient, _, prescriber, *_ = differing(world)
    found = line(world, prescriber, patient)
    refused = sign(world, prescriber, patient, decision(found), name="Tess Okafor")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["typed_name"])


def test_entries_that_are_no_difference_cannot_be_decided_about(world: World) -> None:
    patient, _, prescriber, ordered, taken = differing(world)
    other = world.medication(patient, prescriber, drug="Lithium")
    versions = {entry.id: {"id": str(entry.id), "version": 1} for entry in (ordered, taken, other)}
    for ids in ([ordered.id], [ordered.id, other.id], [ordered.id, taken.id, other.id]):
        body = {"entries": [versions[i] for i in ids], "decision": "will_change"}
        assert sign(world, prescriber, patient, body).status_code == 409
    twice = {"entries": [versions[ordered.id], versions[ordered.id]], "decision": "will_change"}
    assert sign(world, prescriber, patient, twice).status_code == 422
    found = next(one for one in pairs(world, prescriber, patient)["items"] if one["state"] == "dose_differs")
    assert sign(world, prescriber, patient, decision(found), decision(found, "will_change")).status_code == 409


def test_both_can_only_be_intended_where_both_are(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, patient, source=TAKEN)
    found = line(world, prescriber, patient)
    assert found["state"] == "only_taken"
    assert sign(world, prescriber, patient, decision(found, "both_intended")).status_code == 422
    assert sign(world, prescriber, patient, decision(found, "accept_taken")).status_code == 201


@pytest.mark.parametrize("what", ["hidden", "another patient's", "absent"])
def test_an_entry_that_one_may_not_see_is_as_absent_as_any(world: World, what: str) -> None:
    patient, therapist, prescriber = world.trio()
    noor = world.patient("Noor Haddad")
    named = {
        "hidden": world.medication(patient, patient, source=TAKEN).id,
        "another patient's": world.medication(noor, noor, source=TAKEN).id,
        "absent": therapist.user_id,
    }[what]
    refused = sign(
        world, prescriber, patient, {"entries": [{"id": str(named), "version": 1}], "decision": "accept_taken"}
    )
    assert refused.status_code == 422
    assert refused.json["errors"] == {"decisions": ["No such entry that you can see."]}


def test_a_reconciliation_in_error_resolves_nothing(world: World) -> None:
    patient, therapist, prescriber, *_ = differing(world)
    made = sign(world, prescriber, patient, decision(line(world, prescriber, patient))).json
    place = f"{patient.record}/medication-reconciliations/{made['id']}/entered-in-error"
    body = {"reason": "Wrong patient."}
    assert world.client(patient).post(place, body, version=1).status_code == 403
    assert world.client(therapist).post(place, body, version=1).status_code == 403
    assert world.client(prescriber).post(place, body).status_code == 428
    assert world.client(prescriber).post(place, body, version=2).status_code == 412
    marked = world.client(prescriber).post(place, body, version=1)
    assert (marked.status_code, marked.json["entered_in_error_reason"]) == (200, "Wrong patient.")
    assert world.client(prescriber).post(place, body, version=2).status_code == 409
    found = pairs(world, therapist, patient)
    assert (found["items"][0]["difference"]["resolution"], found["last_reconciled"]) == (None, None)


def test_the_latest_decision_counts(world: World) -> None:
    patient, _, prescriber, *_ = differing(world)
    for n, word in enumerate(("will_change", "both_intended")):
        with time_machine.travel(world.now.timestamp() + n, tick=False):
            assert sign(world, prescriber, patient, decision(line(world, prescriber, patient), word)).status_code == 201
    assert line(world, patient, patient)["difference"]["resolution"]["decision"] == "both_intended"
    listed = world.client(patient).get(f"{patient.record}/medication-reconciliations").json["items"]
    assert [one["decisions"][0]["decision"] for one in listed] == ["both_intended", "will_change"]


def test_its_text_is_sealed(world: World) -> None:
    patient, _, prescriber, *_ = differing(world)
    sign(world, prescriber, patient, decision(line(world, prescriber, patient), text="half a tablet"))
    row = world.session.scalars(select(DifferenceDecision)).one()
    assert b"half" not in (row.text or b"")
    assert unseal(world.session, DifferenceDecision.text, row.id, row.text) == "half a tablet"


def test_signing_is_logged_with_the_entries_it_is_about(world: World) -> None:
    patient, _, prescriber, *_ = differing(world)
    sign(world, prescriber, patient, decision(line(world, prescriber, patient)))
    logged = world.client(patient).get(f"{patient.record}/access-log").json["items"][0]
    assert logged["sentence"].startswith("Paul Reyes reconciled differences of your medication list: ")
    assert sum(part["count"] for part in logged["items"]) == 3


def test_that_something_will_change_leaves_the_difference_open_and_shows_the_word(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    ordered = world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, dose=50, source=MedicationSource.PATIENT)
    found = line(world, prescriber, patient)
    signed = sign(world, prescriber, patient, decision(found, "will_change", text="Up next week.")).json
    (shown,) = world.client(therapist).get(f"{patient.record}/shared-record").json["medications"]["differences"]
    assert shown["difference"]["resolution"]["text"] == "Up next week."
    told = world.session.scalars(select(AccessEventItem.item_id).order_by(AccessEventItem.event_id.desc())).all()
    assert UUID(signed["id"]) in set(told[:3]), "the log names the reconciliation whose words were read"
    change = {"kind": "dose_change", "effective_on": "2026-03-01", "dose_value": "150", "dose_unit": "mg"}
    where = f"{patient.record}/medications/{ordered.id}"
    version = world.client(prescriber).get(where).json["version"]
    assert world.client(prescriber).post(f"{where}/events", change, version=version).status_code == 201
    after = pairs(world, therapist, patient)
    assert after["items"][0]["difference"]["resolution"] is None
    assert after["last_reconciled"]["by"] == str(prescriber.user_id)
