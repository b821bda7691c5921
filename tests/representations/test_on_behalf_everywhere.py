"""Whoever has a record open logs the actor whom the record knows: of that one it is known on whose behalf they act."""

import ast
from collections.abc import Iterator
from pathlib import Path

import careteam.services

ROOT = Path(careteam.services.__file__).parent
WRITES = {"disclosed", "changed"}


def bare(text: str) -> Iterator[str]:
    """Yield the functions that have a record and log somebody else than its actor."""
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef) and _has_record(function) and _logs_bare(function):
            yield function.name


def _has_record(function: ast.FunctionDef) -> bool:
    given = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    made = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return "record" in given | made


def _logs_bare(function: ast.FunctionDef) -> bool:
    remade = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    calls = (n for n in ast.walk(function) if isinstance(n, ast.Call))
    logged = (c.args[1] for c in calls if _is_log(c) and len(c.args) > 1)
    return any(isinstance(who, ast.Name) and who.id == "actor" and "actor" not in remade for who in logged)


def _is_log(call: ast.Call) -> bool:
    by = call.func
    return isinstance(by, ast.Attribute) and by.attr in WRITES and getattr(by.value, "id", "") == "access_log"


def test_who_opens_a_record_logs_its_actor() -> None:
    found = {str(file.relative_to(ROOT)): list(bare(file.read_text(encoding="utf-8"))) for file in ROOT.rglob("*.py")}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_the_check_sees_it() -> None:
    opens = "def f(s, actor):\n    record = open_record(s, actor)\n    access_log.disclosed(s, {who}, 1, 'x', [])"
    assert list(bare(opens.format(who="actor"))) == ["f"]
    assert list(bare(opens.format(who="record.actor"))) == []
