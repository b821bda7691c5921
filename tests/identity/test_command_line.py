"""`create-admin` and `create-token` on the command line."""

from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from careteam.app import create_app
from careteam.extensions import db
from careteam.models import AccessEvent, Practice, Staff, User
from tests.conftest import settings_for
from tests.identity.browser import Browser
from tests.world import World

WORDS = "plum orbit canyon velvet"
ADA = ["create-admin", "--email", "Ada@Example.org", "--name", "Ada Admin"]


def run(app: Flask, *words: str, **options: Any) -> Any:
    """Run a command as `flask` does; an exception that reaches the terminal fails the test."""
    runner = app.test_cli_runner()
    result = Context().run(runner.invoke, args=list(words), **options)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_nobody_exists_on_a_fresh_installation(world: World) -> None:
    assert world.session.execute(select(func.count()).select_from(User)).scalar_one() == 0


def test_an_administrator_is_made_and_signs_in(world: World) -> None:
    result = run(world.app, *ADA, "--practice", "Oak Street", input=f"{WORDS}\n{WORDS}\n")
    assert result.exit_code == 0, result.output
    assert WORDS not in result.output
    browser = Browser(world.app)
    account = browser.sign_in("ada@example.org", WORDS).json["account"]
    assert account["makes_practices"] is True
    assert [(r["practice_name"], r["role"]) for r in account["roles"]] == [("Oak Street", "administrator")]
    assert account["patient_id"] is None


def test_without_a_practice_none_is_made(world: World) -> None:
    assert run(world.app, *ADA, "--password-stdin", input=f"{WORDS}\n").exit_code == 0
    assert world.session.execute(select(Practice.id)).all() == world.session.execute(select(Staff.id)).all() == []
    world.session.rollback()
    assert Browser(world.app).sign_in("ada@example.org", WORDS).status_code == 201


def test_the_password_may_come_from_the_environment(world: World) -> None:
    assert run(world.app, *ADA, env={"CARETEAM_PASSWORD": f" {WORDS} "}).exit_code == 0
    assert Browser(world.app).sign_in("ada@example.org", WORDS).status_code == 401
    assert Browser(world.app).sign_in("ada@example.org", f" {WORDS} ").status_code == 201


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        ([*ADA, "--password-stdin"], "short\n", "at least 15"),
        ([*ADA, "--password-stdin"], "\n", "at least 15"),
        ([*ADA, "--password-stdin"], "", "at least 15"),
        ([*ADA, "--password-stdin"], "passwordpassword\n", "common"),
        ([*ADA, "--password-stdin"], "ada admin ada admin\n", "your name"),
        ([*ADA[:4], " ", "--password-stdin"], f"{WORDS}\n", "name"),
        (["create-admin", "--email", "ada", "--name", "Ada", "--password-stdin"], f"{WORDS}\n", "e-mail address"),
        ([*ADA, "--practice", "", "--password-stdin"], f"{WORDS}\n", "name"),
        (ADA, f"{WORDS}\nsomething else\n", "do not match"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(world: World, words: list[str], typed: str, said: str) -> None:
    if "--name" not in words[:4]:
        words = words[:4] + (["--name"] if words[4:5] == [" "] else []) + words[4:]
    result = run(world.app, *words, input=typed)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
    assert world.session.execute(select(User.id)).all() == []


def test_bytes_that_are_no_text_are_no_password(world: World) -> None:
    result = run(world.app, *ADA, env={"CARETEAM_PASSWORD": "caf\udce9 plum orbit canyon"})
    assert result.exit_code == 1
    assert "not UTF-8" in result.output


def test_a_second_account_with_the_address_is_refused(world: World) -> None:
    run(world.app, *ADA, "--password-stdin", input=f"{WORDS}\n")
    again = run(world.app, *ADA, "--practice", "Elm", "--password-stdin", input=f"{WORDS}\n")
    assert again.exit_code == 1
    assert "There is an account with this address." in again.output
    assert world.session.execute(select(Practice.id)).all() == []


def test_a_database_without_tables_is_said_to_be_one(tmp_path: Path) -> None:
    empty = create_app(settings_for(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path))
    for words in ([*ADA, "--password-stdin"], ["create-token", "--email", "a@example.org"], ["rotate-keys"]):
        result = run(empty, *words, input=f"{WORDS}\n")
        assert result.exit_code == 1
        assert "alembic upgrade head" in result.output
    with empty.app_context():
        db.engine.dispose()


def test_a_token_from_the_command_line_is_alone_on_standard_output(world: World) -> None:
    tess = world.therapist()
    result = run(world.app, "create-token", "--email", tess.email, "--access", "read_write", "--days", "7")
    assert result.exit_code == 0
    token = result.stdout.strip()
    assert token.startswith("ct_")
    assert token not in result.stderr
    client = world.app.test_client()
    answer: Any = Context().run(client.get, "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.json["id"], answer.json["may_write"]) == (str(tess.user_id), True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--email", "nobody@example.org"], "No account that can sign in"),
        (["--email", "no address"], "No account that can sign in"),
        (["--email", "dan@example.org"], "No account that can sign in"),
        (["--email", "known@example.org", "--days", "91"], "1 to 90 days"),
        (["--email", "known@example.org", "--days", "0"], "1 to 90 days"),
        (["--email", "known@example.org", "--access", "all"], "read_write"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused(world: World, words: list[str], said: str) -> None:
    world.user("Known")
    world.user("Dan", disabled_at=world.now)
    result = run(world.app, "create-token", *words)
    assert result.exit_code != 0
    assert result.stdout == ""
    assert said in result.stderr


def test_what_the_command_line_does_is_logged_as_such(world: World) -> None:
    run(world.app, *ADA, "--practice", "Oak Street", "--password-stdin", input=f"{WORDS}\n")
    run(world.app, "create-token", "--email", "ada@example.org")
    rows = world.session.execute(select(AccessEvent.act, AccessEvent.door).order_by(AccessEvent.id)).all()
    assert rows == [("create-admin", "cli"), ("make-practice", "cli"), ("create-token", "cli")]
