"""schemathesis on the OpenAPI document, as every kind of person: nothing breaks, and nothing is undocumented.

`--cases` says how many generated requests each operation gets from each person; some break the document's rules on
purpose. Paths name things that exist three times out of four, so that more than the sign-in check is reached.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextvars import Context
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.security.asking import asking
from tests.security.conftest import Part
from tests.security.stage import Stage
from tests.world import Person, World

WHO = ("anonymous", "patient", "therapist", "prescriber", "covering", "former", "unlinked", "admin", "officer")
CHECKS = [
    checks.allow_header_conformance,
    checks.content_type_conformance,
    checks.ignored_auth,
    checks.negative_data_rejection,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
    checks.unsupported_method,
    not_a_server_error,
]


@pytest.mark.parametrize("who", WHO)
def test_generated_requests_are_answered_as_documented(
    world: World, part: Part, who: str, cases: int, cases_seed: int
) -> None:
    if not part.takes(WHO.index(who)):
        pytest.skip("on PostgreSQL they take turns; --full-matrix asks as all of them")
    document: Any = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    stage, answers = Stage(world, "active"), Counter[int]()
    known, person = ids(stage), stage.actors[who]
    operations = [found.ok() for found in document.get_all_operations()]
    with asking(world):
        wrong = [
            f"{operation.label} as {who}: {failure}"
            for operation in operations
            for failure in failures(operation, person, known, answers, cases=cases, random_seed=cases_seed)
        ]
    print(f"{who}: {answers.total()} requests, {dict(sorted(answers.items()))}, {len(wrong)} wrong")
    assert not wrong, "\n\n".join(wrong)
    assert len(operations) > 80
    assert answers[200], "something is reached"


def ids(stage: Stage) -> Mapping[str, Sequence[str]]:
    """Return what can stand in a path for each of its arguments."""
    found: dict[str, list[str]] = defaultdict(list)
    for thing in stage.things.values():
        for name, value in thing.ids.items():
            found[name].append(str(value))
    return found


def failures(
    operation: Any,
    person: Person | None,
    known: Mapping[str, Sequence[str]],
    answers: Counter[int],
    *,
    cases: int,
    random_seed: int,
) -> Iterator[str]:
    """Send generated requests, and return what is wrong with the answers."""
    headers = {"Authorization": f"Bearer {person.token}"} if person else {}
    generated = st.sampled_from(list(GenerationMode)).flatmap(operation.as_strategy)

    @seed(random_seed)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=generated, places=st.lists(st.integers(0, 31), min_size=5, max_size=5))
    def ask(case: Any, places: list[int]) -> None:
        point(case, known, places)
        answer = Context().run(case.call, headers=headers)
        answers[answer.status_code] += 1
        left_out = [checks.negative_data_rejection] if overwritten(case) else []
        Context().run(case.validate_response, answer, checks=CHECKS, excluded_checks=left_out, headers=headers)

    try:
        ask()
    except FailureGroup as group:
        yield from map(str, group.exceptions)
    except Exception as error:
        yield f"{type(error).__name__}: {error}"


def overwritten(case: Any) -> bool:
    """Say whether what was to be wrong about the request stands where `point`, or signing in, put something right."""
    places = (ParameterLocation.PATH, ParameterLocation.HEADER, ParameterLocation.COOKIE)
    found = (case.meta.components.get(place) for place in places)
    return any(component is not None and component.mode.is_negative for component in found)


def point(case: Any, known: Mapping[str, Sequence[str]], places: Sequence[int]) -> None:
    """Let the path name things that exist, and `If-Match` a version that they have."""
    version, *rest = places
    if version % 2 and "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = '"1"'
    for place, name in zip(rest, case.path_parameters or {}, strict=False):
        values = known.get(name, ())
        if values and place % 4:
            case.path_parameters[name] = values[place % len(values)]
