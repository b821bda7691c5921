"""Change events: who adds them, when they fit, what they lead to."""

from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, MedicationChange, MedicationSource, Role
from tests.medications.acts import ago, change, event, listed, place, read, today
from tests.world import LONG_AGO, World

MG: dict[str, Any] = {"dose_value": 100, "dose_unit": "mg"}
KINDS: dict[str, dict[str, Any]] = {
    "dose_change": MG,
    "hold": {},
    "stop": {"reason": "rash"},
    "switch": {"switched_to": {"drug_name": "Bupropion", "dose_text": "one tablet"}},
    "confirm": {},
}


@pytest.mark.parametrize(
    ("kind", "body", "status", "dose"),
    [
        ("dose_change", MG, "active", 100),
        ("hold", {"reason": "surgery"}, "on_hold", 50),
        ("stop", {"reason": "rash"}, "stopped", 50),
        ("confirm", {}, "active", 50),
    ],
)
def test_a_change_holds_from_today_unless_dated(
    world: World, kind: str, body: dict[str, Any], status: str, dose: int
) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    answer = change(world.client(prescriber), patient, entry, kind, **body)
    assert answer.status_code == 201, answer.json
    shown: Any = answer.json
    assert (shown["status"], shown["dose"]["value"], shown["version"]) == (status, dose, 2)
    assert answer.headers["ETag"] == '"2"'
    last = shown["events"][-1]
    assert (last["kind"], last["effective_on"], last["reason"]) == (kind, str(today(world)), body.get("reason"))
    assert read(world.client(patient), patient, entry) == shown


def test_a_hold_and_a_resumption_at_another_dose(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    change(client, patient, entry, "hold", effective_on=str(ago(world, 9)))
    assert change(client, patient, entry, "hold").status_code == 409
    resumed: Any = change(client, patient, entry, "resume", dose_value="25", dose_unit="mg", timing="at night").json
    assert (resumed["status"], resumed["dose"]["value"], resumed["timing"]) == ("active", 25, "at night")
    assert change(client, patient, entry, "resume").status_code == 409


def test_a_stop_is_final_but_can_be_confirmed(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    stopped: Any = change(client, patient, entry, "stop", effective_on=str(ago(world, 3))).json
    assert (stopped["stopped_on"], stopped["current"]) == (str(ago(world, 3)), False)
    for kind in ("dose_change", "hold", "resume", "stop", "switch"):
        assert change(client, patient, entry, kind, **KINDS.get(kind, {})).status_code == 409, kind
    confirmed: Any = change(world.client(patient), patient, entry, "confirm").json
    assert (confirmed["status"], confirmed["last_confirmed"]["by"]) == ("stopped", str(patient.user_id))


def test_a_switch_stops_one_entry_and_starts_the_other_in_one_act(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber, labels=frozenset({Label.SUBSTANCE_USE}), part2=False)
    client, on = world.client(prescriber), str(ago(world, 2))
    said = {"drug_name": "Bupropion", "dose_value": 150, "dose_unit": "mg", "reason": "fewer side effects"}
    stopped: Any = change(client, patient, entry, "switch", effective_on=on, reason="rash", switched_to=said).json
    assert (stopped["status"], stopped["stopped_on"]) == ("stopped", on)
    other = read(client, patient, {"id": stopped["events"][-1]["switched_to"]})
    assert (other["drug_name"], other["started_on"], other["dose"]["value"]) == ("Bupropion", on, 150)
    assert (other["source"], other["prescribed"], other["reason"]) == ("prescriber", True, "fewer side effects")
    assert (other["labels"], other["part2"]) == (["substance_use"], False)


def test_a_refused_switch_starts_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    refused: list[tuple[dict[str, Any], int]] = [
        ({"switched_to": {"drug_name": "X"}, "effective_on": str(ago(world, -1))}, 422),
        ({"switched_to": {"drug_name": "X", "dose_value": 1}}, 422),
        ({"switched_to": {"drug_name": "X", "part2": True, "labels": []}}, 422),
        ({"switched_to": {"drug_name": "X"}, "effective_on": "2020-01-01"}, 409),
        ({}, 422),
    ]
    for body, status in refused:
        assert change(client, patient, entry, "switch", **body).status_code == status, body
    assert change(client, patient, entry, "stop", switched_to={"drug_name": "X"}).status_code == 422
    assert change(client, patient, entry, "switch", version=9, switched_to={"drug_name": "X"}).status_code == 412
    assert [e["drug_name"] for e in listed(client, patient)] == ["Sertraline"]


def test_nothing_is_switched_to_after_death(world: World) -> None:
    patient, prescriber = world.patient(death_date=ago(world, 1)), world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    assert change(client, patient, entry, "switch", switched_to={"drug_name": "X"}).status_code == 409
    assert len(listed(client, patient)) == 1
    assert change(client, patient, entry, "stop").status_code == 201


def test_a_switch_to_what_the_reader_may_not_see_reads_as_a_stop(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    entry = world.medication(patient, prescriber)
    other = {"drug_name": "Dolutegravir", "labels": ["hiv"]}
    change(world.client(prescriber), patient, entry, "switch", switched_to=other)
    seen = {who.name: read(world.client(who), patient, entry)["events"][-1] for who in (therapist, patient)}
    assert (seen[therapist.name]["kind"], seen[therapist.name]["switched_to"]) == ("stop", None)
    assert seen[patient.name]["kind"] == "switch"
    assert "Dolutegravir" not in str(listed(world.client(therapist), patient))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("dose_change", {}),
        ("dose_change", {"timing": "at night"}),
        ("dose_change", {"dose_value": 0, "dose_unit": "mg"}),
        ("dose_change", {"dose_value": 5}),
        ("hold", MG),
        ("stop", {"as_needed": True}),
        ("confirm", {"timing": "at night"}),
        ("confirm", {"effective_on": "2026-03-01"}),
        ("switch", {}),
        ("start", {}),
        ("vanish", {}),
        ("hold", {"switched_to": {"drug_name": "X"}}),
        ("hold", {"position": 1}),
        ("hold", {"effective_on": "0000-01-01"}),
        ("hold", {"effective_on": "9999-12-31"}),
    ],
)
def test_a_form_that_the_kind_does_not_take_is_refused(world: World, kind: str, body: dict[str, Any]) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    answer = change(world.client(prescriber), patient, entry, kind, **body)
    assert answer.status_code == 422, answer.json
    assert len(read(world.client(prescriber), patient, entry)["events"]) == 1


def test_nothing_holds_before_the_start(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber, on=ago(world, 5)), world.client(prescriber)
    assert change(client, patient, entry, "hold", effective_on=str(ago(world, 6))).status_code == 409
    assert change(client, patient, entry, "hold", effective_on=str(ago(world, 5))).status_code == 201


def test_a_prescriber_plans_a_change_and_takes_it_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    planned: Any = change(client, patient, entry, "dose_change", effective_on=str(ago(world, -7)), **MG).json
    assert (planned["dose"]["value"], planned["events"][-1]["planned"]) == (50, True)
    where = f"{place(patient, entry)}/events/{planned['events'][-1]['id']}/withdrawal"
    assert client.post(where).status_code == 428
    assert client.post(where, version=1).status_code == 412
    gone: Any = client.post(where, version=2).json
    last = gone["events"][-1]
    assert (last["planned"], last["lapsed"], last["withdrawn_by"]) == (False, False, str(prescriber.user_id))
    assert gone["version"] == 3
    assert client.post(where, version=3).status_code == 409


def test_only_what_is_planned_can_be_taken_back(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    today_held = event(world, entry, MedicationChange.HOLD, today(world))
    coming = event(world, entry, MedicationChange.RESUME, ago(world, -1))
    elsewhere = event(world, world.medication(patient, prescriber), MedicationChange.HOLD, ago(world, -1))
    start = read(client, patient, entry)["events"][0]["id"]
    tried = [(today_held.id, 409), (start, 409), (elsewhere.id, 404), (new_id(), 404)]
    for event_id, status in tried:
        answer = client.post(f"{place(patient, entry)}/events/{event_id}/withdrawal", version=1)
        assert answer.status_code == status
    for who in (therapist, patient):
        answer = world.client(who).post(f"{place(patient, entry)}/events/{coming.id}/withdrawal", version=1)
        assert answer.status_code == 403


def test_a_stop_is_never_blocked_by_a_plan_and_ends_it(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    change(client, patient, entry, "dose_change", effective_on=str(ago(world, -7)), **MG)
    stopped: Any = change(client, patient, entry, "stop").json
    assert stopped["status"] == "stopped"
    lapsed = {e["kind"]: (e["planned"], e["lapsed"]) for e in stopped["events"]}
    assert lapsed == {"start": (False, False), "dose_change": (False, True), "stop": (False, False)}


@pytest.mark.parametrize(("days_ahead", "status"), [(1, 201), (365, 201), (366, 422)])
def test_a_plan_reaches_a_year_ahead(world: World, days_ahead: int, status: int) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    planned = str(ago(world, -days_ahead))
    answer = change(world.client(prescriber), patient, entry, "stop", effective_on=planned)
    assert answer.status_code == status


@pytest.mark.parametrize("who", ["patient", "therapist"])
def test_nobody_else_plans(world: World, who: str) -> None:
    patient, therapist, _ = world.trio()
    writer = patient if who == "patient" else therapist
    source = MedicationSource.PATIENT if who == "patient" else MedicationSource.PATIENT_STATED
    entry = world.medication(patient, writer, source=source)
    client = world.client(writer)
    assert change(client, patient, entry, "stop", effective_on=str(ago(world, -1))).status_code == 422
    assert change(client, patient, entry, "stop").status_code == 201


IMPORTED = {"source": MedicationSource.IMPORTED, "author_id": None, "outside_author": "Dr. Elsewhere"}
WHO_WRITES = [
    # whose entry, and for patient, therapist, prescriber, other prescriber: may change, may confirm
    ("prescriber", {}, "-o -- co co"),
    ("patient", {"source": MedicationSource.PATIENT}, "co -- -o -o"),
    ("therapist", {"source": MedicationSource.PATIENT_STATED}, "-o co -o -o"),
    ("prescriber", {"source": MedicationSource.PATIENT_STATED}, "-o -- co -o"),
    ("prescriber", {**IMPORTED, "prescribed": True}, "-o -- co co"),
    ("patient", {**IMPORTED, "prescribed": False}, "co -- -o -o"),
]


@pytest.mark.parametrize(("holder", "values", "may"), WHO_WRITES)
def test_who_may_change_and_confirm(world: World, holder: str, values: dict[str, Any], may: str) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Olga Other")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient, disclosers=["team", "patient"])
    people = {"patient": patient, "therapist": therapist, "prescriber": prescriber, "other": other}
    found = []
    for who in people.values():
        written = {"author_id": people[holder].user_id, **values}
        entry = _entry(world, people, holder, written)
        client = world.client(who)
        dosed = change(client, patient, entry, "dose_change", **MG).status_code
        confirmed = change(client, patient, entry, "confirm").status_code
        assert {dosed, confirmed} <= {201, 403}
        found.append(("c" if dosed == 201 else "-") + ("o" if confirmed == 201 else "-"))
    assert " ".join(found) == may


def _entry(world: World, people: dict[str, Any], holder: str, values: dict[str, Any]) -> Any:
    entry = world.medication(
        people["patient"],
        people[holder],
        source=values.get("source", MedicationSource.PRESCRIBER),
    )
    entry.author_id, entry.outside_author = values["author_id"], values.get("outside_author")
    entry.prescribed = values.get("prescribed", entry.prescribed)
    world.session.commit()
    return entry


def test_what_may_not_be_read_cannot_be_written_and_does_not_show(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Olga Other")
    world.join(patient, other, Role.PRESCRIBER)
    entry = world.medication(patient, prescriber)
    for who in (therapist, other, world.prescriber("Sam Stranger")):
        client = world.client(who)
        for act in ("events", "entered-in-error"):
            body = {"kind": "stop"} if act == "events" else {"reason": "x"}
            hidden = client.post(f"{place(patient, entry)}/{act}", body, version=1)
            absent = client.post(f"{place(patient, new_id())}/{act}", body, version=1)
            assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_a_former_prescriber_changes_nothing(world: World) -> None:
    patient = world.patient()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    entry, client = world.medication(patient, former), world.client(former)
    assert change(client, patient, entry, "stop").status_code == 403
    assert change(client, patient, entry, "confirm").status_code == 403


def test_an_import_that_waits_is_changed_by_its_holder_only(world: World) -> None:
    patient, _, prescriber = world.trio()
    other = world.prescriber("Olga Other")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient, classes=ItemClass)
    entry = world.medication(patient, prescriber, awaits_review=True)
    assert world.client(other).post(f"{place(patient, entry)}/events", {"kind": "stop"}, version=1).status_code == 404
    assert change(world.client(prescriber), patient, entry, "stop").status_code == 201


def test_nothing_is_added_to_what_was_entered_in_error(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber, error_at=world.now), world.client(prescriber)
    for kind, body in KINDS.items():
        assert change(client, patient, entry, kind, **body).status_code == 409


def test_the_last_confirmation_counts_and_a_change_is_none(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    assert read(world.client(patient), patient, entry)["last_confirmed"] is None
    change(world.client(patient), patient, entry, "confirm")
    change(world.client(prescriber), patient, entry, "confirm")
    change(world.client(prescriber), patient, entry, "dose_change", **MG)
    confirmed = read(world.client(patient), patient, entry)["last_confirmed"]
    assert confirmed["by"] == str(prescriber.user_id)


def test_a_change_needs_the_current_version(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    assert client.post(f"{place(patient, entry)}/events", {"kind": "hold"}).status_code == 428
    assert change(client, patient, entry, "hold", version=2).status_code == 412
    assert change(client, patient, entry, "hold", version=1).status_code == 201
    assert change(client, patient, entry, "resume", version=1).status_code == 412
