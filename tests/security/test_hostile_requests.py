"""Requests that nobody of good will sends."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from careteam.models import ApiToken
from careteam.policy.vocabulary import ItemClass, Role
from config import Settings, problems
from tests.fhir_reading.samples import bundle, request
from tests.fhir_reading.samples import patient as fhir_patient
from tests.importing.kit import linked, post
from tests.security.asking import asking
from tests.security.test_id_swap import Swaps
from tests.security.test_mass_assignment import UNSAFE
from tests.world import World


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "~", "", "'; --", "x" * 500], ids=repr)
def test_a_forged_cursor_is_no_fault_of_ours(world: World, text: str) -> None:
    patient, therapist, _ = world.trio()
    world.join(world.patient("Zoe Zimmer"), therapist, Role.THERAPIST)
    place = f">s:{text}~uuid:{patient.patient_id}"
    forged = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    answer = world.client(therapist).get("patients", query_string={"cursor": forged})
    assert answer.status_code == 422


def test_a_read_only_token_changes_nothing_by_any_method(world: World) -> None:
    swaps = Swaps(world)
    world.session.execute(update(ApiToken).values(writes=False))
    world.session.commit()
    wrong, asked = list[str](), 0
    with asking(world) as ask:
        for _, route, thing, actor in swaps.acts():
            signs_in = getattr(world.app.view_functions[route.endpoint], "signs_in", False)
            if route.method in UNSAFE and actor != "anonymous" and not signs_in:
                status, asked = swaps.send(ask, route, actor, swaps.ids(thing)).answer.status_code, asked + 1
                wrong += [] if status == 403 else [f"{route} as {actor}: {status}"]
    assert not wrong, wrong
    assert asked


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_is_what_the_request_line_says(world: World, header: str) -> None:
    patient, *_ = world.trio()
    made = world.restriction(patient, item_class=ItemClass.MEDICATION)
    address = f"{patient.record}/restrictions/{made.id}"
    world.client(patient).get(f"{address}?_method=DELETE", headers={header: "DELETE"})
    assert world.client(patient).get(address).json["lifted_at"] is None


def test_the_request_id_is_ours(world: World) -> None:
    sent = "evil\tid<script>"
    answer = world.client(None).get("/api/v1/me", headers={"X-Request-ID": sent})
    assert sent not in answer.headers["X-Request-ID"]
    assert len(answer.headers["X-Request-ID"]) == 32


SECRET = "Zanaflexsecret"
HOSTILE: Mapping[str, Any] = {
    "a key": bundle(fhir_patient(), {**request(), SECRET: 1}),
    "a type": bundle(fhir_patient(), {"resourceType": SECRET}),
    "a status": bundle(fhir_patient(), request(status=SECRET)),
    "a subject": bundle(fhir_patient(), request(subject={"reference": f"Patient/{SECRET}"})),
    "a date": bundle(fhir_patient(), request(authoredOn=SECRET)),
    "a birth date": bundle(fhir_patient(birthDate=SECRET), request()),
    "a modifier": bundle(fhir_patient(), request(modifierExtension=[{"url": SECRET, "valueString": SECRET}])),
    "a bundle type": {"resourceType": "Bundle", "type": SECRET, "entry": []},
    "a key twice": b'{"resourceType": "Bundle", "' + SECRET.encode() + b'": 1, "' + SECRET.encode() + b'": 2}',
    "an id": bundle(fhir_patient(), request(id=SECRET + "\n")),
    "a nested key": bundle(fhir_patient(), request(dosageInstruction=[{SECRET: {SECRET: [[SECRET]]}}])),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_nothing_of_a_file_is_in_a_log_line(world: World, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    patient, therapist, prescriber = linked(world)
    with capture_logs() as lines:
        answer = post(world, therapist, HOSTILE[what], pair=(therapist, prescriber), patient_id=patient.patient_id)
    assert answer.status_code < 500
    assert SECRET not in repr(lines), (answer.status_code, lines)
    assert SECRET not in "".join(capsys.readouterr())


def test_a_negative_number_of_proxies_is_refused(tmp_path: Path) -> None:
    settings = Settings(
        secret_key="0123456789abcdef0123456789abcdef",
        encryption_keys="k",
        database_url="sqlite://",
        instance=tmp_path,
        trusted_proxies=-1,
    )
    assert "CARETEAM_TRUSTED_PROXIES is the number of proxies in front, 0 for none" in problems(settings)


ERRORS: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "no route": ("GET", "/api/v1/nothing", {}),
    "no method": ("PUT", "/api/v1/patients", {}),
    "no sign-in": ("GET", "/api/v1/patients", {}),
    "not JSON": ("POST", "/api/v1/session", {"data": b"{", "headers": {"Content-Type": "application/json"}}),
    "too large": ("POST", "/api/v1/session", {"data": b"x" * (2 * 1024 * 1024)}),
    "bad token": ("GET", "/api/v1/me", {"headers": {"Authorization": "Bearer ct_x"}}),
}


@pytest.mark.parametrize("case", ERRORS)
def test_every_error_has_the_headers_of_an_answer(world: World, case: str) -> None:
    method, address, options = ERRORS[case]
    answer = world.client(None)(method, address, **options)
    assert answer.status_code >= 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Traceback" not in answer.text
