"""What the README tells a newcomer to type, run as it stands there."""

import base64
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest

from tests.http.server import free_port, wait_until_ready

ROOT = Path(__file__).resolve().parents[1]


def block(marker: str) -> str:
    """Return the fenced block after a marker."""
    found = re.search(rf"<!-- {marker} -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found, marker
    return found[1]


def test_from_nothing_to_the_first_refused_and_the_first_permitted_read(tmp_path: Path) -> None:
    programs = Path(sys.executable).parent
    script = block("first-read").replace("5001", str(free_port())).replace("$PWD/.venv/bin", str(programs))
    said, here = tmp_path / "said", {k: v for k, v in os.environ.items() if not k.startswith("CARETEAM_")}
    with said.open("w") as out:
        shell = subprocess.Popen(
            ["bash", "-e", "-c", script], cwd=ROOT, env=here, stdout=out, stderr=out, start_new_session=True
        )
    try:
        code = shell.wait(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGTERM)
    lines = said.read_text().splitlines()
    assert code == 0, lines
    refused = [n for n, line in enumerate(lines) if '"status":404' in line]
    permitted = [n for n, line in enumerate(lines) if "Sleep is worse since the dose went up." in line]
    assert refused
    assert permitted[-1] > refused[0]
    assert "Paul Reyes asked for notes and was refused." in lines[-1]
    assert "Paul Reyes read a note: 1 progress note of Tess Okafor." in lines[-1]


@pytest.fixture
def production(tmp_path: Path) -> Iterator[str]:
    """The address of a server with production settings, prepared as the README says."""
    programs, port = Path(sys.executable).parent, free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("CARETEAM_")} | {
        "CARETEAM_ENVIRONMENT": "production",
        "CARETEAM_DATABASE_URL": f"sqlite:///{tmp_path / 'careteam.db'}",
        "CARETEAM_SECRET_KEY": os.urandom(32).hex(),
        "CARETEAM_ENCRYPTION_KEYS": "k1:" + base64.b64encode(os.urandom(32)).decode(),
        "CARETEAM_PUBLIC_URL": "https://care.example.org",
    }
    lines = (ROOT / "README.md").read_text().split("## PostgreSQL with gunicorn")[1].splitlines()
    prepares = [line for line in lines if line.startswith(".venv/bin/alembic") or "create-admin" in line][:2]
    script = "\n".join(prepares).replace(".venv/bin", str(programs))
    subprocess.run(["bash", "-e", "-c", script], cwd=ROOT, env=environ, check=True, capture_output=True, timeout=60)
    command = [str(programs / "gunicorn"), "wsgi:app", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process, seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_the_first_administrator_enrols_a_second_factor_in_production(production: str) -> None:
    begin = block("second-factor").replace("http://127.0.0.1:8000", production)
    confirm, then = block("second-factor-code").split("rm ")
    look = "api() { curl -sS -b $COOKIES $URL/api/v1/$1; }; api practices\n"
    shell = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert shell.stdin
    assert shell.stdout
    shell.stdin.write(begin)
    shell.stdin.flush()
    code = pyotp.TOTP(shell.stdout.readline().strip()).now()
    said, _ = shell.communicate(f"{confirm.replace('123456', code)}{look}rm {then}", timeout=30)
    confirmed, practices = said.splitlines()
    assert confirmed.count("-") >= 50, confirmed
    assert '"name":"Elm Street"' in practices
