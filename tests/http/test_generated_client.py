"""A client that a generator makes of the OpenAPI document does a clinician's work against a running server."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from tests.http.server import Server
from tests.world import World

NAME = "careteam_client_of_the_document"
PROGRAMS = Path(sys.executable).parent

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def client(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generated package; generating it gives neither an error nor a warning."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(requests.get(f"{server.url}/api/v1/openapi.json", timeout=30).json()))
    command = [str(PROGRAMS / "openapi-python-client"), "generate", "--path", str(document), "--meta", "none"]
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command, "--output-path", str(tmp_path / NAME), "--fail-on-warning"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(NAME)


def call(operation: str, **arguments: Any) -> Any:
    """Call an operation of the generated client; `operation` is its tag and id."""
    return importlib.import_module(f"{NAME}.api.{operation}").sync_detailed(**arguments)


def model(name: str, **values: Any) -> Any:
    """A body of the generated client."""
    return getattr(importlib.import_module(f"{NAME}.models"), name).from_dict(values)


def test_sign_in_list_read_write_and_change(world: World, server: Server, client: ModuleType) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, prescriber, body="Started sertraline.")
    world.consent(patient)
    signed_in = client.AuthenticatedClient(base_url=server.url, token=therapist.token)
    (found,) = call("patients.list_patients", client=signed_in).parsed.items
    assert found.name == "Maya Ellison"
    shared = call("shared_record.read_shared_record", client=signed_in, patient_id=found.id).parsed
    assert [note.body for note in shared.notes.items] == ["Started sertraline."]
    words = {"kind": "progress_note", "title": "First session", "body": "Worries at night.", "date": "2026-03-02"}
    keyed = {"client": signed_in, "patient_id": found.id, "body": model("NoteDraft", **words), "idempotency_key": "k1"}
    made, again = (call("notes.draft_note", **keyed) for _ in range(2))
    assert (made.status_code, again.status_code, made.parsed.id) == (201, 201, again.parsed.id)
    which = {"client": signed_in, "patient_id": found.id, "note_id": made.parsed.id}
    edit = {**which, "body": model("NoteEdit", body="Worries in the evening."), "if_match": made.headers["ETag"]}
    changed, stale = (call("notes.edit_note", **edit) for _ in range(2))
    assert (changed.status_code, changed.parsed.version) == (200, 2)
    assert (stale.status_code, stale.parsed.title[:28]) == (412, "It changed since you read it")
    assert call("notes.read_note", **which).parsed.body == "Worries in the evening."
    shutil.rmtree(Path(client.__file__ or "").parent)
