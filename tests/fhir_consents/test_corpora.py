"""The decisions of others on FHIR Consents, held against ours: imported, signed, then asked on both databases.

The clock stands at the time of each request. Under default deny `no_consent` opens nothing, as `deny` does. `redact`
means that the thing is withheld while what its source allows beside it can be read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.fhir_consents import corpora
from tests.fhir_consents.corpora import NEEDS_DATA, Case
from tests.fhir_consents.staging import Staged, name_of, open_to, stage
from tests.world import World

pytestmark = NEEDS_DATA


@dataclass(slots=True)
class Run:
    """What became of the cases: by id, with what was found where it is not what their source says."""

    agreed: list[Case] = field(default_factory=list)
    disagreed: dict[str, str] = field(default_factory=dict)


def groups() -> dict[str, list[Case]]:
    """The cases that can be run, by what they ask apart from the thing."""
    left_out = corpora.excluded()
    found: dict[str, list[Case]] = {}
    for case in corpora.cases():
        if case.id not in left_out:
            found.setdefault(case.group, []).append(case)
    return found


def beside(case: Case, group: list[Case]) -> list[Case]:
    """The other things of the group: what the source allows and withholds beside this one."""
    return [other for other in group if other.id != case.id]


def outcome(case: Case, staged: Staged, group: list[Case]) -> str:
    """Say what the reader finds, in the corpus's words."""
    opened = open_to(staged, case.asked_at)
    if case.data is None:
        return "permit" if all(opened.values()) else "some" if any(opened.values()) else "deny"
    if opened[name_of(case)]:
        return "permit"
    allowed = [name_of(other) for other in beside(case, group) if other.expected == "permit"]
    return "redact" if allowed and all(opened[name] for name in allowed) else "deny"


def run(world: World) -> Run:
    """Run every case that the model can express."""
    done = Run()
    for case, group in [(one, together) for together in groups().values() for one in together]:
        staged = stage(world, case, beside(case, group))
        expected = "deny" if case.expected == "no_consent" else case.expected
        if not staged.taken:
            done.disagreed[case.id] = str([answer.json for answer in staged.answers])
        elif (found := outcome(case, staged, group)) == expected:
            done.agreed.append(case)
        else:
            done.disagreed[case.id] = f"{case.expected} by its source, {found} here"
    return done


def report(done: Run) -> Iterator[str]:
    """Say what was run and left out, stated and derived apart, and each exclusion and disagreement by name."""
    every, left_out, meaning = corpora.cases(), corpora.excluded(), corpora.reasons()
    for word, stated in (("stated", True), ("derived", False)):
        of_kind = {case.id for case in every if case.stated is stated}
        agreed = sum(case.stated is stated for case in done.agreed)
        disagreed = of_kind & done.disagreed.keys()
        yield (
            f"{word} by their source: {len(of_kind)} cases, {agreed + len(disagreed)} run, {agreed} agreed, "
            f"{len(disagreed)} disagreed, {len(of_kind & left_out.keys())} excluded"
        )
    yield from (f"disagreed: {name}: {why}" for name, why in done.disagreed.items())
    yield from (f"excluded, {n} for {word}: {meaning[word]}" for word, n in Counter(left_out.values()).most_common())
    yield from (f"  excluded: {name} ({word})" for name, word in left_out.items())


def test_every_case_that_can_be_expressed_is_decided_as_its_source_decides_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(world)
    with capsys.disabled():
        print("\n" + "\n".join(report(done)))
    assert done.disagreed == {}
    assert len(done.agreed) + len(corpora.excluded()) == len(corpora.cases()) == 140


def test_every_exclusion_names_a_case_and_a_reason_that_is_explained() -> None:
    assert set(corpora.excluded()) <= {case.id for case in corpora.cases()}
    assert set(corpora.excluded().values()) == set(corpora.reasons())


def test_a_consent_that_is_refused_opens_nothing_whatever_its_source_would_open(world: World) -> None:
    left_out, seen = corpora.excluded(), set()
    for case in corpora.cases():
        if case.id in left_out and case.resources and case.group not in seen:
            seen.add(case.group)
            staged = stage(world, case)
            if not staged.taken:
                assert {answer.status_code for answer in staged.answers} <= {201, 422}
                assert not any(open_to(staged, case.asked_at).values()), case.id


@pytest.mark.parametrize("name", [name for name, _ in corpora.ambiguous()] if corpora.DATA.is_dir() else [])
def test_an_example_that_contradicts_itself_is_refused_and_opens_nothing(world: World, name: str) -> None:
    resource = dict(corpora.ambiguous())[name]
    case = Case(name, (resource,), {}, "deny", stated=True)
    staged = stage(world, case)
    assert [answer.status_code for answer in staged.answers] == [422]
    assert not any(open_to(staged, case.asked_at).values())
    patient = world.client(staged.patient)
    assert patient.get(f"{staged.patient.record}/consents").json["items"] == []
    assert patient.get(f"{staged.patient.record}/restrictions").json["items"] == []
