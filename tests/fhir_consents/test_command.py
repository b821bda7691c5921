"""`import-consent`: explained to an operator, and requested in a member's name; nobody but the patient signs."""

import json
from pathlib import Path

from click.testing import Result

from tests.fhir_consents.samples import Rule, consent, deny, permit
from tests.fhir_consents.test_door import FUTURE, NOT_ETH, PERIOD, rows
from tests.world import Person, World

PARTIES = "Patient/17=patient Organization/3=record"


def command(world: World, folder: Path, resource: Rule, patient: Person, *more: str) -> Result:
    """Run the command on a file with this resource."""
    file = folder / "consent.json"
    file.write_text(json.dumps(resource))
    world.session.rollback()
    arguments = [str(file), "--patient", patient.email, "--parties", PARTIES, *more]
    return world.app.test_cli_runner().invoke(args=["import-consent", *arguments])


def test_it_explains_what_a_consent_says_and_writes_nothing(world: World, tmp_path: Path) -> None:
    patient, *_ = world.trio()
    before = rows(world)
    done = command(world, tmp_path, consent(permit(period=PERIOD, provision=[NOT_ETH])), patient)
    assert done.exit_code == 0, done.output
    assert "disclosers patient, team; recipients role:prescriber, role:therapist" in done.output
    assert "Nothing was written." in done.output
    assert rows(world) == before


def test_it_says_where_and_why_a_consent_cannot_be_said(world: World, tmp_path: Path) -> None:
    patient, *_ = world.trio()
    done = command(world, tmp_path, consent(permit()), patient)
    assert done.exit_code == 1
    assert "Consent.provision.period: missing" in done.output
    named = command(world, tmp_path, consent(permit()), patient, "--valid-until", "2099-01-01")
    assert (named.exit_code, "2099-01-01 00:00:00+00:00" in named.output) == (0, True)


def test_a_request_in_a_members_name_waits_for_the_patient(world: World, tmp_path: Path) -> None:
    patient, tess, _ = world.trio()
    rule = permit(period=PERIOD, provision=[NOT_ETH])
    done = command(world, tmp_path, consent(rule), patient, "--requested-by", tess.email)
    assert done.exit_code == 0, done.output
    (asked,) = world.client(patient).get(f"{patient.record}/consents").json["items"]
    assert (asked["status"], asked["asked"]["requested_by"]) == ("requested", str(tess.user_id))
    assert asked["signature"] is None
    assert asked["valid_until"] < FUTURE.replace("01-01", "01-03")


def test_nobody_drafts_or_says_no_in_the_patients_name(world: World, tmp_path: Path) -> None:
    patient, tess, _ = world.trio()
    before = rows(world)
    rule = permit(period=PERIOD, provision=[NOT_ETH])
    done = command(world, tmp_path, consent(rule), patient, "--requested-by", patient.email)
    assert (done.exit_code, "in person" in done.output) == (1, True)
    said_no = command(world, tmp_path, consent(deny()), patient, "--requested-by", tess.email)
    assert (said_no.exit_code, "only the patient says no" in said_no.output) == (1, True)
    assert rows(world) == before
