"""The whole command as somebody runs it: it serves what it printed, and the printed lines work as written."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
import requests

from careteam.demo.cast import CAST
from tests.http.server import ROOT, free_port, wait_until_ready


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a running demo, and what it printed."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    printed = folder / "printed.txt"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--port", str(port)]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CARETEAM_")}
    environ = {**kept, "CARETEAM_INSTANCE": str(folder / "instance"), "PYTHONUNBUFFERED": "1"}
    with printed.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, seconds=90)
            yield f"http://127.0.0.1:{port}", printed
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_the_printed_lines_refuse_permit_and_tell(served: tuple[str, Path]) -> None:
    url, printed = served
    lines = [line for line in printed.read_text().splitlines() if line.startswith("  curl ")]
    refused, permitted, log = (_ask(line) for line in lines[:3])
    assert (refused.status_code, refused.json()["title"]) == (404, "There is nothing here that you can see")
    assert (permitted.status_code, permitted.json()["patient"]["name"]) == (200, "Nora Whitfield")
    told = [event["sentence"] for event in log.json()["items"]]
    assert told[0].startswith("Samuel Osei opened your shared record: ")
    assert "3 coordination notes of Imani Brooks" in told[0]
    assert told[1] == "Gwen Hartley asked for the shared record and was refused."
    assert all(line.count(url) == 1 for line in lines)
    assert permitted.headers["X-Part2-Notice"] == permitted.json()["part2_notice"]["text"]
    assert [scope["labels"] for scope in permitted.json()["part2_notice"]["scope"]] == [["substance_use"]]


def test_the_lines_about_the_treatment_show_signals_timeline_scores_and_plan(served: tuple[str, Path]) -> None:
    _, printed = served
    lines = [line for line in printed.read_text().splitlines() if line.startswith("  curl ")][3:9]
    therapist, prescriber, patient, timeline, scores, plan = (_ask(line).json()["items"] for line in lines)
    for signals in (therapist, prescriber):
        assert {"score_worse", "plan_unacknowledged"} <= {signal["kind"] for signal in signals}
    assert [signal["kind"] for signal in patient].count("kept_private") == 2
    assert {"dose_step", "check_in", "score"} <= {point["kind"] for point in timeline}
    assert [form["score"] for form in scores] == [13, 6, 8, 11, 19, 14, 15, 16]
    assert [item["alignment"]["state"] for item in plan if item["kind"] == "medication"] == ["aligned"]


def test_the_further_lines_show_both_sides_what_is_new_who_reads_what_and_the_log_as_a_file(
    served: tuple[str, Path],
) -> None:
    _, printed = served
    lines = [line for line in printed.read_text().splitlines() if line.startswith("  curl ")][9:14]
    pairs, new, sharing, reviews, log = (_ask(line) for line in lines)
    assert [line["state"] for line in pairs.json()["items"] if line["difference"]] == ["stopped_but_taken"]
    assert [(p["name"], [c["class"] for c in p["new"]["counts"]]) for p in new.json()["items"]] == [
        ("Nora Whitfield", ["measure", "medication", "message"])
    ]
    assert [reader["name"] for reader in sharing.json()["readers"]] == ["Helen Marsh", "Imani Brooks", "Samuel Osei"]
    assert [item["about"] for item in reviews.json()["items"]] == ["Hay fever"]
    assert log.headers["Content-Type"].startswith("text/csv")
    assert "Nora Whitfield looked at the imported items that wait" in log.text


def test_the_last_lines_show_why_a_preview_the_accounting_and_what_waits_to_be_read(served: tuple[str, Path]) -> None:
    _, printed = served
    lines = [line for line in printed.read_text().splitlines() if line.startswith("  curl ")][14:]
    why, preview, accounting, notices = (_ask(line) for line in lines)
    assert [(d["decision"], d["code"]) for d in why.json()["decisions"]] == [
        ("permit", "consent"),
        ("deny", "no_consent"),
        ("permit", "author"),
        ("deny", "no_consent"),
    ]
    assert all(d["smallest_change"] for d in why.json()["decisions"] if d["decision"] == "deny")
    assert (preview.status_code, preview.json()["act"]) == (200, "revoke_everywhere")
    assert {reader["name"] for reader in preview.json()["readers"]} == {"Helen Marsh", "Imani Brooks", "Samuel Osei"}
    assert accounting.headers["Content-Type"].startswith("text/csv")
    assert "Samuel Osei,Northside Psychiatry" in accounting.text
    assert [notice["kind"] for notice in notices.json()["items"]] == ["consent_requested"]


def test_the_printed_way_to_a_second_factor_is_the_way(served: tuple[str, Path]) -> None:
    url, printed = served
    steps = re.findall(r"^  \d  POST (http\S+?),? ", printed.read_text(), re.MULTILINE)
    assert [step.removeprefix(f"{url}/api/v1/") for step in steps] == [
        "session",
        "me/second-factor",
        "me/second-factor/confirmation",
    ]
    player, browser = CAST["theo"], requests.Session()
    signed_in = browser.post(steps[0], json={"email": player.email, "password": player.password}, timeout=30)
    csrf = {"X-CSRFToken": signed_in.json()["csrf_token"]}
    begun = browser.post(steps[1], json={"password": player.password}, headers=csrf, timeout=30)
    code = pyotp.TOTP(begun.json()["secret"]).now()
    confirmed = browser.post(steps[2], json={"code": code}, headers=csrf, timeout=30)
    assert len(confirmed.json()["recovery_codes"]) == 10


def test_links_lead_to_the_port_that_is_served(served: tuple[str, Path]) -> None:
    url, printed = served
    token = next(line.split()[-1] for line in printed.read_text().splitlines() if line.startswith("  token"))
    body = {"kind": "clinician", "email": "somebody@example.org", "role": "therapist"}
    made = requests.post(
        f"{url}/api/v1/invitations", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    assert made.json()["link"].startswith(f"{url}/invitations/")


def _ask(line: str) -> requests.Response:
    """Send what the line sends: `curl -s -H 'Name: value' [-d 'body'] 'address'`, perhaps into a pipe."""
    program, quiet, *options, address = shlex.split(line.partition(" | ")[0])
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    bodies = [value for option, value in given if option == "-d"]
    assert (program, quiet, {option for option, _ in given} - {"-H", "-d"}) == ("curl", "-s", set())
    return requests.request("POST" if bodies else "GET", address, headers=headers, data="".join(bodies), timeout=30)
