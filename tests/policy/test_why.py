"""Why: the steps explain every answer of the rule, and the smallest change turns it round."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from careteam.policy.changes import Decided
from careteam.policy.flip import applied, flipped
from careteam.policy.vocabulary import ChangeAct, WhyCode
from careteam.policy.why import Question, explain
from tests.policy import worlds
from tests.policy.asking import reason
from tests.policy.cases import CASES
from tests.policy.cast import Case
from tests.policy.edges import EDGES
from tests.policy.matching import ItemFact
from tests.policy.reference import Question as Asked
from tests.policy.reference import decide

ITEMS = 20
SAYS = {
    "disabled": WhyCode.ACCOUNT_DISABLED,
    "unverified": WhyCode.NOT_VERIFIED,
    "draft": WhyCode.DRAFT,
    "awaits review": WhyCode.AWAITS_REVIEW,
    "5": WhyCode.NO_CONSENT,
    "6": WhyCode.RESTRICTED,
}
"""The sentence of the reference that denies, and the code that names it."""


def question(q: Asked, i: ItemFact) -> Question:
    decided = Decided(q.team, q.consents, q.restrictions, q.grounds)
    return Question(decided, q.reader, i, q.at)


def unexplained(q: Asked, item: ItemFact) -> list[str]:
    """Return what is wrong with the explanation of one answer."""
    asked, wanted = question(q, item), decide(q, item)
    found = explain(asked)
    wrong = [] if found.deciding.permits is (found.permit is not None) else ["the steps decide otherwise"]
    if reason(found.permit) != (wanted.clause, wanted.consent_id):
        wrong.append(f"another answer than the reference's {wanted}")
    if wanted.clause is None and SAYS.get(wanted.because, found.deciding.code) is not found.deciding.code:
        wrong.append(f"another sentence than the reference's {wanted.because}: {found.deciding}")
    if wanted.consent_id and found.deciding.about != wanted.consent_id:
        wrong.append("another consent is named")
    return wrong


@pytest.mark.parametrize(
    "case", [c for c in CASES + EDGES if c.expect != "another patient's record"], ids=lambda c: c.name
)
def test_the_steps_explain_the_table(case: Case) -> None:
    assert unexplained(case.question, case.item) == []


def test_the_steps_explain_random_worlds(pairs: int, pairs_seed: int) -> None:
    rng, codes = Random(pairs_seed), Counter[WhyCode]()
    for _ in range(pairs // ITEMS // 4):
        q = worlds.question(rng)
        for item in worlds.items(rng, q, ITEMS):
            assert unexplained(q, item) == [], (pairs_seed, q, item)
            codes.update(step.code for step in explain(question(q, item)).steps)
    assert set(WhyCode) - set(codes) <= {WhyCode.NOT_REPRESENTED}, "no world asked for these"


def test_the_smallest_change_turns_the_decision_round(pairs: int, pairs_seed: int) -> None:
    rng, acts, lengths = Random(pairs_seed), Counter[ChangeAct](), Counter[int]()
    for _ in range(pairs // ITEMS // 8):
        q = worlds.question(rng)
        for item in worlds.items(rng, q, ITEMS):
            asked = question(q, item)
            changes, before = flipped(asked), explain(asked)
            if changes is None:
                assert _nobody_can(asked), (pairs_seed, q, item)
                continue
            after = explain(applied(asked, changes))
            assert bool(after.permit) is not bool(before.permit), (pairs_seed, q, item, changes)
            acts.update(c.act for c in changes)
            lengths[len(changes)] += 1
    assert {a for a in ChangeAct if a is not ChangeAct.WAIT} == set(acts)
    assert len(lengths) > 2


def test_no_act_of_the_smallest_change_can_be_left_out(pairs: int, pairs_seed: int) -> None:
    rng, several = Random(pairs_seed), 0
    for _ in range(pairs // ITEMS // 8):
        q = worlds.question(rng)
        for item in worlds.items(rng, q, ITEMS):
            asked = question(q, item)
            changes = flipped(asked) or ()
            permitted = bool(explain(asked).permit)
            several += len(changes) > 1
            for n in range(len(changes)):
                fewer = changes[:n] + changes[n + 1 :]
                assert bool(explain(applied(asked, fewer)).permit) is permitted, (pairs_seed, q, item, changes)
    assert several


def _nobody_can(q: Question) -> bool:
    """What is somebody's own stays theirs; and whoever has no clinical role here or anywhere is given none."""
    found = explain(q)
    own = found.permit is not None and q.reader.user_id in {
        q.decided.team.patient_user_id,
        q.item.author_id,
        q.item.holder_id,
    }
    nobody = not q.reader.verified and not any(m.user_id == q.reader.user_id for m in q.decided.team.memberships)
    by_nobody = q.special and q.item.author_id is None
    return own or nobody or by_nobody or found.deciding.code is WhyCode.NOT_RELEASED


def test_a_change_is_asked_of_the_facts_as_they_would_be() -> None:
    asked = next(question(c.question, c.item) for c in CASES if c.expect == "5" and c.item.holder_id)
    changes = flipped(asked)
    assert changes
    assert [c.act for c in changes] == [ChangeAct.SIGN_CONSENT]
    assert not explain(replace(asked, at=asked.at)).permit
