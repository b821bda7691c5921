"""The application as it is deployed: gunicorn with two worker processes on a port of this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
LOG_FORMAT = "%(p)s %(m)s %(U)s %(s)s"
"""Worker process, method, path, status."""


class Server:
    """A running server; `log` is where its workers write a line for each answer, `before` how many are older."""

    def __init__(self, url: str, log: Path, before: int = 0) -> None:
        self.url, self.log, self.before = url, log, before

    def from_now(self) -> "Server":
        """Return the same server, without what it has answered so far."""
        return Server(self.url, self.log, len(self.log.read_text().splitlines()))

    def call(self, method: str, path: str, token: str, **options: Any) -> requests.Response:
        """Send one request over a connection of its own, so that either worker may take it."""
        headers = {"Authorization": f"Bearer {token}", "Connection": "close", **options.pop("headers", {})}
        return requests.request(method, f"{self.url}{path}", headers=headers, timeout=30, **options)

    def workers(self) -> set[str]:
        """Return the process ids that have answered since."""
        return {line.split()[0] for line in self.log.read_text().splitlines()[self.before :] if line}


@contextmanager
def running(
    database_url: str,
    folder: Path,
    settings: Mapping[str, str],
    *,
    workers: int = 2,
    application: str = "wsgi:app",
    options: Sequence[str] = (),
) -> Iterator[Server]:
    """Start the server, wait until it is ready, and stop it in any case."""
    port, log = free_port(), folder / "answers.log"
    command = [sys.executable, "-m", "gunicorn", application, "--workers", str(workers), *options]
    command += ["--bind", f"127.0.0.1:{port}", "--access-logfile", str(log), "--access-logformat", LOG_FORMAT]
    environ = {**os.environ, "CARETEAM_DATABASE_URL": database_url, "CARETEAM_INSTANCE": str(folder), **settings}
    with (folder / "server.log").open("wb") as said:
        process = subprocess.Popen(
            [*command, "--no-control-socket"], cwd=ROOT, env=environ, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        yield Server(url, log)
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", seconds: float = 120) -> None:
    """Return when the server answers that it is ready. Raises RuntimeError when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(f"{url}/health/ready", timeout=5).status_code == 200:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise RuntimeError("the server did not become ready")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
