"""What holds for any two lists: order, hiding, and never merging."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from careteam.policy.doses import HowTaken, compared
from careteam.policy.pairing import Entry, Verdict, View, as_of, judged, paired, state_of
from careteam.policy.vocabulary import MedicationChange, MedicationSide, PairState
from tests.policy.pairing_cast import TODAY, dose, entry, noon

NAMES = ["Sertraline 100 MG Oral Tablet", "sertraline", "Zoloft", "lithium carbonate", "Fluoxetine 25MG", "x"]
DOSES = [None, dose(50, "mg"), dose(100, "mg"), dose("0.05", "g"), dose(1, "tablet"), dose(text="one")]
KINDS = [MedicationChange.STOP, MedicationChange.HOLD, MedicationChange.CONFIRM, MedicationChange.RESUME]
NEGATIVES = {PairState.ONLY_PRESCRIBED, PairState.ONLY_TAKEN}
DAYS = st.integers(-40, 20).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def one_entry(draw: Any, number: int) -> Entry:
    """Any entry, with this number."""
    return entry(
        draw(st.sampled_from(MedicationSide)),
        draw(st.sampled_from(NAMES)),
        draw(st.sampled_from(DOSES)),
        *draw(st.lists(st.tuples(st.sampled_from(KINDS), DAYS), max_size=2)),
        number=number,
        started=draw(DAYS),
        code=draw(st.sampled_from([None, "36437"])),
        in_error=draw(st.booleans()) and draw(st.booleans()),
    )


@st.composite
def two_lists(draw: Any) -> list[Entry]:
    """Up to eight entries, each with an id of its own."""
    return [draw(one_entry(number)) for number in range(draw(st.integers(1, 8)))]


VIEWS = st.builds(
    View, st.just(TODAY), st.frozensets(st.sampled_from(MedicationSide)), living=st.booleans(), former=st.booleans()
)


Ids = tuple[UUID, ...]


def ids(entries: Iterable[Entry]) -> Ids:
    """Which entries these are."""
    return tuple(e.id for e in entries)


def told(entries: list[Entry], view: View) -> dict[Ids, Verdict]:
    """What every line says, by its entries."""
    return {ids(line.entries): judged(line, view) for line in paired(entries)}


@given(two_lists(), VIEWS, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_does_not_matter(entries: list[Entry], view: View, order: Any) -> None:
    shuffled = list(entries)
    order.shuffle(shuffled)
    assert told(shuffled, view) == told(entries, view)


@given(two_lists())
def test_entries_are_never_merged_and_none_is_lost(entries: list[Entry]) -> None:
    lines = paired(entries)
    assert sorted(e.id for line in lines for e in line.entries) == sorted(ids(entries))
    drugs = [{e.identity.ingredients for e in line.entries if e.identity} for line in lines]
    assert all(len(found) <= 1 for found in drugs)


@given(two_lists(), VIEWS, st.data())
def test_hiding_changes_no_line_of_another_drug_and_names_nothing_hidden(
    entries: list[Entry], view: View, data: st.DataObject
) -> None:
    hidden = data.draw(st.sampled_from(entries))
    before, after = told(entries, view), told([e for e in entries if e != hidden], view)
    untouched = {line: said for line, said in before.items() if hidden.id not in line}
    assert all(after[line] == said for line, said in untouched.items())
    assert all(hidden.id not in ids(said.parts) for said in after.values())


@given(two_lists(), VIEWS)
def test_no_negative_is_said_of_a_side_that_is_not_shared(entries: list[Entry], view: View) -> None:
    said = {verdict.state for verdict in told(entries, view).values()}
    assert PairState.ONLY_TAKEN not in said or MedicationSide.PRESCRIBED in view.sees
    assert PairState.ONLY_PRESCRIBED not in said or MedicationSide.TAKEN in view.sees


@given(two_lists(), VIEWS)
def test_sharing_more_adds_negatives_and_changes_nothing_else(entries: list[Entry], view: View) -> None:
    less, more = (
        told(entries, replace(view, sees=frozenset())),
        told(entries, replace(view, sees=frozenset(MedicationSide))),
    )
    for line, verdict in more.items():
        assert less[line] == verdict or (verdict.state in NEGATIVES and less[line].state is None)


@given(two_lists(), VIEWS)
def test_a_state_is_about_entries_that_the_line_holds_or_it_is_none(entries: list[Entry], view: View) -> None:
    for line, verdict in told(entries, view).items():
        assert (verdict.state is None) == (verdict.why_none is not None)
        assert bool(verdict.parts) == (verdict.state is not None)
        assert set(ids(verdict.parts)) <= set(line)


@given(two_lists(), VIEWS)
def test_agreement_is_only_said_of_doses_that_are_stated_in_numbers(entries: list[Entry], view: View) -> None:
    for verdict in told(entries, view).values():
        if verdict.state is PairState.AGREE:
            assert all((state_of(part, TODAY).dose or {}).get("value") is not None for part in verdict.parts)


@given(one_entry(1), one_entry(2))
def test_comparing_is_the_same_from_both_sides(one: Entry, other: Entry) -> None:
    if one.identity and other.identity:
        ours, theirs = HowTaken(one.identity, state_of(one, TODAY)), HowTaken(other.identity, state_of(other, TODAY))
        assert compared([ours], [theirs]) == compared([theirs], [ours])
        assert compared([ours, theirs], [theirs]) == compared([theirs], [theirs, ours])


@given(two_lists(), VIEWS)
def test_what_is_written_by_now_is_all_there_is(entries: list[Entry], view: View) -> None:
    for line in paired(entries):
        assert judged(as_of(line, noon(TODAY + timedelta(days=400))), view) == judged(line, view)
