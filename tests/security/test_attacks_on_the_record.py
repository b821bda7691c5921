"""Attacks on the shared record: on what it tells of what is hidden, and on a medication list that is not true."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from careteam.fhir_reading import ReadAllergy, read_kept
from careteam.fhir_reading.concepts import RXNORM
from careteam.fhir_reading.entries import SNOMED
from careteam.models import AccessEvent, AccessEventItem, Item, Patient
from careteam.policy.allergies import Stated, Statement, contradicts
from careteam.policy.pairing import judged, paired
from careteam.policy.vocabulary import (
    AllergyScope,
    AllergyStatus,
    ItemClass,
    Label,
    MedicationSource,
    NoPairState,
    PairState,
    Role,
)
from tests.pairing.acts import OPEN, decision, line, pairs, sign, states
from tests.policy.pairing_cast import EVERYTHING, dose, pt, rx
from tests.security.asking import shown
from tests.world import Person, World

ENTRIES = [ItemClass.MEDICATION, ItemClass.ALLERGY, ItemClass.CONDITION]
HIV = frozenset({Label.HIV})
LISTS = (
    "allergies",
    "allergies?current=true",
    "conditions",
    "conditions?limit=1",
    "medications",
    "medication-pairs",
    "medication-reminders",
    "medication-reconciliations",
    "label-reviews",
    "sharing",
    "shared-record",
)


def answers(world: World, who: Person, patient: Person) -> list[Any]:
    """Every list of the record, and the caseload with what is new, as this person gets them."""
    client = world.client(who)
    found = [shown(client.get(f"{patient.record}/{part}")) for part in LISTS]
    return [*found, *(shown(client.get(part)) for part in ("patients", "patients?new=true", "label-reviews"))]


# What one may know nothing of -----------------------------------------------------------------------


def unknown_reconciliation(world: World) -> tuple[Person, Person, str]:
    """A patient, a therapist who reads the prescriber's medications, and a reconciliation about a hidden entry."""
    patient, therapist, prescriber = world.trio()
    world.consent(patient, recipients=["role:therapist"], disclosers=OPEN)
    world.consent(patient, recipients=["role:prescriber"], disclosers=OPEN, labels=[Label.HIV])
    world.medication(patient, patient, drug="abacavir", source=MedicationSource.PATIENT, labels=HIV)
    made = sign(world, prescriber, patient, decision(line(world, prescriber, patient), "accept_taken"))
    return patient, therapist, made.json["id"]


REQUEST: dict[str, Any] = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["medication"]}
NAMING: dict[str, Callable[[Any, str, str], Any]] = {
    "its labels": lambda client, record, i: client.get(f"{record}/items/{i}/labels"),
    "a label": lambda client, record, i: client("PUT", f"{record}/items/{i}/labels/hiv", version=1),
    "a stale label": lambda client, record, i: client("PUT", f"{record}/items/{i}/labels/hiv", version=7),
    "no label": lambda client, record, i: client(
        "DELETE", f"{record}/items/{i}/labels/hiv", json={"reason": "x"}, version=1
    ),
    "part2": lambda client, record, i: client("PUT", f"{record}/items/{i}/part2", version=1),
    "a review": lambda client, record, i: client.post(f"{record}/items/{i}/label-review", {"labels": []}, version=1),
    "reviews": lambda client, record, i: client.post(
        f"{record}/label-reviews", {"reviews": [{"item_id": i, "version": 1, "labels": []}]}
    ),
    "an exception": lambda client, record, i: client.post(
        f"{record}/consents", {**REQUEST, "exceptions": {"items": [i], "holders": []}}
    ),
    "itself": lambda client, record, i: client.get(f"{record}/medication-reconciliations/{i}"),
    "as a medication": lambda client, record, i: client.get(f"{record}/medications/{i}"),
    "in error": lambda client, record, i: client.post(
        f"{record}/medication-reconciliations/{i}/entered-in-error", {"reason": "x"}, version=1
    ),
}


@pytest.mark.parametrize("how", NAMING)
def test_no_address_tells_an_unknown_reconciliation_from_none(world: World, how: str) -> None:
    patient, therapist, secret = unknown_reconciliation(world)
    client = world.client(therapist)
    hidden, absent = (NAMING[how](client, patient.record, i) for i in (secret, str(uuid4())))
    assert hidden.status_code == absent.status_code >= 400
    assert hidden.data.replace(secret.encode(), b"") == absent.data.replace(hidden.request.path.encode(), b"")
    assert NAMING["its labels"](world.client(patient), patient.record, secret).status_code == 200


def _hide(world: World, rng: Random, patient: Person, therapist: Person, prescriber: Person) -> None:
    """Add one thing that the therapist may not see."""
    who = rng.choice([patient, prescriber])
    labels = HIV if rng.random() < 0.5 else frozenset()
    kept: dict[str, Any] = {"labels": labels, "awaits_review": not labels and rng.random() < 0.5}
    source = MedicationSource.PATIENT if who is patient else MedicationSource.PRESCRIBER
    make: list[Callable[[], Item]] = [
        lambda: world.allergy(patient, who, **kept),
        lambda: world.allergy(patient, who, covers=AllergyScope.EVERYTHING, **kept),
        lambda: world.condition(patient, who, **kept),
        lambda: world.medication(patient, who, drug=rng.choice(["sertraline", "lithium"]), source=source, **kept),
    ]
    made = rng.choice(make)()
    if not (labels or made.awaits_review):
        world.restriction(patient, against_user_id=therapist.user_id, item_id=made.id)


@pytest.mark.parametrize("seed", range(3))
def test_worlds_that_differ_in_what_is_hidden_answer_alike(world: World, seed: int) -> None:
    rng = Random(seed)
    patient, therapist, prescriber = world.trio()
    former = world.therapist("Fay Former")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now - timedelta(days=1))
    world.consent(patient, disclosers=OPEN, classes=ENTRIES, recipients=["role:therapist"])
    for who in (patient, prescriber, former):
        world.allergy(patient, who, covers=AllergyScope.MEDICATION)
        world.condition(patient, who)
    world.allergy(patient, prescriber, category=["medication"])
    world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, source=MedicationSource.PATIENT)
    everybody = (therapist, former)
    before = [answers(world, who, patient) for who in everybody]
    for _ in range(6):
        _hide(world, rng, patient, therapist, prescriber)
    other = world.therapist("Olga Other")
    world.join(patient, other, Role.THERAPIST, patient_agreed_at=None)
    world.consent(patient, disclosers=OPEN, classes=ENTRIES, recipients=[f"member:{prescriber.user_id}"])
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=ItemClass.MEASURE)
    assert [answers(world, who, patient) for who in everybody] == before


# A medication list that is not true -------------------------------------------------------------------

FIFTY = dose(50, "mg")
STATED, TAKEN = MedicationSource.PATIENT_STATED, MedicationSource.PATIENT
AMITRIPTYLINE, FLUOXETINE = "704", "4493"
SLOW = "24 HR venlafaxine 50 MG Extended Release Oral Capsule"


@pytest.mark.parametrize(
    ("prescribed", "taken"),
    [
        (rx(SLOW, FIFTY), pt("venlafaxine 50 MG Oral Capsule", FIFTY)),
        (rx(SLOW, FIFTY), pt("venlafaxine 50 mg capsule", FIFTY)),
        (rx("bupropion Extended Release Oral Tablet", FIFTY), pt("bupropion oral tablet", FIFTY)),
        (rx("haloperidol 50 MG/ML Injectable Solution", FIFTY), pt("haloperidol 50 mg tablet", FIFTY)),
    ],
)
def test_another_release_or_form_of_the_same_amount_is_no_agreement(prescribed: Any, taken: Any) -> None:
    (found,) = paired([prescribed, taken])
    assert judged(found, EVERYTHING).why_none is NoPairState.NOT_COMPARABLE


def test_a_form_in_fewer_words_is_no_other_form_and_another_amount_stays_a_difference() -> None:
    (same,) = paired([rx("Sertraline 50 MG Oral Tablet", FIFTY), pt("sertraline 50 mg tablets", FIFTY)])
    (unlike,) = paired([rx(SLOW, FIFTY), pt("venlafaxine 75 mg tablet", dose(75, "mg"))])
    assert judged(same, EVERYTHING).state is PairState.AGREE
    assert judged(unlike, EVERYTHING).state is PairState.DOSE_DIFFERS


def test_another_route_is_no_agreement(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber, drug="haloperidol", route="intramuscular")
    world.medication(patient, patient, drug="haloperidol", route="by mouth", source=MedicationSource.PATIENT)
    assert states(world, prescriber, patient) == [(None, "not_comparable")]


@pytest.mark.parametrize(
    "name",
    [
        "amitriptyline hydrochloride / chlordiazepoxide",
        "amitriptyline and chlordiazepoxide",
        "amitriptyline + chlordiazepoxide 25 mg",
        "amitriptyline-perphenazine",
    ],
)
def test_the_code_of_one_ingredient_does_not_make_a_combination_that_ingredient(name: str) -> None:
    found = paired([rx(name, FIFTY, code=AMITRIPTYLINE), pt("amitriptyline", FIFTY)])
    assert [len(one.entries) for one in found] == [1, 1]


def test_nothing_is_current_in_the_list_of_somebody_who_died(world: World) -> None:
    prescriber = world.prescriber()
    dead = world.patient("Dora Dead", death_date=date(2026, 1, 2))
    world.join(dead, prescriber, Role.PRESCRIBER)
    world.medication(dead, prescriber, on=date(2026, 1, 1))
    (entry,) = line(world, prescriber, dead)["prescribed"]
    assert entry["phase"] is None


def test_a_decision_does_not_cover_a_change_that_took_the_place_of_a_withdrawn_one(world: World) -> None:
    """Far in the west it is still yesterday: what held today is planned there, and can be withdrawn."""
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    where(world, patient, "Pacific/Kiritimati")
    world.medication(patient, prescriber, dose=100)
    entry = world.medication(patient, patient, source=TAKEN)
    client, events = world.client(patient), f"{patient.record}/medications/{entry.id}/events"
    change = {"kind": "dose_change", "dose_unit": "mg"}
    made = client.post(events, {**change, "dose_value": 75}, version=1).json
    assert sign(world, prescriber, patient, decision(line(world, prescriber, patient))).status_code == 201
    assert line(world, patient, patient)["difference"]["resolution"]
    where(world, patient, "Pacific/Pago_Pago")
    assert client.post(f"{events}/{made['events'][-1]['id']}/withdrawal", version=2).status_code == 200
    assert client.post(events, {**change, "dose_value": 2000}, version=3).status_code == 201
    found = line(world, patient, patient)
    assert (found["taken"][0]["dose"]["value"], found["difference"]["resolution"]) == (2000, None)


def where(world: World, patient: Person, zone: str) -> None:
    """Let the patient live there."""
    world.session.execute(update(Patient).where(Patient.id == patient.patient_id).values(time_zone=zone))
    world.session.commit()


@pytest.mark.parametrize(
    ("stated", "reported", "says"), [(50, 50, "dose_differs"), (100, 100, "agree"), (50, 100, None), (100, 50, None)]
)
def test_who_repeats_what_the_patient_reports_makes_no_difference_go_away(
    world: World, stated: int, reported: int, says: str | None
) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, dose=reported, source=TAKEN)
    world.medication(patient, therapist, dose=stated, source=STATED)
    for who in (patient, therapist, prescriber):
        assert line(world, who, patient)["state"] == says
    world.medication(patient, patient, dose=reported, source=TAKEN)
    assert line(world, prescriber, patient)["state"] is None


def test_whoever_reads_a_decision_is_logged_as_reading_the_reconciliation(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, source=TAKEN)
    made = sign(world, prescriber, patient, decision(line(world, prescriber, patient), text="Told her.")).json
    assert line(world, therapist, patient)["difference"]["resolution"]["text"] == "Told her."
    logged = select(AccessEvent.id).where(AccessEvent.actor_id == therapist.user_id)
    seen = world.session.scalars(select(AccessEventItem.item_id).where(AccessEventItem.event_id.in_(logged)))
    assert made["id"] in {str(item_id) for item_id in seen}


# Allergies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("substance", ["Penicillin V.", "Ｐｅｎｉｃｉｌｌｉｎ V", "penicillin v 250 MG Oral Tablet"])
def test_a_statement_and_an_allergy_of_one_substance_contradict_however_it_is_written(substance: str) -> None:
    said = Statement(AllergyScope.OTHER, "Penicillin V")
    assert contradicts(said, Stated(substance))
    assert not contradicts(said, Stated("Penicillamine"))


def test_no_page_and_no_filter_keeps_a_contradiction_unsaid(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN, classes=ENTRIES)
    said = world.allergy(patient, prescriber, covers=AllergyScope.EVERYTHING, date=date(2026, 3, 1))
    world.allergy(patient, therapist, clinical_status=None)
    for query in ("limit=1", "kind=no_known_allergies", "current=true&limit=1", f"author_id={prescriber.user_id}"):
        page = world.client(patient).get(f"{patient.record}/allergies?{query}").json
        assert page["items"][0]["id"] == str(said.id)
        assert page["contradiction"], query
    assert world.client(patient).get(f"{patient.record}/shared-record").json["allergies"]["contradiction"]


def test_an_imported_allergy_of_unknown_standing_is_current(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.allergy(patient, therapist, clinical_status=None, verification_status=None)
    world.allergy(patient, therapist, clinical_status=AllergyStatus.INACTIVE)
    found = world.client(patient).get(f"{patient.record}/allergies?current=true").json["items"]
    assert [entry["clinical_status"] for entry in found] == [None]


@pytest.mark.parametrize(
    ("codes", "covers"),
    [
        ([(SNOMED, "716186003"), (RXNORM, "7980")], None),
        ([(RXNORM, "7980"), (SNOMED, "716186003")], None),
        ([(SNOMED, "429625007"), (SNOMED, "716186003")], None),
        ([(SNOMED, "160244002"), (SNOMED, "716186003"), ("https://example.org/codes", "NKA")], "everything"),
    ],
)
def test_a_code_that_denies_what_another_names_is_kept_sealed(codes: list[tuple[str, str]], covers: str | None) -> None:
    coding = [{"system": system, "code": code} for system, code in codes]
    resource = {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/1"}, "code": {"coding": coding}}
    found = read_kept(json.dumps(resource))
    assert (found.covers if isinstance(found, ReadAllergy) else None) == covers
    assert (found is None) == (covers is None)


@pytest.mark.parametrize("cursor", ["A", "AA", "%00", "é", "A" * 5000, "null"])
@pytest.mark.parametrize("part", ["allergies", "medication-reconciliations", "label-reviews"])
def test_a_forged_cursor_is_refused(world: World, part: str, cursor: str) -> None:
    patient, therapist, _ = world.trio()
    assert world.client(therapist).get(f"{patient.record}/{part}?cursor={cursor}").status_code == 422


def test_a_repeated_signature_reads_through_the_gate_of_now(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber, dose=100)
    theirs = world.medication(patient, patient, source=MedicationSource.PATIENT)
    body = {"typed_name": prescriber.name, "decisions": [decision(line(world, prescriber, patient))]}
    ask = {"headers": {"Idempotency-Key": "again"}}
    address = f"{patient.record}/medication-reconciliations"
    first = world.client(prescriber).post(address, body, **ask)
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    again = world.client(prescriber).post(address, body, **ask)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert str(theirs.id) not in str(pairs(world, prescriber, patient)["items"])
