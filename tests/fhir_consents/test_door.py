"""The door for Consents of other systems: drafts, requests and restrictions, or a refusal that leaves nothing."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from careteam.errors import Conflict
from careteam.models import AccessEvent, Consent, Restriction
from careteam.policy.vocabulary import Label, Role, TermsFor
from careteam.services.consents import from_fhir, terms
from careteam.services.consents.reading import changed
from tests.consent.acts import notes_seen, signed
from tests.fhir_consents.samples import ACT_CODE, Rule, actor, coding, consent, deny, instance, permit, reference
from tests.importing.kit import post
from tests.world import Person, World

NOT_ETH = deny(securityLabel=[coding(ACT_CODE, "ETH")])
"""Leaves out what is signed with the terms of 42 CFR Part 2."""
FUTURE = "2099-01-01T00:00:00Z"
PERIOD = {"end": "2099-01-01"}


def names(people: tuple[Person, Person, Person], **more: str) -> dict[str, str]:
    """Whom the references of the samples mean in this world."""
    _, tess, paul = people
    members = {"Practitioner/tess": f"member:{tess.user_id}", "Practitioner/paul": f"member:{paul.user_id}"}
    return {"Patient/17": "patient", "Organization/3": "record", **members, **more}


def sent(world: World, who: Person, patient: Person, resource: Rule, named: Mapping[str, str], **query: str) -> Any:
    """Send a resource to the patient's record, with the parties that stand in it."""
    parties = " ".join(f"{to}={party}" for to, party in named.items() if f"'{to}'" in str(resource))
    address = f"{patient.record}/consents/fhir"
    return world.client(who).post(address, resource, query_string={"parties": parties, **query})


def rows(world: World) -> tuple[int, ...]:
    """How many consents, restrictions and changes there are."""
    session = world.session
    changes = select(func.count()).select_from(AccessEvent).where(AccessEvent.outcome == "changed")
    found = [select(func.count()).select_from(model) for model in (Consent, Restriction)]
    counted = tuple(int(session.scalar(query) or 0) for query in (*found, changes))
    session.rollback()
    return counted


def test_a_permit_becomes_a_draft_that_opens_something_once_the_patient_signed_it(world: World) -> None:
    people = patient, tess, paul = world.trio()
    note = world.note(patient, paul)
    resource = consent(permit(actor=[actor("Practitioner/tess")], period=PERIOD, provision=[NOT_ETH]))
    made = sent(world, patient, patient, resource, names(people))
    assert made.status_code == 201, made.json
    (consent_id,) = made.json["consents"]
    assert made.headers["Location"] == f"{patient.record}/consents/{consent_id}"
    assert notes_seen(world, tess, patient) == set()
    draft = world.client(patient).get(made.headers["Location"]).json
    assert (draft["status"], draft["recipients"]) == ("draft", [f"member:{tess.user_id}"])
    assert set(draft["labels"]) == set(Label) - {Label.SUBSTANCE_USE}
    signed(world, patient, draft)
    assert notes_seen(world, tess, patient) == {str(note.id)}


def test_what_permits_everything_names_every_label_and_is_signed_with_the_terms_of_part_2(world: World) -> None:
    people = patient, *_ = world.trio()
    made = sent(world, patient, patient, consent(permit(period=PERIOD)), names(people))
    draft = world.client(patient).get(made.headers["Location"]).json
    assert set(draft["labels"]) == set(Label)
    assert draft["terms"]["sha256"] == terms.current(TermsFor.SUBSTANCE_USE).sha256


def test_a_member_requests_it_and_sees_what_was_asked(world: World) -> None:
    people = patient, tess, _ = world.trio()
    resource = consent(permit(provision=[NOT_ETH]))
    made = sent(world, tess, patient, resource, names(people), valid_until=FUTURE)
    assert made.status_code == 201, made.json
    asked = world.client(tess).get(made.headers["Location"]).json
    assert (asked["status"], asked["asked"]["requested_by"]) == ("requested", str(tess.user_id))
    assert asked["asked"]["valid_until"] == FUTURE


def test_what_is_permitted_on_several_spans_of_days_is_several_drafts(world: World) -> None:
    people = patient, *_ = world.trio()
    hole = deny(dataPeriod={"start": "2022-01-01", "end": "2022-12-31"})
    made = sent(world, patient, patient, consent(permit(period=PERIOD, provision=[NOT_ETH, hole])), names(people))
    assert len(made.json["consents"]) == 2
    assert made.headers["Location"] == f"{patient.record}/consents"


def test_a_denial_holds_at_once_and_says_no_against_every_consent(world: World) -> None:
    people = patient, tess, paul = world.trio()
    note = world.note(patient, paul)
    world.consent(patient)
    assert notes_seen(world, tess, patient) == {str(note.id)}
    resource = consent(deny(actor=[actor("Practitioner/paul", "CST")]))
    made = sent(world, patient, patient, resource, names(people))
    assert made.status_code == 201, made.json
    assert len(made.json["restrictions"]) == 1
    assert notes_seen(world, tess, patient) == set()
    assert notes_seen(world, paul, patient) == {str(note.id)}


def test_only_the_patient_says_no(world: World) -> None:
    people = patient, tess, _ = world.trio()
    before = rows(world)
    made = sent(world, tess, patient, consent(deny()), names(people))
    assert made.status_code == 422
    assert list(made.json["errors"]) == ["Consent.provision"]
    assert rows(world) == before


REFUSED = [
    (consent(permit(period=PERIOD), policyRule={"text": "opt in"}), "Consent.policyRule"),
    (consent(permit()), "Consent.provision.period"),
    (consent(permit(period=PERIOD, actor=[actor("Practitioner/9")])), "Consent.provision.actor[0].reference.reference"),
    (consent(permit(period=PERIOD), patient=reference("Patient/18")), "Consent.patient.reference"),
    ({"resourceType": "Bundle", "id": "Patient/17", "type": "collection"}, "$.resourceType"),
]


@pytest.mark.parametrize(("resource", "path"), REFUSED)
def test_a_refusal_names_the_place_and_leaves_nothing_behind(world: World, resource: Rule, path: str) -> None:
    people = patient, *_ = world.trio()
    before = rows(world)
    made = sent(world, patient, patient, resource, names(people))
    assert (made.status_code, list(made.json["errors"])) == (422, [path])
    assert rows(world) == before


def test_an_item_of_another_record_is_refused_like_none(world: World) -> None:
    people = patient, _, paul = world.trio()
    other = world.note(world.patient("Noor Haddad"), paul)
    before = rows(world)
    for rule in (permit(period=PERIOD, provision=[NOT_ETH, deny(data=[instance()])]), deny(data=[instance()])):
        named = names(people, **{"Observation/5": f"item:{other.id}"})
        made = sent(world, patient, patient, consent(rule), named)
        assert (made.status_code, list(made.json["errors"])) in [(422, ["exceptions"]), (422, ["item_id"])]
        assert rows(world) == before


def test_what_fails_after_the_first_draft_takes_the_first_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = patient, *_ = world.trio()
    written: list[object] = []

    def fails_at_the_second(*arguments: Any) -> Any:
        written.append(arguments)
        if len(written) == 2:
            raise Conflict("as in a race")
        return changed(*arguments)

    monkeypatch.setattr(from_fhir, "changed", fails_at_the_second)
    before, hole = rows(world), deny(dataPeriod={"start": "2022-01-01", "end": "2022-12-31"})
    made = sent(world, patient, patient, consent(permit(period=PERIOD, provision=[NOT_ETH, hole])), names(people))
    assert (made.status_code, len(written)) == (409, 2)
    assert rows(world) == before


def test_somebody_who_was_never_in_the_team_is_refused_like_nobody(world: World) -> None:
    people = patient, *_ = world.trio()
    stranger = world.therapist("Stella Ng")
    resource = consent(permit(period=PERIOD, provision=[NOT_ETH], actor=[actor("Practitioner/9")]))
    made = sent(world, patient, patient, resource, names(people, **{"Practitioner/9": f"member:{stranger.user_id}"}))
    assert (made.status_code, list(made.json["errors"])) == (422, ["recipients"])


def test_to_strangers_and_former_members_the_door_is_like_every_other(world: World) -> None:
    people = patient, *_ = world.trio()
    stranger, former = world.therapist("Stella Ng"), world.therapist("Fay Lund")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    resource = consent(permit(period=PERIOD))
    assert sent(world, stranger, patient, resource, names(people)).status_code == 404
    assert sent(world, former, patient, resource, names(people)).status_code == 403


PARTIES = [
    "Patient/17",
    "=patient",
    "Patient/17=somebody",
    "Patient/17=member:7",
    "Patient/17=patient:7",
    "a=item",
    "a=b=c",
]


@pytest.mark.parametrize("parties", [*PARTIES, "Patient/17=patient Patient/17=patient"])
def test_parties_that_cannot_be_read_are_refused(world: World, parties: str) -> None:
    patient, *_ = world.trio()
    address = f"{patient.record}/consents/fhir"
    made = world.client(patient).post(address, consent(permit()), query_string={"parties": parties})
    assert (made.status_code, list(made.json["errors"])) == (422, ["parties"])


KINDS = {"application/fhir+json": 201, "application/json": 201, "text/plain": 415, "application/fhir+xml": 415}


@pytest.mark.parametrize(("kind", "status"), KINDS.items())
def test_the_body_is_fhir_or_json_and_nothing_else(world: World, kind: str, status: int) -> None:
    patient, *_ = world.trio()
    address = f"{patient.record}/consents/fhir?parties=Patient/17%3Dpatient%20Organization/3%3Drecord"
    resource = consent(permit(period=PERIOD, provision=[NOT_ETH]))
    assert world.client(patient).post(address, resource, content_type=kind).status_code == status


def test_a_consent_in_a_bundle_is_left_out_and_the_report_says_what_to_do(world: World) -> None:
    patient, tess, paul = world.trio()
    maya = {"resourceType": "Patient", "id": "17", "name": [{"text": patient.name}], "birthDate": "1990-05-17"}
    entries = [{"resource": maya}, {"resource": consent(permit(period=PERIOD))}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    told = post(world, tess, bundle, pair=(tess, paul), patient_id=patient.patient_id).json
    (part,) = [part for part in told["resources"] if part["resource_type"] == "Consent"]
    assert (part["taken"], part["kept"], len(part["skipped"])) == (0, 0, 1)
    assert "import it by itself" in part["skipped"][0]["reason"]
    assert rows(world)[:2] == (0, 0)
