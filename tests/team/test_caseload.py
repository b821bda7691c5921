"""The caseload: who is on it, found by name, with what is shared, in a fixed number of statements."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, Patient
from careteam.policy.vocabulary import ItemClass, MembershipKind, Role
from careteam.services.names import LONGEST_KEY, name_key
from tests.queries import statements
from tests.team.inviting import brought
from tests.world import LONG_AGO, Person, World

STATES = ("current", "upcoming", "former", "unclaimed")


def names(world: World, who: Person, query: str = "") -> list[str]:
    answer = world.client(who).get(f"patients{query}")
    assert answer.status_code == 200, answer.json
    return [row["name"] for row in answer.json["items"]]


def several(world: World, therapist: Person) -> list[Person]:
    """One patient in every state that a membership of this therapist can have."""
    later = world.now + timedelta(days=3)
    cases: dict[str, dict[str, Any]] = {
        "Cora Current": {},
        "Uma Upcoming": {
            "kind": MembershipKind.COVERING,
            "valid_from": later,
            "valid_until": later + timedelta(days=1),
        },
        "Fay Former": {"ended_at": world.now},
        "Lea Lapsed": {"kind": MembershipKind.COVERING, "valid_from": LONG_AGO, "valid_until": world.now},
        "Pia Proposed": {"patient_agreed_at": None},
        "Dee Declined": {"declined_at": world.now},
        "Wanda Withdrawn": {"clinician_accepted_at": None, "ended_at": world.now},
    }
    people = []
    for name, values in cases.items():
        people.append(world.patient(name))
        world.join(people[-1], therapist, Role.THERAPIST, **values)
    people += [world.patient("Sue Stranger"), brought(world, (therapist, Role.THERAPIST), name="Uri Unclaimed")]
    return people


def test_each_list_holds_those_to_whom_the_clinician_stands_like_that(world: World) -> None:
    therapist = world.therapist()
    several(world, therapist)
    found = {state: names(world, therapist, f"?state={state}") for state in STATES}
    assert found == {
        "current": ["Cora Current"],
        "upcoming": ["Uma Upcoming"],
        "former": ["Fay Former", "Lea Lapsed"],
        "unclaimed": ["Uri Unclaimed"],
    }
    assert names(world, therapist) == found["current"]


@pytest.mark.parametrize("verified", [True, False])
def test_the_lists_together_are_exactly_who_can_be_read_singly(world: World, verified: bool) -> None:
    therapist = world.therapist(verified=verified)
    people = several(world, therapist)
    client = world.client(therapist)
    listed = {row["id"]: row for state in STATES for row in client.get(f"patients?state={state}").json["items"]}
    single = {str(p.patient_id): client.get(p.record) for p in people}
    assert listed.keys() == {i for i, answer in single.items() if answer.status_code == 200}
    assert bool(listed) is verified
    for patient_id, row in listed.items():
        shown = single[patient_id].json
        assert {k: row[k] for k in row.keys() & shown.keys()} == {k: shown[k] for k in row.keys() & shown.keys()}


def test_a_patient_finds_their_own_record_and_nobody_elses(world: World) -> None:
    patient, _, _ = world.trio()
    world.patient("Ola Other")
    (row,) = world.client(patient).get("patients").json["items"]
    assert (row["id"], row["own"], row["standing"], row["roles"], row["sharing"]) == (
        str(patient.patient_id),
        True,
        None,
        [],
        [],
    )
    assert names(world, patient, "?state=former") == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_administrators_and_privacy_officers_have_no_patients(world: World, role: Role) -> None:
    _, therapist, _ = world.trio()
    person = world.staff("Ada", role, practice_id=therapist.practice_id)
    assert [names(world, person, f"?state={state}") for state in STATES] == [[], [], [], []]


def test_each_patient_comes_with_what_is_shared_by_whom(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.patient("Ola Other")
    world.join(other, prescriber, Role.PRESCRIBER)
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"])
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.ALLERGY, ItemClass.MEDICATION])
    world.restriction(patient, item_class=ItemClass.MEDICATION, holder=f"member:{therapist.user_id}")
    first, second = world.client(prescriber).get("patients").json["items"]
    assert first["shared"] == ["allergy", "medication", "progress_note"]
    assert {h["name"]: h["shared"] for h in first["sharing"]} == {
        "the patient": ["allergy", "medication"],
        "Tess Okafor": ["progress_note"],
    }
    assert (second["name"], second["shared"]) == ("Ola Other", [])


def test_a_former_member_learns_nothing_of_the_team_or_the_sharing(world: World) -> None:
    patient, therapist, _ = world.trio()
    former = world.prescriber("Fred Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now)
    world.consent(patient)
    answer = world.client(former).get("patients?state=former")
    assert (answer.json["items"][0]["sharing"], answer.json["items"][0]["shared"]) == ([], [])
    assert therapist.name not in answer.text


SEARCHES: list[tuple[str, list[str]]] = [
    ("muller", ["Søren MÜLLER"]),
    ("MÜLLER", ["Søren MÜLLER"]),
    ("soren mu", ["Søren MÜLLER"]),
    ("llison", ["Maya Ellison"]),
    ("strasse", ["Ana Straße"]),
    ("o'brien", ["Zoë O'Brien"]),
    ("zoe", ["Zoë O'Brien"]),
    ("%", ["100% Real"]),
    ("_", ["Under_score"]),
    ("\\", ["Back\\slash"]),
    ("/", []),
    ("nobody", []),
    ("' OR 1=1 --", []),
]


@pytest.mark.parametrize(("searched", "found"), SEARCHES)
def test_a_name_is_found_without_case_and_accents_and_signs_are_only_signs(
    world: World, searched: str, found: list[str]
) -> None:
    therapist = world.therapist()
    for name in (
        "Maya Ellison",
        "Søren MÜLLER",
        "Zoë O'Brien",
        "Ana Straße",
        "100% Real",
        "Under_score",
        "Back\\slash",
    ):
        brought(world, (therapist, Role.THERAPIST), name=name, name_key=name_key(name))
    answer = world.client(therapist).get("patients", query_string={"state": "unclaimed", "name": searched})
    assert [row["name"] for row in answer.json["items"]] == found


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  Zoë   O'Brien ", "zoe o'brien"),
        ("İpek Işık", "ipek isik"),
        ("Ǣlfred Łukasz Đorđe", "aelfred lukasz dorde"),
        ("ﬃne Ⅳ", "ffine iv"),
        ("李小龍", "李小龍"),
        ("e\u0301", "e"),
        ("ﷺ" * 200, ("صلى الله عليه وسلم" + "صلى الله عليه وسلم" * 199)[:LONGEST_KEY]),
    ],
)
def test_a_name_has_one_key_however_it_is_typed(name: str, key: str) -> None:
    assert name_key(name) == key


def test_pages_hold_everybody_once_in_the_order_of_names(world: World) -> None:
    therapist = world.therapist()
    for name in ("Eva", "Émile", "eric", "Anna", "Zoe", "Anna", "Bo"):
        brought(world, (therapist, Role.THERAPIST), name=name, name_key=name_key(name))
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        answer = world.client(therapist).get(f"patients?state=unclaimed&limit=2{cursor}")
        seen += [row["name"] for row in answer.json["items"]]
        cursor = f"&cursor={answer.json['next']}"
    assert seen == ["Anna", "Anna", "Bo", "Émile", "eric", "Eva", "Zoe"]
    assert answer.json["next"] is None
    assert world.client(therapist).get("patients?cursor=nonsense").status_code == 422


def test_the_number_of_statements_does_not_grow_with_the_caseload(world: World) -> None:
    therapist = world.therapist()
    counts = []
    for size in (1, 12):
        for number in range(size):
            patient = world.patient(f"Person {size} {number}")
            world.join(patient, therapist, Role.THERAPIST)
            world.join(patient, world.prescriber(f"Dr {size} {number}"), Role.PRESCRIBER)
            world.consent(patient)
        with statements(world.app) as sent:
            assert len(names(world, therapist)) == (1 if size == 1 else 13)
        counts.append(len(sent))
    assert counts[0] == counts[1] == 20


def test_listing_is_one_event_that_names_no_patient(world: World) -> None:
    patient, therapist, _ = world.trio()
    names(world, therapist)
    row = world.session.execute(select(AccessEvent)).scalar_one()
    assert (row.act, row.patient_id, row.actor_id, row.items) == ("list-patients", None, therapist.user_id, 0)
    assert world.session.get(Patient, patient.patient_id) is not None
