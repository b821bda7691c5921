"""Side effects: what to do now, who reads the report, and what is answered, as its users walk through it."""

from typing import Any

import pytest
from sqlalchemy import select, update

from careteam.models import AccessEvent, AccessEventItem, Practice
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, Power
from tests.treatment.reporting import NAUSEA, RASH, faults, listed, report
from tests.world import World


def steps(shown: dict[str, Any]) -> dict[str, str]:
    """The rules that apply, and why."""
    return {step["rule"]: step["applies"] for step in shown["do_now"]["steps"]}


def test_the_answer_says_what_to_do_now_before_anything_else(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber, drug="Lamictal 25 mg")
    made = world.client(patient).post(f"{patient.record}/side-effects", {**RASH, "medication_id": str(entry.id)})
    assert made.data.startswith(b'{"do_now":{"urgent":true')
    (step,) = made.json["do_now"]["steps"]
    assert (step["rule"], step["applies"], step["opened_on"]) == ("lamotrigine_rash", "named", "2026-11-23")
    assert step["do_now"].startswith("A rash on lamotrigine")
    assert "No one watches this live" in made.json["do_now"]["note"]
    assert (made.json["urgency"], made.json["medication_id"]) == ("urgent", str(entry.id))
    again = world.client(patient).get(made.headers["Location"])
    assert again.json == {**made.json, "delivery": None}
    assert again.headers["ETag"] == made.headers["ETag"]


def test_advice_is_given_before_anything_is_sent_and_nothing_is_kept(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber, drug="Lithium carbonate")
    asked = {"medication_id": str(entry.id), "effect": "Vomiting all night"}
    said = world.client(patient).post(f"{patient.record}/side-effect-advice", asked)
    assert (said.status_code, said.json["urgent"], steps({"do_now": said.json})) == (
        200,
        True,
        {"lithium_toxicity": "named"},
    )
    calm = world.client(patient).post(f"{patient.record}/side-effect-advice", {"effect_code": "dry_mouth"}).json
    assert (calm["urgent"], calm["steps"], calm["crisis"]) == (False, [], [])
    assert calm["note"]
    assert listed(world, patient, patient) == []
    hidden, absent = (
        world.client(therapist).post(f"{patient.record}/side-effect-advice", {**asked, "medication_id": str(i)})
        for i in (entry.id, new_id())
    )
    assert (hidden.status_code, hidden.data) == (422, absent.data)


def test_what_somebody_else_prescribed_and_the_patient_takes_too_counts_for_the_advice_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.SIDE_EFFECT, ItemClass.MEDICATION])
    world.medication(patient, prescriber, drug="Lamotrigine")
    taken = world.medication(patient, patient, drug="Sertraline", source=MedicationSource.PATIENT)
    made = report(world, patient, patient, **RASH, medication_id=str(taken.id))
    assert (steps(made), made["urgency"]) == ({"lamotrigine_rash": "also_taken"}, "routine")
    (seen,) = listed(world, therapist, patient)
    assert (seen["do_now"]["steps"], seen["urgency"]) == ([], "routine")


def test_in_danger_the_crisis_texts_of_the_practices_are_shown(world: World) -> None:
    patient, therapist, _ = world.trio()
    own = update(Practice).where(Practice.id == therapist.practice_id).values(crisis_text="Ring 555-0100, always.")
    world.session.execute(own)
    world.session.commit()
    made = report(world, patient, patient, effect="I want to kill myself")
    said = {one["text"] for one in made["do_now"]["crisis"]}
    assert "Ring 555-0100, always." in said
    assert any("988" in text for text in said)
    assert (made["urgency"], steps(made)) == ("urgent", {"suicidal_thoughts": "any"})


def test_before_consent_sent_with_consent_and_after_revocation(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    kept = report(world, patient, patient)
    assert kept["delivery"]["note"].startswith("Nobody but you")
    assert kept["sent_to"] == []
    sent = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    assert [one["user_id"] for one in sent["delivery"]["sent_to"]] == [str(prescriber.user_id)]
    assert [[i["id"] for i in listed(world, who, patient)] for who in (prescriber, therapist)] == [[sent["id"]], []]
    consent = world.consent(patient, disclosers=["patient"], classes=[ItemClass.SIDE_EFFECT])
    assert {i["id"] for i in listed(world, therapist, patient)} == {kept["id"], sent["id"]}
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert [[i["id"] for i in listed(world, who, patient)] for who in (prescriber, therapist)] == [[sent["id"]], []]
    assert listed(world, prescriber, patient)[0]["sent_to"] is None


def test_whoever_is_kept_from_it_by_a_restriction_is_named_at_once_with_what_to_do_instead(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.restriction(patient, item_class=ItemClass.SIDE_EFFECT)
    made = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    (missed,) = made["delivery"]["not_reached"]
    assert (missed["user_id"], missed["reason"], made["delivery"]["sent_to"]) == (
        str(prescriber.user_id),
        "restricted",
        [],
    )
    assert missed["instead"]
    assert made["delivery"]["note"]
    assert listed(world, prescriber, patient) == []


def test_an_entry_that_is_hidden_reads_like_none_whatever_it_is(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.SIDE_EFFECT])
    drugs = ("Lamotrigine", "Sertraline", None)
    for drug in drugs:
        entry = {"medication_id": str(world.medication(patient, prescriber, drug=drug).id)} if drug else {}
        report(world, patient, patient, **RASH, **entry)
    seen = listed(world, therapist, patient)
    plain = [
        {k: v for k, v in item.items() if k not in {"id", "created_at", "updated_at", "answer_due_at"}} for item in seen
    ]
    assert len(seen) == 3
    assert plain[0] == plain[1] == plain[2]
    assert len({item["answer_due_at"] for item in seen}) == 1
    assert set(steps(seen[0]).values()) == {"may_be"}
    assert seen[0]["urgency"] == "urgent"
    assert [i["urgency"] for i in listed(world, patient, patient)] == ["urgent", "routine", "urgent"]
    assert len(listed(world, therapist, patient, query="?urgent=true")) == 3
    assert len(listed(world, patient, patient, query="?urgent=true")) == 2
    of = seen[0]["id"]
    own = {i["medication_id"] for i in listed(world, patient, patient)} - {None}
    assert of
    assert [listed(world, therapist, patient, query=f"?medication_id={i}") for i in own] == [[], []]
    assert [len(listed(world, patient, patient, query=f"?medication_id={i}")) for i in own] == [1, 1]


def test_a_clinician_records_what_was_told_holds_it_and_sends_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = report(world, therapist, patient)
    assert (made["holder"], made["delivery"], made["sent_to"]) == (
        {"kind": "member", "user_id": str(therapist.user_id)},
        None,
        None,
    )
    assert [len(listed(world, who, patient)) for who in (patient, prescriber)] == [1, 0]
    refused = world.client(therapist).post(
        f"{patient.record}/side-effects", {**NAUSEA, "send_to": [str(prescriber.user_id)]}
    )
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["send_to"])


def test_who_reports_for_the_patient_does_within_their_classes(world: World) -> None:
    patient, _, prescriber = world.trio()
    helper, other = world.user("Rhea Onbehalf"), world.user("Omar Other")
    world.acts_for(patient, helper, powers=[Power.READ, Power.REPORT])
    world.acts_for(patient, other, classes=[ItemClass.ALLERGY])
    made = report(world, helper, patient, send_to=[str(prescriber.user_id)])
    assert (made["holder"], made["on_behalf_of"]["kind"]) == ({"kind": "patient"}, "patient")
    assert len(listed(world, prescriber, patient)) == 1
    assert world.client(other).post(f"{patient.record}/side-effects", NAUSEA).status_code == 403


def test_a_report_says_no_less_than_the_entry_that_it_names(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient", "team"], classes=[ItemClass.SIDE_EFFECT, ItemClass.MEDICATION])
    entry = world.medication(patient, prescriber, labels=frozenset({Label.SUBSTANCE_USE}), part2=True)
    made = report(world, patient, patient, medication_id=str(entry.id), labels=["hiv"])
    assert (made["labels"], made["part2"]) == (["hiv", "substance_use"], True)
    assert listed(world, therapist, patient) == []


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"effect": None}, "effect"),
    ({"effect_code": "no_such"}, "effect_code"),
    ({"onset": "2999-01-01"}, "onset"),
    ({"onset": "1950-01-01"}, "onset"),
    ({"medication_id": str(new_id())}, "medication_id"),
    ({"send_to": [str(new_id())]}, "send_to"),
    ({"impact": "awful"}, "impact"),
    ({"urgency": "routine"}, "urgency"),
)


@pytest.mark.parametrize(("said", "field"), BAD)
def test_a_report_that_cannot_be_taken_says_why(world: World, said: dict[str, Any], field: str) -> None:
    patient, *_ = world.trio()
    body = {k: v for k, v in {**NAUSEA, **said}.items() if v is not None}
    refused = world.client(patient).post(f"{patient.record}/side-effects", body)
    assert (refused.status_code, [*faults(refused)]) == (422, [field])
    assert listed(world, patient, patient) == []


def test_an_effect_that_is_chosen_needs_no_words_and_stays_urgent_whatever_they_are(world: World) -> None:
    patient, *_ = world.trio()
    made = report(world, patient, patient, effect="no chest pain at all, without chest pain", effect_code="chest_pain")
    assert (made["urgency"], steps(made)) == ("urgent", {"chest_pain": "any"})
    bare = {k: v for k, v in NAUSEA.items() if k != "effect"} | {"effect_code": "dry_mouth"}
    shown = world.client(patient).post(f"{patient.record}/side-effects", bare).json
    assert (shown["effect"], shown["urgency"]) == ("Dry mouth", "routine")
    codes = world.client(patient).get("side-effect-codes").json["items"]
    assert {"code": "dry_mouth", "words": "Dry mouth"} in codes
    assert len(codes) > 30


def test_the_same_report_again_is_one_report(world: World) -> None:
    patient, *_ = world.trio()
    key = {"headers": {"Idempotency-Key": "one"}}
    first, again = (world.client(patient).post(f"{patient.record}/side-effects", {**RASH}, **key) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json["id"] == again.json["id"]
    assert len(listed(world, patient, patient)) == 1
    assert again.json["do_now"] == first.json["do_now"]


def test_an_entry_in_error_is_not_named_and_one_that_is_stopped_counts_no_more(world: World) -> None:
    patient, _, prescriber = world.trio()
    wrong = world.medication(patient, prescriber, error_at=world.now)
    where, body = f"{patient.record}/side-effects", {**RASH, "medication_id": str(wrong.id)}
    assert world.client(patient).post(where, body).status_code == 422
    stopped, taken = world.medication(patient, prescriber, drug="Lamotrigine"), world.medication(patient, prescriber)
    asked = {"effect": "a rash", "medication_id": str(taken.id)}
    advice = f"{patient.record}/side-effect-advice"
    assert world.client(patient).post(advice, asked).json["urgent"] is True
    world.client(prescriber).post(f"{patient.record}/medications/{stopped.id}/events", {"kind": "stop"}, version=1)
    assert world.client(patient).post(advice, asked).json["urgent"] is False


def test_the_log_holds_what_advice_and_report_were_made_from(world: World) -> None:
    patient, _, prescriber = world.trio()
    also, taken = world.medication(patient, prescriber, drug="Lamotrigine"), world.medication(patient, prescriber)
    body = {"effect": "a rash", "medication_id": str(taken.id)}
    world.client(patient).post(f"{patient.record}/side-effect-advice", body)
    made = report(world, patient, patient, **RASH, medication_id=str(taken.id))
    query = select(AccessEvent.act, AccessEventItem.item_id).join(AccessEventItem)
    logged = {(row.act, str(row.item_id)) for row in world.session.execute(query)}
    asked = {("ask-side-effect-advice", str(item.id)) for item in (also, taken)}
    assert logged == asked | {("report-side-effect", i) for i in (made["id"], str(also.id))}
