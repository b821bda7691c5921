"""Signals per viewer: a table of situations, and what holds of all of them."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careteam.policy.facts import Consent, Reader
from careteam.policy.signals import URGENCY, Signal
from careteam.policy.treatment_words import SignalKind
from careteam.policy.vocabulary import ItemClass
from tests.policy.cases_of_signals import SITUATIONS, Situation
from tests.policy.cast import OF_PATIENT, OF_TEAM, as_patient, as_paul, as_tess, consent, team
from tests.policy.signals_cast import CHECK_IN, EFFECT, MEASURE, MEDICATION, MESSAGE, PLAN, Thing, seen_by

CLASSES = (CHECK_IN, EFFECT, MEASURE, MEDICATION, MESSAGE, PLAN)
ABOUT = {
    SignalKind.SAFETY_FLAG: {MEASURE},
    SignalKind.SIDE_EFFECT_UNANSWERED: {EFFECT},
    SignalKind.INTERACTION: {MEDICATION},
    SignalKind.DUPLICATE: {MEDICATION},
    SignalKind.SCORE_WORSE: {MEASURE, MEDICATION},
    SignalKind.REFILL_BEFORE_CHECK_IN: {MEDICATION},
    SignalKind.CHECK_IN_OVERDUE: {CHECK_IN, MEDICATION},
    SignalKind.REQUEST_UNANSWERED: {MEDICATION},
    SignalKind.MESSAGE_UNANSWERED: {MESSAGE},
    SignalKind.PLAN_REVIEW_OPEN: {PLAN},
    SignalKind.OPEN_DIFFERENCE: {MEDICATION},
    SignalKind.TAKEN_WITHOUT_PRESCRIPTION: {MEDICATION},
    SignalKind.MEDICATION_CHANGED: {MEDICATION},
    SignalKind.PLAN_UNACKNOWLEDGED: {PLAN},
}
"""Of which classes a signal speaks."""


def told(situation: Situation, reader: Reader) -> list[Signal]:
    things, given = situation.things, (situation.consents, situation.restrictions)
    return seen_by(reader, things, *given, of=situation.of, living=situation.living)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: s.name)
def test_each_viewer_has_the_signals_of_the_table(situation: Situation) -> None:
    found = {who: [s.kind for s in told(situation, reader)] for who, reader in VIEWERS.items()}
    expected = {"patient": situation.patient, "tess": situation.tess, "paul": situation.paul}
    assert found == {who: list(kinds) for who, kinds in expected.items()}


VIEWERS = {"patient": as_patient, "tess": as_tess, "paul": as_paul}


def test_the_table_is_long_and_every_kind_is_in_it() -> None:
    assert len(SITUATIONS) >= 60
    assert {kind for s in SITUATIONS for kind in (*s.patient, *s.tess, *s.paul)} == set(SignalKind)


def test_the_order_of_the_words_is_the_order_of_urgency() -> None:
    things = [thing for situation in SITUATIONS for thing in situation.things]
    found = seen_by(as_patient, things, ())
    assert {signal.kind for signal in found} >= set(SignalKind) - {SignalKind.SCORE_WORSE, SignalKind.SAFETY_FLAG}
    assert all(URGENCY[one.kind] <= URGENCY[other.kind] for one, other in pairwise(found))


def share(number: int, classes: frozenset[ItemClass]) -> Consent:
    return consent(number, classes=classes, disclosers=[OF_TEAM, OF_PATIENT])


things = st.lists(st.sampled_from([thing for s in SITUATIONS for thing in s.things]), max_size=12)
shares = st.lists(st.frozensets(st.sampled_from(CLASSES), min_size=1), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(things, shares, st.data(), st.sampled_from([as_tess, as_paul, as_patient]))
def test_removing_a_consent_never_adds_a_signal_about_a_class_that_it_opened(
    found: list[Thing], opened: list[frozenset[ItemClass]], data: st.DataObject, reader: Reader
) -> None:
    consents = [share(n, classes) for n, classes in enumerate(opened, 1)]
    gone = data.draw(st.sampled_from(consents))
    left = [c for c in consents if c is not gone]
    before, after = seen_by(reader, found, consents), seen_by(reader, found, left)
    added = [signal for signal in after if signal not in before]
    own = {signal.kind for signal in seen_by(reader, found, ())}
    assert [s.kind for s in added if ABOUT.get(s.kind, set()) & gone.classes and s.kind not in own] == []
    if reader is not as_paul:
        assert [s.kind for s in added if ABOUT.get(s.kind, set()) & gone.classes] == []


@settings(max_examples=200, deadline=None)
@given(things, st.frozensets(st.sampled_from(CLASSES)), st.sampled_from([as_tess, as_paul]))
def test_no_signal_speaks_of_a_class_that_is_not_shared(
    found: list[Thing], opened: frozenset[ItemClass], reader: Reader
) -> None:
    own = seen_by(reader, found, ())
    consents = [share(1, opened)] if opened else []
    more = [s for s in seen_by(reader, found, consents) if s.kind not in {o.kind for o in own}]
    assert all(ABOUT[s.kind] & opened for s in more if s.kind in ABOUT)


def test_a_former_member_has_none() -> None:
    paul = replace(team().memberships[1], ended=True)
    everything = [thing for situation in SITUATIONS for thing in situation.things]
    consents = [share(1, frozenset(CLASSES))]
    assert seen_by(as_paul, everything, consents, of=team(paul=paul)) == []
    assert seen_by(as_tess, everything, consents, of=team(paul=paul)) != []
