"""Alignment as a table: who looks, who wrote the version, what is said that they may read, and what they are told.

T and P are clinicians, M is the patient. A word such as `M1+` is what M said to version 1: `+` agree, `-` differ, `?`
discuss; a number of minutes may follow. `mM2+` was said on behalf of the patient.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from careteam.policy.alignment import Alignment, Party, Said, Viewer, Written, align, parties, shared_sides
from careteam.policy.facts import Limit
from careteam.policy.scope import Author, Directed, Emergency, Holder, OwnRecord, Permit, Represented, Scope, Shared
from careteam.policy.treatment_words import PlanAnswer
from careteam.policy.vocabulary import ItemClass, Label

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE: dict[str, Party] = {"M": None, "T": UUID(int=1), "P": UUID(int=2), "C": UUID(int=3)}
LETTERS = {party: letter for letter, party in PEOPLE.items()}
WORDS = {"+": PlanAnswer.AGREE, "-": PlanAnswer.DIFFER, "?": PlanAnswer.DISCUSS}
SIGNS = {"agree": "+", "differ": "-", "discuss": "?", "none_seen": ".", "not_visible": "x"}


def said(word: str) -> Said:
    """`M1+5`: the patient agreed to version 1, five minutes after it was written."""
    on_behalf, word = word.startswith("m"), word.removeprefix("m")
    sign = next(c for c in word if c in WORDS)
    head, minutes = word.split(sign)
    at = START + timedelta(minutes=int(minutes or 1))
    return Said(PEOPLE[head[0]], int(head[1:]), WORDS[sign], at, on_behalf)


def users(letters: str) -> frozenset[UUID]:
    """These clinicians."""
    return frozenset(party for letter in letters if (party := PEOPLE[letter]) is not None)


def found(looks: str, by: str, number: int, words: str, *, team: str = "TP", sees: str = "MTP") -> Alignment:
    """Let one person look; `M:TP` is the patient, where T and P may read the item."""
    who, _, readers = looks.partition(":")
    visible = frozenset(PEOPLE[letter] for letter in sees)
    known = users(readers) if ":" in looks else None
    viewer = Viewer(PEOPLE[who], users(team), visible, known)
    return align(viewer, Written(number, PEOPLE[by], START), [said(word) for word in words.split()])


def told(alignment: Alignment) -> str:
    """`M+ Tw P.`: in the order of the parties; `w` agrees by writing."""
    return " ".join(f"{LETTERS[p.party]}{'w' if p.by_writing else SIGNS[p.word]}" for p in alignment.parties)


ROWS: list[tuple[str, str, int, str, str, str, int | None]] = [
    # looks, wrote, version, said, state, parties, aligned since (minutes)
    ("M:TP", "T", 1, "", "waiting", "M. Tw P.", None),
    ("M:TP", "T", 1, "M1+", "waiting", "M+ Tw P.", None),
    ("M:TP", "T", 1, "M1+ P1+2", "aligned", "M+ Tw P+", 2),
    ("M:TP", "T", 1, "M1+3 P1+2", "aligned", "M+ Tw P+", 3),
    ("M:TP", "T", 1, "M1+3 P1+2 T1+7", "aligned", "M+ T+ P+", 7),
    ("M:TP", "T", 1, "M1+ P1-", "differing", "M+ Tw P-", None),
    ("M:TP", "T", 1, "M1+ P1?", "to_discuss", "M+ Tw P?", None),
    ("M:TP", "T", 1, "M1? P1-", "differing", "M? Tw P-", None),
    ("M:TP", "T", 1, "M1?", "to_discuss", "M? Tw P.", None),
    ("M:TP", "T", 1, "M1-", "differing", "M- Tw P.", None),
    ("M:TP", "T", 1, "M1+ P1+ T1?", "to_discuss", "M+ T? P+", None),
    ("M:TP", "T", 1, "M1+ P1+ T1-", "differing", "M+ T- P+", None),
    ("M:TP", "T", 2, "M1+ P1+", "waiting", "M. Tw P.", None),
    ("M:TP", "T", 2, "M1+ P1+ M2+4", "waiting", "M+ Tw P.", None),
    ("M:TP", "T", 2, "M1- P1- M2+4 P2+5", "aligned", "M+ Tw P+", 5),
    ("M:TP", "T", 2, "M1+ P1+ T1+ M2+ P2-", "differing", "M+ Tw P-", None),
    ("M:T", "T", 1, "M1+", "aligned", "M+ Tw", 1),
    ("M:T", "T", 1, "M1+ P1-", "aligned", "M+ Tw", 1),
    ("M:", "M", 1, "", "alone", "Mw", None),
    ("M:", "M", 1, "M1?", "alone", "M?", None),
    ("M:T", "M", 1, "", "waiting", "Mw T.", None),
    ("M:T", "M", 1, "T1+6", "aligned", "Mw T+", 6),
    ("M:TP", "M", 1, "T1+6 P1+2", "aligned", "Mw T+ P+", 6),
    ("M:TP", "M", 1, "T1+6 P1+2 M1?9", "to_discuss", "M? T+ P+", None),
    ("M:T", "T", 1, "mM1+4", "aligned", "M+ Tw", 4),
    ("M:T", "T", 1, "mM1-9 M1+4", "aligned", "M+ Tw", 4),
    ("M:T", "T", 1, "M1-4 mM1+9", "differing", "M- Tw", None),
    ("M:T", "T", 1, "mM1-4 mM1+9", "aligned", "M+ Tw", 9),
    ("M:P", "T", 1, "M1+ P1+3", "aligned", "M+ P+", 3),
    # a clinician counts the patient, the holder, themselves, and who is seen to have said something
    ("T", "T", 1, "", "waiting", "M. Tw", None),
    ("T", "T", 1, "M1+2", "aligned", "M+ Tw", 2),
    ("T", "T", 1, "M1+2 P1-", "differing", "M+ Tw P-", None),
    ("T", "T", 1, "M1+2 P1+3", "aligned", "M+ Tw P+", 3),
    ("T", "T", 2, "M2+2 P1+", "waiting", "M+ Tw P.", None),
    ("P", "T", 1, "", "waiting", "M. Tw P.", None),
    ("P", "T", 1, "P1+", "waiting", "M. Tw P+", None),
    ("P", "T", 1, "P1+ M1+2", "aligned", "M+ Tw P+", 2),
    ("P", "M", 1, "P1+2", "aligned", "Mw P+", 2),
    ("P", "M", 1, "", "waiting", "Mw P.", None),
    ("P", "M", 1, "T1-", "differing", "Mw T- P.", None),
]  # fmt: skip


@pytest.mark.parametrize(("looks", "by", "number", "words", "state", "as_told", "since"), ROWS)
def test_alignment_is_what_the_table_says(
    looks: str, by: str, number: int, words: str, state: str, as_told: str, since: int | None
) -> None:
    alignment = found(looks, by, number, words)
    began = None if since is None else START + timedelta(minutes=since)
    assert (alignment.state, told(alignment), alignment.since) == (state, as_told, began)


HIDDEN: list[tuple[str, str, str, str, str, str]] = [
    # looks, wrote, said and readable, whose plans are shared with them, state, parties
    ("P", "T", "P1+", "", "not_visible", "Mx Tx P+"),
    ("P", "T", "P1+", "T", "not_visible", "Mx Tw P+"),
    ("P", "T", "P1+", "M", "not_visible", "M. Tx P+"),
    ("P", "T", "P1+", "MT", "waiting", "M. Tw P+"),
    ("P", "T", "P1+ M1+", "T", "aligned", "M+ Tw P+"),
    ("P", "T", "P1+ M1-", "T", "differing", "M- Tw P+"),
    ("P", "T", "P1+ M1-", "", "not_visible", "M- Tx P+"),
    ("P", "T", "P1+ M1+ T1+", "", "aligned", "M+ T+ P+"),
    ("P", "M", "P1+", "", "not_visible", "Mx P+"),
    ("P", "M", "P1+ C1+", "M", "aligned", "Mw P+ C+"),
    ("T", "T", "M1+", "", "aligned", "M+ Tw"),
    ("T", "T", "", "", "not_visible", "Mx Tw"),
    ("T", "T", "M1+ C2+", "M", "not_visible", "M+ Tw Cx"),
    ("M", "T", "", "", "not_visible", "M. Tx"),
]


@pytest.mark.parametrize(("looks", "by", "words", "sees", "state", "as_told"), HIDDEN)
def test_where_a_party_cannot_be_seen_there_is_no_state(
    looks: str, by: str, words: str, sees: str, state: str, as_told: str
) -> None:
    alignment = found(looks, by, 1, words, team="TPC", sees=sees)
    assert (alignment.state, told(alignment)) == (state, as_told)


def test_who_left_the_team_is_asked_no_more() -> None:
    viewer = Viewer(PEOPLE["T"], users("T"), frozenset(PEOPLE.values()))
    assert parties(viewer, PEOPLE["P"], [said("C1-"), said("M1+")]) == [None, PEOPLE["T"]]


def test_a_record_that_nobody_has_taken_over_has_no_patient_to_ask() -> None:
    viewer = Viewer(PEOPLE["T"], users("TP"), frozenset(), patient_is_here=False)
    assert parties(viewer, PEOPLE["P"], []) == [PEOPLE["T"], PEOPLE["P"]]


PLAN, T, P = ItemClass.TREATMENT_PLAN, UUID(int=1), UUID(int=2)
ANY: frozenset[Label] = frozenset()


def shared(*, classes: frozenset[ItemClass] = frozenset({PLAN}), less: tuple[Limit, ...] = ()) -> Shared:
    """A consent by which T's and the patient's items of these classes are shared."""
    return Shared(UUID(int=9), classes, ANY, frozenset({T}), True, None, None, frozenset(), less)


SIDES: list[tuple[Permit | None, str]] = [
    (None, ""),
    (OwnRecord(), "MTP"),
    (Author(P), ""),
    (Holder(P), ""),
    (Directed(P, ()), ""),
    (shared(), "MT"),
    (shared(classes=frozenset({ItemClass.MEDICATION})), ""),
    (shared(less=(Limit(item_class=PLAN),)), ""),
    (shared(less=(Limit(of_patient=True),)), "T"),
    (shared(less=(Limit(holder_id=T),)), "M"),
    (shared(less=(Limit(item_id=T),)), "MT"),
    (shared(less=(Limit(label=Label.HIV),)), "MT"),
    (Represented(UUID(int=8), frozenset({PLAN}), ANY, ()), "MTP"),
    (Represented(UUID(int=8), frozenset({ItemClass.MEDICATION}), ANY, ()), ""),
    (Represented(UUID(int=8), frozenset({PLAN}), ANY, (Limit(holder_id=T),)), "MP"),
    (Represented(UUID(int=8), frozenset({PLAN}), ANY, (Limit(item_class=PLAN),)), ""),
    (Emergency(UUID(int=7), frozenset({PLAN}), ()), "MTP"),
    (Emergency(UUID(int=7), frozenset({PLAN}), (Limit(of_patient=True),)), "TP"),
    (Emergency(UUID(int=7), frozenset({ItemClass.MEDICATION}), ()), ""),
]


@pytest.mark.parametrize(("permit", "letters"), SIDES)
def test_a_side_is_visible_where_its_section_is_shared(permit: Permit | None, letters: str) -> None:
    scope = Scope(UUID(int=5), (permit,) if permit else ())
    assert shared_sides(scope, [None, T, P], PLAN) == {PEOPLE[letter] for letter in letters}
