"""Attacks on consent: on what "why", previews, accounting, receipts, notices and logs tell of what is hidden."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from careteam.api.marks import BODY, PART2
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Label, MedicationSource, NoteStatus, Power, Role
from tests.fhir_consents.samples import ACT_CODE, actor, coding, consent, deny, instance, permit
from tests.pairing.acts import OPEN, decision, line, sign
from tests.security.asking import asking, shown
from tests.special.kit import COUNSELING, DRAFT, PSYCHOTHERAPY, authorised, place, release_row, released, special
from tests.world import Person, World

HIV, SUBSTANCE_USE = frozenset({Label.HIV}), frozenset({Label.SUBSTANCE_USE})
PART2_ITEM: dict[str, Any] = {"labels": SUBSTANCE_USE, "part2": True}
ORDINARY = [ItemClass.PROGRESS_NOTE, ItemClass.MEDICATION, ItemClass.ALLERGY, ItemClass.CONDITION]


# Why ------------------------------------------------------------------------------------------------


def test_why_does_not_tell_an_unknown_reconciliation_from_none(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, recipients=["role:therapist"], disclosers=OPEN)
    world.consent(patient, recipients=["role:prescriber"], disclosers=OPEN, labels=[Label.HIV])
    world.medication(patient, patient, drug="abacavir", source=MedicationSource.PATIENT, labels=HIV)
    secret = sign(world, prescriber, patient, decision(line(world, prescriber, patient), "accept_taken")).json["id"]
    absent = str(uuid4())
    told = [why(world, therapist, patient, f"item={i}").json["decisions"] for i in (secret, absent)]
    assert told[0] == [{**told[1][0], "item_id": secret}]
    assert why(world, prescriber, patient, f"item={secret}").json["decisions"][0]["decision"] == "permit"


def why(world: World, who: Person, patient: Person, query: str) -> Any:
    """Ask why."""
    return world.client(who).get(f"{patient.record}/decisions?{query}")


@pytest.mark.parametrize("gone", [True, False])
def test_why_does_not_tell_who_joined_to_somebody_who_left_or_has_not_begun(world: World, gone: bool) -> None:
    patient, _, _ = world.trio()
    other = world.therapist("Fay Former")
    past, later = {"ended_at": world.now - timedelta(days=1)}, {"valid_from": world.now + timedelta(days=1)}
    world.join(patient, other, Role.THERAPIST, **(past if gone else later))
    before = why(world, other, patient, "class=progress_note").json["decisions"]
    world.join(patient, world.prescriber("Nia New"), Role.PRESCRIBER)
    assert why(world, other, patient, "class=progress_note").json["decisions"] == before


@pytest.mark.parametrize("query", ["as_of=0001-01-01T00:00:00Z", "as_of=0001-01-02T00:00:00Z"])
def test_why_answers_of_the_earliest_instants(world: World, query: str) -> None:
    patient, therapist, _ = world.trio()
    answer = why(world, patient, patient, f"class=progress_note&actor={therapist.user_id}&{query}")
    assert answer.status_code in {200, 422}


def test_why_does_not_tell_the_patient_of_special_notes(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    authorised(world, patient, therapist, prescriber)
    note = special(world, patient, therapist)

    def told() -> list[Any]:
        asked = [f"actor={who.user_id}&class=psychotherapy_note" for who in (patient, therapist, prescriber)]
        asked += [f"actor={therapist.user_id}&item={note.id}", f"item={note.id}"]
        return [why(world, patient, patient, query).json | {"as_of": None} for query in asked]

    before = told()
    release_row(world, patient, therapist, note, prescriber)
    assert told() == before
    assert before[-1] | {"request_id": ""} == why(world, patient, patient, f"item={uuid4()}").json | {
        "as_of": None,
        "request_id": "",
    }


# Special notes in logs and accounts -------------------------------------------------------------------


def test_the_accounting_does_not_tell_of_a_special_note_by_its_part2_mark(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    authorised(world, patient, therapist, prescriber, labels=[Label.SUBSTANCE_USE])
    world.note(patient, therapist)
    note = special(world, patient, therapist, **PART2_ITEM)
    release_row(world, patient, therapist, note, prescriber)
    assert PART2 in world.client(prescriber).get(f"{patient.record}/notes").headers
    (row,) = world.client(patient).get(f"{patient.record}/accounting").json["items"]
    assert (row["description"], row["part2"]) == (f"1 progress note of {therapist.name}", False)


def test_the_accounting_tells_that_the_notice_went_with_what_it_lists(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, labels=[Label.SUBSTANCE_USE])
    world.note(patient, therapist, **PART2_ITEM)
    world.client(prescriber).get(f"{patient.record}/notes")
    (row,) = world.client(patient).get(f"{patient.record}/accounting").json["items"]
    assert row["part2"] is True
    (note,) = world.client(therapist).get(f"{patient.record}/notes").json["items"]
    part2 = f"{patient.record}/items/{note['id']}/part2"
    assert world.client(therapist)("DELETE", part2, json={"reason": "Not ours."}, version=1).status_code == 200
    assert world.client(patient).get(f"{patient.record}/accounting").json["items"] == [row]


PREVIEWS: dict[str, Callable[[Any, Person, Person, Person], Any]] = {
    "a restriction": lambda client, patient, who, other: client.post(
        f"{patient.record}/restrictions/preview",
        {"against": f"member:{who.user_id}", "holder": f"member:{other.user_id}"},
    ),
    "taking back": lambda client, patient, who, other: client.post(f"{patient.record}/revocations/preview", {}),
}


@pytest.mark.parametrize("what", PREVIEWS)
def test_what_the_patient_only_considers_is_told_to_no_author_and_no_officer(world: World, what: str) -> None:
    patient, therapist, prescriber = world.trio()
    officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=therapist.practice_id)
    world.consent(patient, classes=ORDINARY)
    authorised(world, patient, therapist, prescriber)
    world.note(patient, therapist)
    note = special(world, patient, therapist)
    release_row(world, patient, therapist, note, prescriber)
    release_row(world, patient, therapist, note, None)
    made = PREVIEWS[what](world.client(patient), patient, prescriber, therapist)
    assert made.status_code == 200, made.json
    assert str(note.id) in made.text
    log = world.client(therapist).get(f"{place(patient, note)}/access-log").text
    rows = world.client(officer).get(f"practices/{officer.practice_id}/access-log").text
    for told in (log, rows):
        assert not [word for word in ("restrict", "revok", "preview", "would") if word in told], told


# The notice of Part 2 -----------------------------------------------------------------------------------


def part2_places(world: World, patient: Person, therapist: Person, prescriber: Person) -> list[tuple[Person, str]]:
    """Everything that shows an item that is `part2` and nothing else, and to whom."""
    note = world.note(patient, prescriber, **PART2_ITEM)
    entry = world.medication(patient, prescriber, **PART2_ITEM, dose=100)
    world.medication(patient, patient, source=MedicationSource.PATIENT, **PART2_ITEM)
    allergy, condition = (
        world.allergy(patient, prescriber, **PART2_ITEM),
        world.condition(patient, prescriber, **PART2_ITEM),
    )
    made = sign(world, prescriber, patient, decision(line(world, prescriber, patient)))
    assert made.status_code == 201, made.json
    parts = [
        "notes", f"notes/{note.id}", "medications", f"medications/{entry.id}", "medication-pairs",
        "medication-reconciliations", f"medication-reconciliations/{made.json['id']}", "allergies",
        f"allergies/{allergy.id}", "conditions", f"conditions/{condition.id}", "shared-record",
    ]  # fmt: skip
    return [(who, part) for part in parts for who in (therapist, patient, prescriber)] + [
        (prescriber, f"items/{note.id}/labels"),
        (patient, f"items/{note.id}/labels"),
    ]


def test_the_notice_goes_with_everything_that_shows_a_part2_item(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN, classes=ORDINARY, labels=[Label.SUBSTANCE_USE])
    for who, part in part2_places(world, patient, therapist, prescriber):
        answer = world.client(who).get(f"{patient.record}/{part}")
        assert answer.status_code == 200, (part, answer.json)
        assert PART2 in answer.headers, (who.name, part)
        assert answer.json[BODY]["text"] == answer.headers[PART2], (who.name, part)


def test_the_notice_goes_with_a_preview_and_a_waiting_import(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN, classes=ORDINARY, labels=[Label.SUBSTANCE_USE])
    world.note(patient, prescriber, title="Methadone clinic", **PART2_ITEM)
    made = world.client(patient).post(f"{patient.record}/revocations/preview", {})
    assert "Methadone clinic" in made.text
    assert PART2 in made.headers
    item = world.note(patient, prescriber, awaits_review=True, **PART2_ITEM)
    for part in ("label-reviews", f"items/{item.id}/label-review"):
        assert PART2 in world.client(prescriber).get(f"{patient.record}/{part}").headers, part


def test_the_notice_tells_nothing_of_a_hidden_item(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN, classes=ORDINARY)
    world.note(patient, prescriber)
    world.note(patient, prescriber, **PART2_ITEM)
    former = world.therapist("Fay Former")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now - timedelta(days=1))
    world.note(patient, former, **PART2_ITEM)
    for who in (therapist, former):
        for part in ("notes", "shared-record", "notes?limit=1"):
            answer = world.client(who).get(f"{patient.record}/{part}")
            assert PART2 not in answer.headers, (who.name, part)
            assert BODY not in answer.json


# Dates at the ends of time ---------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("query", ["since=0001-01-01", "through=9999-12-31", "since=9999-12-31&through=9999-12-31"])
@pytest.mark.parametrize("part", ["accounting", "accounting.csv", "accounting.html", "access-log", "access-log.csv"])
def test_no_period_breaks_a_log(world: World, part: str, query: str, zone: str) -> None:
    patient = world.patient(time_zone=zone)
    assert world.client(patient).get(f"{patient.record}/{part}?{query}").status_code in {200, 422}


# Worlds that differ only in what is hidden ----------------------------------------------------------------


PATIENTS_PLACES = (
    "notes", "shared-record", "team", "sharing", "consents", "restrictions", "label-reviews", "access-log",
    "access-log.csv", "access-log?class=psychotherapy_note", "access-log?why=release", "access-log?why=author",
    "access-log?outcome=changed", "access-log?limit=2", "accounting", "accounting.csv", "accounting.html",
    "decisions?class=psychotherapy_note", "emergency-access", "representations", "cases", "",
)  # fmt: skip


def patients_view(world: World, patient: Person, revoked: Any, actors: tuple[Person, ...]) -> list[Any]:
    """All that the patient gets, without a trace of the looking."""
    receipt = f"consents/{revoked.id}/revocation"
    with time_machine.travel(world.now + timedelta(seconds=5), tick=False), asking(world) as ask:
        parts = [*PATIENTS_PLACES, receipt, f"{receipt}.html"]
        parts += [f"decisions?class=psychotherapy_note&actor={who.user_id}" for who in actors]
        parts += [f"access-log?actor_id={who.user_id}" for who in actors]
        addresses = [f"{patient.record}/{part}".rstrip("/") for part in parts]
        found = [ask(patient, "GET", address) for address in (*addresses, "/api/v1/me/notices", "/api/v1/patients")]
        document = {
            "kind": "psychotherapy_notes",
            "disclosers": [f"member:{actors[0].user_id}"],
            "recipients": [f"member:{actors[1].user_id}"],
            "classes": ["psychotherapy_note"],
        }
        bodies: dict[str, Any] = {
            "consents": document,
            "revocations": {},
            "restrictions": {"against": "anyone", "item_class": "psychotherapy_note"},
        }
        found += [ask(patient, "POST", f"{patient.record}/{p}/preview", json=b) for p, b in bodies.items()]
        return [shown(asked.answer) for asked in found]


def test_special_notes_that_were_not_released_change_no_byte_of_what_the_patient_gets(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    gone = authorised(world, patient, therapist, prescriber)
    for kind in (PSYCHOTHERAPY, COUNSELING):
        authorised(world, patient, therapist, prescriber, kind, labels=list(Label))
    world.note(patient, therapist)
    world.client(prescriber).get(f"{patient.record}/notes")
    assert world.client(patient).post(f"{patient.record}/consents/{gone.id}/revocation", {}).status_code == 200
    people = (therapist, prescriber)
    before = patients_view(world, patient, gone, people)
    keep_special_notes(world, patient, therapist, prescriber)
    after = patients_view(world, patient, gone, people)
    for one, other in zip(before, after, strict=True):
        assert other == one


def keep_special_notes(world: World, patient: Person, therapist: Person, prescriber: Person) -> None:
    """Do everything with special notes that their author and their readers do."""
    author, notes = world.client(therapist), f"{patient.record}/notes"
    for body in (DRAFT, {**DRAFT, "kind": "sud_counseling_note"}):
        made = author.post(notes, body)
        at = f"{notes}/{made.json['id']}"
        assert author.patch(at, {"title": "Silence"}, version=1).status_code == 200
        assert author.post(f"{at}/signature", version=2).status_code == 200
        assert author("PUT", f"{patient.record}/items/{made.json['id']}/labels/hiv", version=3).status_code == 200
        to = author.post(f"{at}/releases", {"to": f"member:{prescriber.user_id}"})
        assert to.status_code == 201
        for part in ("", "/releases", f"/releases/{to.json['id']}", "/access-log"):
            author.get(f"{at}{part}")
        author.get(f"{patient.record}/items/{made.json['id']}/labels")
        assert world.client(prescriber).get(at).status_code == 200
        assert author.post(f"{at}/addenda", {"body": "More."}, version=4).status_code == 201
        assert author.post(f"{at}/releases/{to.json['id']}/withdrawal").status_code == 200
        assert author.post(f"{at}/entered-in-error", {"reason": "Wrong."}, version=5).status_code == 200


MEMBERS_PLACES = (
    "decisions?class=progress_note", "decisions?class=psychotherapy_note", "decisions?class=allergy", "accounting",
    "accounting.csv", "accounting.html", "access-log", "access-log.csv", "emergency-access", "representations", "cases",
    "notes", "medications", "medication-pairs", "shared-record", "sharing", "team", "consents", "restrictions",
    "label-reviews", "",
)  # fmt: skip


@pytest.mark.parametrize("who", ["therapist", "former", "upcoming", "stranger", "asked", "representative"])
def test_what_is_hidden_changes_no_byte_of_any_new_place(world: World, who: str) -> None:
    patient, therapist, prescriber = world.trio()
    day = timedelta(days=1)
    people = {
        "therapist": therapist,
        **{name: world.therapist(f"{name} person") for name in ("former", "upcoming", "stranger", "asked")},
    }
    people["representative"] = world.user("Rita Rep")
    world.acts_for(patient, people["representative"], classes=[ItemClass.PROGRESS_NOTE], powers=[Power.READ], labels=())
    world.join(patient, people["former"], Role.THERAPIST, ended_at=world.now - day)
    world.join(patient, people["upcoming"], Role.THERAPIST, valid_from=world.now + day)
    world.join(patient, people["asked"], Role.THERAPIST, patient_agreed_at=None)
    world.consent(patient, recipients=["role:therapist"], disclosers=OPEN)
    authorised(world, patient, prescriber, therapist)
    shared = world.note(patient, prescriber)
    hidden = [special(world, patient, prescriber), world.note(patient, prescriber, labels=HIV)]

    def told() -> list[Any]:
        asked = [*MEMBERS_PLACES, *(f"decisions?item={i.id}" for i in (shared, *hidden))]
        addresses = [f"{patient.record}/{part}".rstrip("/") for part in asked]
        with time_machine.travel(world.now + timedelta(seconds=5), tick=False), asking(world) as ask:
            answers = [ask(people[who], "GET", a) for a in (*addresses, "/api/v1/me/notices", "/api/v1/patients")]
        return [shown(one.answer) for one in answers]

    before = told()
    release_row(world, patient, prescriber, hidden[0], None)
    special(world, patient, prescriber, status=NoteStatus.DRAFT, signed_at=None)
    other = world.prescriber("Olive Other")
    release_row(world, patient, prescriber, hidden[0], other)
    for labels in (HIV, SUBSTANCE_USE):
        world.note(patient, prescriber, labels=labels, part2=labels == SUBSTANCE_USE)
        world.medication(patient, patient, labels=labels, source=MedicationSource.PATIENT)
    world.restriction(patient, item_class=ItemClass.ALLERGY)
    world.restriction(patient, against_user_id=therapist.user_id, item_id=hidden[1].id)
    world.consent(patient, recipients=[f"member:{prescriber.user_id}"], labels=list(Label))
    world.consent(patient, recipients=[f"member:{prescriber.user_id}"], status=ConsentStatus.DRAFT, signed_at=None)
    world.join(patient, other, Role.PRESCRIBER, patient_agreed_at=None)
    world.client(patient).get(f"{patient.record}/shared-record")
    world.client(patient).post(f"{patient.record}/restrictions/preview", {"against": "anyone", "item_class": "measure"})
    after = told()
    for address, one, two in zip(
        [*MEMBERS_PLACES, "shared", "special", "labelled", "notices", "patients"], before, after, strict=True
    ):
        assert two == one, address


# A FHIR Consent --------------------------------------------------------------------------------------------


def fhir(world: World, who: Person, patient: Person, tess: Person, item: Any) -> Any:
    """Send a Consent that permits and denies this item."""
    resource = consent(
        permit(
            actor=[actor("Practitioner/tess")],
            period={"end": "2099-01-01"},
            provision=[deny(data=[instance()]), deny(securityLabel=[coding(ACT_CODE, "ETH")])],
        )
    )
    named = (
        f"Patient/17=patient Organization/3=record Practitioner/tess=member:{tess.user_id} Observation/5=item:{item}"
    )
    return world.client(who).post(f"{patient.record}/consents/fhir", resource, query_string={"parties": named})


def test_a_fhir_consent_tells_a_member_nothing_of_an_item(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.patient("Noor Haddad")
    hidden, elsewhere = world.note(patient, prescriber, labels=HIV), world.note(other, prescriber)
    answers = [fhir(world, therapist, patient, prescriber, i) for i in (hidden.id, elsewhere.id, uuid4())]
    told = {(a.status_code, a.text.replace(str(a.json.get("request_id")), "")) for a in answers}
    assert len(told) == 1, told
    assert answers[0].status_code == 422


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"resourceType": "Consent", "x": ' + "[" * 5000 + "]" * 5000 + "}",
        "1e400",
        '{"resourceType":"Consent","id":"\\ud800"}',
    ],
)
def test_no_fhir_body_breaks_the_door(world: World, raw: str) -> None:
    patient, _, _ = world.trio()
    answer = world.client(patient)(
        "POST",
        f"{patient.record}/consents/fhir",
        data=raw,
        headers={"Content-Type": "application/fhir+json"},
        query_string={"parties": "Patient/17=patient"},
    )
    assert answer.status_code in {400, 422}


def test_a_huge_fhir_body_is_refused(world: World) -> None:
    patient, _, _ = world.trio()
    answer = world.client(patient)(
        "POST",
        f"{patient.record}/consents/fhir",
        data=b" " * 3_000_000,
        headers={"Content-Type": "application/fhir+json"},
        query_string={"parties": "Patient/17=patient"},
    )
    assert answer.status_code == 413


# Pages ----------------------------------------------------------------------------------------------------


def test_no_name_becomes_markup_or_a_formula(world: World) -> None:
    evil = '=HYPERLINK("//x")<script>alert(1)</script>'
    patient, prescriber = world.patient("<img src=x onerror=alert(1)>"), world.prescriber(evil)
    world.join(patient, prescriber, Role.PRESCRIBER)
    given = world.consent(patient, disclosers=OPEN)
    world.medication(patient, patient, source=MedicationSource.PATIENT)
    world.client(prescriber).get(f"{patient.record}/medications")
    client = world.client(patient)
    client.post(f"{patient.record}/consents/{given.id}/revocation", {"reason": "<b onclick=x>"})
    for part in ("accounting.html", f"consents/{given.id}/revocation.html"):
        answer = client.get(f"{patient.record}/{part}")
        assert answer.status_code == 200
        assert not [tag for tag in ("<script", "<img", "<b ") if tag in answer.text]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "\n=" not in client.get(f"{patient.record}/accounting.csv").text.replace(",=", "\n=")


# Naming a special note, or a draft ---------------------------------------------------------------------------

NO: dict[str, Any] = {"against": "anyone"}
SHARING: dict[str, Any] = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["progress_note"]}
NAMING: dict[str, Callable[[Any, str, str], Any]] = {
    "itself": lambda c, r, i: c.get(f"{r}/notes/{i}"),
    "why": lambda c, r, i: c.get(f"{r}/decisions?item={i}"),
    "why as a class of it": lambda c, r, i: c.get(f"{r}/decisions?item={i}&as_of=2026-11-01T00:00:00Z"),
    "its releases": lambda c, r, i: c.get(f"{r}/notes/{i}/releases"),
    "a release": lambda c, r, i: c.get(f"{r}/notes/{i}/releases/{i}"),
    "releasing": lambda c, r, i: c.post(f"{r}/notes/{i}/releases", {"to": "patient"}),
    "taking back": lambda c, r, i: c.post(f"{r}/notes/{i}/releases/{i}/withdrawal"),
    "moving": lambda c, r, i: c.post(f"{r}/notes/{i}/moves", {"spans": [{"start": 0, "end": 2}]}, version=1),
    "its log": lambda c, r, i: c.get(f"{r}/notes/{i}/access-log"),
    "its labels": lambda c, r, i: c.get(f"{r}/items/{i}/labels"),
    "labelling": lambda c, r, i: c("PUT", f"{r}/items/{i}/labels/hiv", version=1),
    "part2": lambda c, r, i: c("PUT", f"{r}/items/{i}/part2", version=9),
    "its review": lambda c, r, i: c.get(f"{r}/items/{i}/label-review"),
    "an addendum": lambda c, r, i: c.post(f"{r}/notes/{i}/addenda", {"body": "x"}, version=1),
    "signing": lambda c, r, i: c.post(f"{r}/notes/{i}/signature", version=7),
    "in error": lambda c, r, i: c.post(f"{r}/notes/{i}/entered-in-error", {"reason": "x"}, version=1),
    "restricting": lambda c, r, i: c.post(f"{r}/restrictions", {**NO, "item_id": i}),
    "restricting, seen before": lambda c, r, i: c.post(f"{r}/restrictions/preview", {**NO, "item_id": i}),
    "an exception": lambda c, r, i: c.post(f"{r}/consents", {**SHARING, "exceptions": {"items": [i], "holders": []}}),
    "an exception, seen before": lambda c, r, i: c.post(
        f"{r}/consents/preview", {**SHARING, "exceptions": {"items": [i], "holders": []}}
    ),
    "as a medication": lambda c, r, i: c.get(f"{r}/medications/{i}"),
    "as a consent": lambda c, r, i: c.get(f"{r}/consents/{i}"),
    "questioning it": lambda c, r, i: c.post(f"{r}/access-log/{i}/question", {"text": "Why?"}),
}


@pytest.mark.parametrize("what", ["a special note", "a draft"])
@pytest.mark.parametrize("who", ["patient", "prescriber", "former", "representative"])
def test_no_address_tells_a_note_of_its_authors_alone_from_none(world: World, who: str, what: str) -> None:
    patient, therapist, prescriber = world.trio()
    former, rep = world.prescriber("Fay Former"), world.user("Rita Rep")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now - timedelta(days=1))
    world.acts_for(patient, rep)
    world.consent(patient)
    draft: dict[str, Any] = {"status": NoteStatus.DRAFT, "signed_at": None}
    secret = special(world, patient, therapist) if what == "a special note" else world.note(patient, therapist, **draft)
    people = {"patient": patient, "prescriber": prescriber, "former": former, "representative": rep}
    hidden_id = str(secret.id)
    for how, ask in NAMING.items():
        client, absent_id = world.client(people[who]), str(uuid4())
        hidden, absent = (ask(client, patient.record, i) for i in (hidden_id, absent_id))
        told = [_alike(a, i) for a, i in ((hidden, hidden_id), (absent, absent_id))]
        assert told[0] == told[1], how
    said = [
        event["sentence"] for event in world.client(patient).get(f"{patient.record}/access-log?limit=100").json["items"]
    ]
    assert not [one for one in said if "release" in one or "psycho" in one]


def _alike(answer: Any, named: str) -> tuple[int, str]:
    body = {
        k: v for k, v in (answer.json or {}).items() if k not in {"request_id", "as_of", "previewed_at", "begins_at"}
    }
    return answer.status_code, str(body).replace(named, "")


# Notices ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["a restriction", "taking it back", "revoking"])
def test_no_notice_tells_of_a_special_note_that_its_reader_may_not_read_now(world: World, how: str) -> None:
    patient, therapist, prescriber = world.trio()
    given, note = authorised(world, patient, therapist, prescriber), special(world, patient, therapist)
    reader = world.client(prescriber)
    before = reader.get("me/notices").json
    release = released(world, patient, therapist, note, prescriber)
    assert [one["kind"] for one in reader.get("me/notices").json["items"]] == ["note_released"]
    if how == "a restriction":
        world.restriction(patient, against_user_id=prescriber.user_id, item_id=note.id)
    elif how == "taking it back":
        world.client(therapist).post(f"{place(patient, note)}/releases/{release['id']}/withdrawal")
    else:
        world.client(patient).post(f"{patient.record}/consents/{given.id}/revocation", {})
    after = reader.get("me/notices").json
    assert "note_released" not in [one["kind"] for one in after["items"]]
    assert after["unread"] == len(after["items"]) + before["unread"]
