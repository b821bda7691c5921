"""Signing on behalf of a patient: within one's authority, under one's own name, and two signatures for a minor."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from careteam.models import Consent, ConsentSignature, Practice, Restriction
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Label, Power, RepresentationBasis, Role
from careteam.services.consents.documents import sha256_of
from tests.consent.acts import DOCUMENT, begun, consents, in_state, notes_seen, place
from tests.representations.acting import (
    events,
    friend,
    joined_team,
    minor,
    one,
    parent,
    sign,
    told,
    without_account,
)
from tests.world import Person, World


def test_a_friend_drafts_and_signs_under_their_own_name(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    nora, by = friend(world, patient)
    note = world.note(patient, therapist)
    draft = begun(world, nora, patient)
    assert (draft["status"], draft["representation_id"]) == ("draft", str(by.id))
    wrong = sign(world, nora, patient, draft, status=422, typed_name=patient.name)
    assert "your own name" in wrong["detail"]
    done = sign(world, nora, patient, draft)
    assert (done["status"], done["representation_id"]) == ("active", str(by.id))
    assert (done["signature"]["grantor_id"], done["signature"]["typed_name"]) == (str(nora.user_id), nora.name)
    assert [s["representation_id"] for s in done["signatures"]] == [str(by.id)]
    assert str(note.id) in notes_seen(world, prescriber, patient)
    assert {e.representation_id for e in events(world, patient, nora)} == {by.id}
    seen = world.client(patient).get(place(patient, done)).json
    assert seen["signatures"] == done["signatures"]


def test_the_hash_says_on_whose_behalf(world: World) -> None:
    patient, _, _ = world.trio()
    nora, _ = friend(world, patient)
    done = sign(world, nora, patient, begun(world, nora, patient))
    row = world.session.get_one(Consent, UUID(done["id"]))
    before = sha256_of(world.session, row)
    assert before == done["signature"]["document_sha256"]
    row.representation_id = None
    with world.session.no_autoflush:
        assert sha256_of(world.session, row) != before


@pytest.mark.parametrize(
    "wider",
    [
        {"classes": ["question"]},
        {"labels": ["substance_use"]},
        {"labels": ["sexual_health"]},
        {"classes": ["progress_note", "question"]},
    ],
)
def test_nobody_signs_away_more_than_they_act_in(world: World, wider: dict[str, Any]) -> None:
    patient, _, _ = world.trio()
    nora, _ = friend(world, patient)
    refused = world.client(nora).post(consents(patient), {**DOCUMENT, **wider})
    assert refused.status_code == 422


def test_a_request_beyond_its_authority_does_not_exist_for_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, _ = friend(world, patient)
    inside, beyond = begun(world, therapist, patient), begun(world, therapist, patient, classes=["question"])
    assert [c["id"] for c in world.client(nora).get(consents(patient)).json["items"]] == [inside["id"]]
    assert world.client(nora).get(place(patient, beyond)).status_code == 404
    assert told(world, nora) == ["signature_needed"]
    assert sign(world, nora, patient, inside)["status"] == "active"


def test_what_the_patient_did_alone_is_the_patients(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, _ = friend(world, patient)
    states = ("draft", "active", "revoked", "expired")
    own = [in_state(world, patient, therapist, state) for state in states]
    assert world.client(nora).get(consents(patient)).json["items"] == []
    for consent in own:
        assert world.client(nora).get(place(patient, consent)).status_code == 404
        assert world.client(nora).post(f"{place(patient, consent)}/revocation").status_code == 404
    everything = world.client(nora).post(f"{patient.record}/revocations")
    assert everything.json["revoked"] == []
    world.session.expire_all()
    assert world.session.get_one(Consent, own[1].id).status is ConsentStatus.ACTIVE


def test_what_was_signed_on_behalf_either_revokes_and_the_receipt_says_who(world: World) -> None:
    patient, _, prescriber = world.trio()
    nora, by = friend(world, patient)
    for who, behalf in ((nora, str(by.id)), (patient, None)):
        done = sign(world, nora, patient, begun(world, nora, patient))
        receipt = world.client(who).post(f"{place(patient, done)}/revocation")
        assert (receipt.status_code, receipt.json["representation_id"]) == (200, behalf)
        assert (receipt.json["recorded_by"], receipt.json["given"]) == (str(who.user_id), "here")
    assert notes_seen(world, prescriber, patient) == set()
    assert "revocation_recorded" in told(world, patient)


def test_what_is_left_of_a_consent_stands_under_the_same_signatures(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, by = parent(world, patient)
    done = sign(world, mother, patient, _signed_by(world, patient, begun(world, patient, patient)))
    part = {"item_class": "medication"}
    left = world.client(patient).post(f"{place(patient, done)}/revocation", part).json["successor_id"]
    rest = world.client(patient).get(place(patient, {"id": left})).json
    assert [s["representation_id"] for s in rest["signatures"]] == [None, str(by.id)]
    assert rest["representation_id"] == str(by.id)


def _signed_by(world: World, who: Person, draft: Any, patient: Person | None = None) -> Any:
    return sign(world, who, patient or who, draft)


# two signatures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["patient", "parent"])
def test_a_minor_and_a_parent_sign_in_either_order(world: World, first: str) -> None:
    patient = minor(world)
    therapist, prescriber = joined_team(world, patient)
    mother, by = parent(world, patient)
    note = world.note(patient, therapist)
    one_, other = (patient, mother) if first == "patient" else (mother, patient)
    draft = begun(world, one_, patient)
    waiting = sign(world, one_, patient, draft)
    assert (waiting["status"], waiting["signature"]) == ("draft", None)
    assert waiting["waits_for"] == ["parent" if first == "patient" else "patient"]
    assert notes_seen(world, prescriber, patient) == set()
    assert "signature_needed" in told(world, other)
    done = sign(world, other, patient, draft)
    assert (done["status"], done["waits_for"]) == ("active", [])
    assert (done["signature"]["grantor_id"], done["representation_id"]) == (str(patient.user_id), str(by.id))
    assert {s["user_id"] for s in done["signatures"]} == {str(patient.user_id), str(mother.user_id)}
    assert str(note.id) in notes_seen(world, prescriber, patient)


def test_the_hash_covers_both_signatures(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, _ = parent(world, patient)
    draft = begun(world, patient, patient)
    sign(world, patient, patient, draft)
    done = sign(world, mother, patient, draft)
    row = world.session.get_one(Consent, UUID(done["id"]))
    assert sha256_of(world.session, row) == done["signature"]["document_sha256"]
    world.session.execute(update(ConsentSignature).values(typed_name="Somebody Else"))
    assert sha256_of(world.session, row) != done["signature"]["document_sha256"]


def test_a_request_waits_for_both_too(world: World) -> None:
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    mother, _ = parent(world, patient)
    request = begun(world, therapist, patient)
    assert sign(world, mother, patient, request)["status"] == "requested"
    assert sign(world, patient, patient, request)["status"] == "active"


def test_nobody_signs_twice_for_two(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, _ = parent(world, patient)
    father, _ = parent(world, patient, "Frank Young")
    draft = begun(world, patient, patient)
    sign(world, patient, patient, draft)
    assert "waits for the other" in sign(world, patient, patient, draft, status=409)["detail"]
    assert sign(world, father, patient, draft)["status"] == "active"
    assert sign(world, mother, patient, draft, status=409)


def test_a_parents_own_draft_is_not_another_parents(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, _ = parent(world, patient)
    father, _ = parent(world, patient, "Frank Young")
    draft = begun(world, mother, patient)
    assert world.client(father).get(place(patient, draft)).status_code == 404
    assert world.client(patient).get(place(patient, draft)).status_code == 200


def test_a_signature_counts_only_while_its_representation_stands(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, by = parent(world, patient)
    request = begun(world, _therapist(world, patient), patient)
    sign(world, mother, patient, request)
    assert world.client(mother).post(f"{one(patient, by)}/end").status_code == 200
    assert sign(world, patient, patient, request)["waits_for"] == ["parent"]
    father, _ = parent(world, patient, "Frank Young")
    assert sign(world, father, patient, request)["status"] == "active"


def _therapist(world: World, patient: Person) -> Person:
    colleague = world.therapist("Cory Lane")
    world.join(patient, colleague, Role.THERAPIST)
    return colleague


@pytest.mark.parametrize("who", ["patient", "parent"])
def test_either_says_no_to_what_the_other_signed(world: World, who: str) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, _ = parent(world, patient)
    signer, refuser = (patient, mother) if who == "parent" else (mother, patient)
    draft = begun(world, signer, patient)
    sign(world, signer, patient, draft)
    assert world.client(refuser).patch(place(patient, draft), {"classes": ["allergy"]}, version=2).status_code == 409
    closed = world.client(refuser).post(f"{place(patient, draft)}/decline")
    assert (closed.status_code, closed.json["status"]) == (200, "declined")
    assert "signature_refused" in told(world, signer)


@pytest.mark.parametrize("who", ["patient", "parent"])
def test_either_alone_revokes_what_both_signed(world: World, who: str) -> None:
    patient = minor(world)
    therapist, prescriber = joined_team(world, patient)
    mother, _ = parent(world, patient)
    world.note(patient, therapist)
    draft = begun(world, patient, patient)
    sign(world, patient, patient, draft)
    sign(world, mother, patient, draft)
    by = patient if who == "patient" else mother
    assert world.client(by).post(f"{place(patient, draft)}/revocation").status_code == 200
    assert notes_seen(world, prescriber, patient) == set()


def test_of_a_minor_without_an_account_a_parent_signs_alone(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, _ = parent(world, patient)
    without_account(world, patient)
    done = sign(world, mother, patient, begun(world, mother, patient))
    assert (done["status"], done["signature"]["grantor_id"]) == ("active", str(mother.user_id))


def test_a_minor_without_a_parent_here_waits(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    waiting = sign(world, patient, patient, begun(world, patient, patient))
    assert (waiting["status"], waiting["waits_for"]) == ("draft", ["parent"])


def test_what_no_parent_acts_in_waits_and_no_parent_is_told(world: World) -> None:
    patient = minor(world)
    joined_team(world, patient)
    mother, _ = parent(world, patient)
    draft = begun(world, patient, patient, labels=["sexual_health"])
    assert sign(world, patient, patient, draft)["waits_for"] == ["parent"]
    assert told(world, mother) == []
    assert world.client(mother).get(place(patient, draft)).status_code == 404


@pytest.mark.parametrize(
    ("rules", "years", "needed"),
    [
        ([None, None], 15, {"patient", "parent"}),
        ([("patient", 14), ("patient", 14)], 15, {"patient"}),
        ([("patient", 14), ("patient", 16)], 15, {"patient", "parent"}),
        ([("patient", 14), None], 15, {"patient", "parent"}),
        ([("parent", 0), ("parent", 0)], 15, {"parent"}),
        ([("parent", 0), ("patient", 0)], 15, {"patient", "parent"}),
        ([("patient_and_parent", 0), ("patient", 0)], 15, {"patient", "parent"}),
    ],
)
def test_all_that_any_practice_asks_for_is_needed(
    world: World, rules: list[tuple[str, int] | None], years: int, needed: set[str]
) -> None:
    patient = minor(world, years=years)
    members = joined_team(world, patient)
    mother, _ = parent(world, patient)
    _rules(world, members, rules)
    draft = begun(world, patient if "patient" in needed else mother, patient)
    people = {"patient": patient, "parent": mother}
    for name in sorted(needed, reverse=True):
        done = sign(world, people[name], patient, draft)
    assert done["status"] == "active"
    cited = [rule for rule in rules if rule]
    assert len(done["signing_rules"] or []) == len(cited)
    assert {s["representation_id"] is None for s in done["signatures"]} == {name == "patient" for name in needed}


def test_whose_signature_is_not_asked_for_cannot_give_it(world: World) -> None:
    patient = minor(world)
    members = joined_team(world, patient)
    mother, _ = parent(world, patient)
    _rules(world, members, [("patient", 12), ("patient", 12)])
    assert "the patient signs" in sign(world, mother, patient, begun(world, mother, patient), status=403)["detail"]
    _rules(world, members, [("parent", 0), ("parent", 0)])
    assert "a parent" in sign(world, patient, patient, begun(world, patient, patient), status=403)["detail"]


def test_an_administrator_sets_the_rule_with_its_citation(world: World) -> None:
    admin = world.staff("Ann Admin", Role.ADMINISTRATOR)
    address = f"practices/{admin.practice_id}"
    rule = {"signers": "patient", "from_age": 14, "citation": "Some State Code 12-345"}
    changed = world.client(admin).patch(address, {"minor_rule": rule}, version=1)
    assert changed.json["minor_rule"] == rule
    assert world.client(admin).patch(address, {"minor_rule": {"signers": "patient"}}, version=2).status_code == 422
    assert world.client(admin).patch(address, {"name": "Other"}, version=2).json["minor_rule"] == rule
    assert world.client(admin).patch(address, {"minor_rule": None}, version=3).json["minor_rule"] is None


def _rules(world: World, members: tuple[Person, ...], rules: list[tuple[str, int] | None]) -> None:
    for member, rule in zip(members, rules, strict=True):
        values: dict[str, Any] = {"minor_signers": None}
        if rule is not None:
            values = {"minor_signers": rule[0], "minor_from_age": rule[1], "minor_citation": "Code 1"}
        world.session.execute(update(Practice).where(Practice.id == member.practice_id).values(values))
    world.session.commit()


# restrictions -------------------------------------------------------------------------------------


def test_it_restricts_within_its_authority_and_lifts_only_what_was_made_so(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, by = friend(world, patient)
    address = f"{patient.record}/restrictions"
    own = world.restriction(patient, against_user_id=therapist.user_id, item_class=ItemClass.MEDICATION)
    made = world.client(nora).post(address, {"against": "role:prescriber", "item_class": "allergy"})
    assert (made.status_code, made.json["representation_id"]) == (201, str(by.id))
    assert world.client(nora)("DELETE", f"{address}/{own.id}").status_code == 403
    assert world.client(nora)("DELETE", f"{address}/{made.json['id']}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"against": "anyone", "item_class": "allergy"},
        {"against": "role:therapist", "item_class": "question"},
        {"against": "role:therapist", "item_class": "allergy", "label": "substance_use"},
        {"against": "role:therapist", "holder": "patient"},
    ],
)
def test_a_no_beyond_its_authority_is_not_its_to_say(world: World, body: dict[str, str]) -> None:
    patient, _, _ = world.trio()
    nora, by = friend(world, patient)
    assert world.client(nora).post(f"{patient.record}/restrictions", body).status_code == 422
    itself = {"against": f"representation:{by.id}", "item_class": "allergy"}
    assert world.client(nora).post(f"{patient.record}/restrictions", itself).status_code == 422


def test_what_keeps_something_from_it_does_not_exist_for_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, by = friend(world, patient)
    note = world.note(patient, therapist, labels=frozenset({Label.SEXUAL_HEALTH}))
    hidden = [
        world.restriction(patient, item_class=ItemClass.ALLERGY),
        world.restriction(patient, against_representation_id=by.id, item_class=ItemClass.ALLERGY),
        world.restriction(patient, against_user_id=therapist.user_id, item_id=note.id, item_class=note.item_class),
        world.restriction(patient, against_user_id=therapist.user_id, label=Label.SUBSTANCE_USE),
        world.restriction(patient, against_user_id=therapist.user_id, item_class=ItemClass.QUESTION),
    ]
    assert world.client(nora).get(f"{patient.record}/restrictions").json["items"] == []
    for row in hidden:
        assert world.client(nora).get(f"{patient.record}/restrictions/{row.id}").status_code == 404
        assert world.client(nora)("DELETE", f"{patient.record}/restrictions/{row.id}").status_code == 404
    assert world.session.query(Restriction).filter(Restriction.lifted_at.is_not(None)).count() == 0


@pytest.mark.parametrize("power", [Power.READ, Power.REPORT])
def test_without_the_power_to_sign_nothing_is_signed_or_restricted(world: World, power: Power) -> None:
    patient, therapist, _ = world.trio()
    nora, _ = friend(world, patient, powers=[power])
    request = begun(world, therapist, patient)
    client = world.client(nora)
    assert client.post(consents(patient), DOCUMENT).status_code == 403
    assert client.get(place(patient, request)).status_code == 404
    assert client.get(consents(patient)).json["items"] == []
    assert client.post(f"{patient.record}/revocations").status_code == 403
    assert client.get(f"{patient.record}/restrictions").status_code == 404
    reported = client.post(f"{patient.record}/allergies", {"substance": "Latex"})
    assert reported.status_code == (201 if power is Power.REPORT else 403)


def test_what_only_the_patient_does_is_refused(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, _ = friend(world, patient)
    client, note = world.client(nora), world.note(patient, therapist)
    asked = [
        client.patch(patient.record, {"birth_date": "2010-01-01"}, version=1),
        client.post(
            f"{patient.record}/notes", {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-01-01"}
        ),
        client.post(f"{patient.record}/medication-reviews"),
        client("PUT", f"{patient.record}/items/{note.id}/labels/hiv", version=1),
        client.get(f"{patient.record}/team/preview?role=therapist"),
    ]
    assert [answer.status_code for answer in asked] == [403] * 5


def test_a_guardian_signs_for_an_adult_alone(world: World) -> None:
    patient, _, _ = world.trio()
    guardian, _ = friend(
        world, patient, "Gus Ward", basis=RepresentationBasis.GUARDIAN, patient_agreed_at=None, attested_at=world.now
    )
    assert sign(world, guardian, patient, begun(world, guardian, patient))["status"] == "active"


def test_it_reports_in_its_classes_alone(world: World) -> None:
    patient = world.patient()
    nora, _ = friend(world, patient, classes=[ItemClass.ALLERGY])
    client = world.client(nora)
    assert client.post(f"{patient.record}/allergies", {"substance": "Latex"}).status_code == 201
    assert client.post(f"{patient.record}/conditions", {"name": "Insomnia"}).status_code == 403
    drug = {"drug_name": "Ibuprofen", "started_on": "2026-01-01"}
    assert client.post(f"{patient.record}/medications", drug).status_code == 403
