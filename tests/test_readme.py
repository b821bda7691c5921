"""The README's way from nothing to the first refused and the first permitted read, run as it stands there."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.http.server import free_port

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
