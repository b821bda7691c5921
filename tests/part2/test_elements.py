"""What a consent must hold: every element of both lists is missed when it is taken away, with its section."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from careteam.policy.elements import Paper, missing_elements
from careteam.policy.facts import Consent, Discloser, Recipient
from careteam.policy.vocabulary import ConsentKind, ItemClass, Label, Purpose, Role, Statement, TermsFor
from careteam.services.consents import terms

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONSENT = Consent(
    id=UUID(int=1),
    disclosers=frozenset({Discloser("team")}),
    recipients=frozenset({Recipient(role=Role.PRESCRIBER)}),
    classes=frozenset({ItemClass.PROGRESS_NOTE}),
    valid_from=NOW,
    valid_until=NOW + timedelta(days=365),
    labels=frozenset({Label.SUBSTANCE_USE}),
)
PAPER = Paper(CONSENT, "Maya Ellison", frozenset(Statement), "Maya Ellison", NOW)
HIPAA, PART2 = "45 CFR 164.508(c)", "42 CFR 2.31(a)"


def of(**changes: Any) -> Paper:
    return replace(PAPER, consent=replace(CONSENT, **changes))


def saying(*but: Statement) -> Paper:
    return replace(PAPER, statements=frozenset(Statement) - set(but))


ROWS: tuple[tuple[str, Paper, set[str]], ...] = (
    ("nothing is missing", PAPER, set()),
    ("no classes", of(classes=frozenset()), {f"{HIPAA}(1)(i)", f"{PART2}(3)"}),
    ("no disclosers", of(disclosers=frozenset()), {f"{HIPAA}(1)(ii)", f"{PART2}(2)"}),
    ("no recipients", of(recipients=frozenset()), {f"{HIPAA}(1)(iii)", f"{PART2}(4)(i)"}),
    ("another purpose", of(purpose=Purpose.RESEARCH), {f"{HIPAA}(1)(iv)", f"{PART2}(5)"}),
    ("no end", of(valid_until=NOW), {f"{HIPAA}(1)(v)", f"{PART2}(7)"}),
    ("no signature", replace(PAPER, signed_name=None), {f"{HIPAA}(1)(vi)", f"{PART2}(8)"}),
    ("no date", replace(PAPER, signed_at=None), {f"{HIPAA}(1)(vi)", f"{PART2}(9)"}),
    ("somebody signs without authority", replace(PAPER, on_behalf=True), {f"{HIPAA}(1)(vi)"}),
    ("somebody signs with authority", replace(PAPER, on_behalf=True, authority="parent"), set()),
    ("no name", replace(PAPER, patient_name=" "), {f"{PART2}(1)"}),
    ("no right to revoke", saying(Statement.RIGHT_TO_REVOKE), {f"{HIPAA}(2)(i)", f"{PART2}(6)"}),
    ("not how to revoke", saying(Statement.HOW_TO_REVOKE), {f"{PART2}(6)"}),
    ("nothing on conditions", saying(Statement.CONDITIONING), {f"{HIPAA}(2)(ii)"}),
    ("nothing on redisclosure", saying(Statement.REDISCLOSURE), {f"{HIPAA}(2)(iii)", f"{PART2}(10)(i)"}),
    ("nothing on proceedings", saying(Statement.PART2_REDISCLOSURE), {f"{PART2}(4)(iii)"}),
    ("nothing on refusing", saying(Statement.CONSEQUENCES_OF_REFUSING), {f"{PART2}(10)(ii)"}),
)


@pytest.mark.parametrize(("paper", "sections"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_each_element_is_missed_with_its_section(paper: Paper, sections: set[str]) -> None:
    assert {element.section for element in missing_elements(paper)} == sections


def test_without_the_label_only_the_authorization_is_asked_for() -> None:
    paper = replace(of(labels=frozenset()), statements=frozenset())
    assert {e.section[:2] for e in missing_elements(paper)} == {"45"}


def test_counselling_notes_need_part_2_without_any_label() -> None:
    paper = replace(of(kind=ConsentKind.SUD_COUNSELING_NOTES, labels=frozenset()), statements=frozenset())
    assert {e.section[:2] for e in missing_elements(paper)} == {"45", "42"}


@pytest.mark.parametrize("what", TermsFor)
def test_every_current_text_says_what_its_law_asks_for(what: TermsFor) -> None:
    text = terms.current(what)
    wanted = {
        Statement.RIGHT_TO_REVOKE: "take this back",
        Statement.HOW_TO_REVOKE: "by telling anybody in your care team",
        Statement.CONDITIONING: "does not decide whether you are treated",
        Statement.REDISCLOSURE: "no longer be protected",
        Statement.PART2_REDISCLOSURE: "proceedings against you",
        Statement.CONSEQUENCES_OF_REFUSING: "If you refuse.",
    }
    words = " ".join(text.text.split())
    assert {s for s, phrase in wanted.items() if phrase in words} == text.statements
