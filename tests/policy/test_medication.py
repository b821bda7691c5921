"""What change events add up to, which changes fit, and who may write what: each rule a row."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam.policy.medication import (
    Change,
    Entry,
    State,
    Writer,
    ambiguous,
    holding,
    may_change,
    may_confirm,
    may_enter_in_error,
    may_plan,
    refusal,
    sources,
    state_on,
    successor,
)
from careteam.policy.vocabulary import MedicationChange, MedicationSource, MedicationStatus, Role

START, DOSE, HOLD, RESUME, STOP, SWITCH, CONFIRM = MedicationChange
ACTIVE, ON_HOLD, STOPPED, _ = MedicationStatus
TODAY = 15


def day(number: int) -> date:
    return date(2026, 3, number)


def events(*said: tuple[object, ...]) -> list[Change]:
    """Read `(kind, day, dose)` or `(kind, day, dose, "withdrawn")`, in the order of recording."""
    return [
        Change(
            position=n,
            kind=kind,  # type: ignore[arg-type]
            effective_on=day(on),  # type: ignore[arg-type]
            dose={"value": rest[0]} if rest and rest[0] else None,
            withdrawn="withdrawn" in rest,
        )
        for n, (kind, on, *rest) in enumerate(said, start=1)
    ]


S = (START, 2, 50)
FOLD = [
    ("just started", [S], TODAY, ACTIVE, 50, None),
    ("on the first day", [S], 2, ACTIVE, 50, None),
    ("before the first day nothing is known", [S], 1, ACTIVE, None, None),
    ("no event at all", [], TODAY, ACTIVE, None, None),
    ("a start without a dose", [(START, 2)], TODAY, ACTIVE, None, None),
    ("a dose change replaces the dose", [S, (DOSE, 5, 100)], TODAY, ACTIVE, 100, None),
    ("a dose change on its own day", [S, (DOSE, 5, 100)], 5, ACTIVE, 100, None),
    ("the day before a dose change", [S, (DOSE, 5, 100)], 4, ACTIVE, 50, None),
    ("two dose changes of one day: the later recorded", [S, (DOSE, 5, 100), (DOSE, 5, 75)], 5, ACTIVE, 75, None),
    ("a dose change recorded late", [S, (DOSE, 9, 100), (DOSE, 5, 75)], TODAY, ACTIVE, 100, None),
    ("a dose change recorded late, between", [S, (DOSE, 9, 100), (DOSE, 5, 75)], 6, ACTIVE, 75, None),
    ("a dose change on the first day", [S, (DOSE, 2, 25)], 2, ACTIVE, 25, None),
    ("a hold", [S, (HOLD, 5)], TODAY, ON_HOLD, 50, None),
    ("the day before a hold", [S, (HOLD, 5)], 4, ACTIVE, 50, None),
    ("a hold and a resumption", [S, (HOLD, 5), (RESUME, 8)], TODAY, ACTIVE, 50, None),
    ("between hold and resumption", [S, (HOLD, 5), (RESUME, 8)], 7, ON_HOLD, 50, None),
    ("a hold and a resumption of one day", [S, (HOLD, 5), (RESUME, 5)], 5, ACTIVE, 50, None),
    ("a resumption and a hold of one day", [S, (HOLD, 5), (RESUME, 8), (HOLD, 8)], 8, ON_HOLD, 50, None),
    ("a resumption at another dose", [S, (HOLD, 5), (RESUME, 8, 25)], TODAY, ACTIVE, 25, None),
    ("a dose change while on hold", [S, (HOLD, 5), (DOSE, 6, 25)], TODAY, ON_HOLD, 25, None),
    ("a second hold", [S, (HOLD, 5), (RESUME, 8), (HOLD, 10)], TODAY, ON_HOLD, 50, None),
    ("a hold that a planned one follows", [S, (HOLD, 9), (RESUME, 12), (HOLD, 5)], TODAY, ACTIVE, 50, None),
    ("a stop", [S, (STOP, 5)], TODAY, STOPPED, 50, 5),
    ("the day before a stop", [S, (STOP, 5)], 4, ACTIVE, 50, None),
    ("a stop on its own day", [S, (STOP, 5)], 5, STOPPED, 50, 5),
    ("a stop on the first day", [S, (STOP, 2)], 2, STOPPED, 50, 2),
    ("a stop while on hold", [S, (HOLD, 5), (STOP, 8)], TODAY, STOPPED, 50, 8),
    ("a hold and a stop of one day", [S, (HOLD, 5), (STOP, 5)], 5, STOPPED, 50, 5),
    ("a switch stops", [S, (SWITCH, 5)], TODAY, STOPPED, 50, 5),
    ("a planned stop has not come", [S, (STOP, 20)], TODAY, ACTIVE, 50, None),
    ("a planned stop has come", [S, (STOP, 20)], 20, STOPPED, 50, 20),
    ("a planned dose has not come", [S, (DOSE, 20, 100)], TODAY, ACTIVE, 50, None),
    ("a planned dose has come", [S, (DOSE, 20, 100)], 20, ACTIVE, 100, None),
    ("a stop ends the plan", [S, (DOSE, 20, 100), (STOP, 12)], 25, STOPPED, 50, 12),
    ("a stop ends a planned resumption", [S, (HOLD, 5), (RESUME, 20), (STOP, 12)], 25, STOPPED, 50, 12),
    ("the first of two stops counts", [S, (STOP, 20), (STOP, 12)], 25, STOPPED, 50, 12),
    ("a hold before a planned stop", [S, (STOP, 20), (HOLD, 12)], TODAY, ON_HOLD, 50, None),
    ("a withdrawn stop", [S, (STOP, 20, None, "withdrawn")], 25, ACTIVE, 50, None),
    ("a withdrawn dose", [S, (DOSE, 20, 100, "withdrawn")], 25, ACTIVE, 50, None),
    ("another stop after a withdrawn one", [S, (STOP, 9, None, "withdrawn"), (STOP, 11)], 25, STOPPED, 50, 11),
    ("a confirmation changes nothing", [S, (HOLD, 5), (CONFIRM, 6)], TODAY, ON_HOLD, 50, None),
    ("a confirmation after a stop changes nothing", [S, (STOP, 5), (CONFIRM, 9)], TODAY, STOPPED, 50, 5),
]


@pytest.mark.parametrize(("said", "on", "status", "dose", "stopped"), [r[1:] for r in FOLD], ids=[r[0] for r in FOLD])
def test_events_add_up(
    said: list[tuple[object, ...]], on: int, status: MedicationStatus, dose: int | None, stopped: int | None
) -> None:
    state = state_on(day(on), events(*said))
    assert (state.status, state.dose) == (status, {"value": dose} if dose else None)
    assert state.stopped_on == (day(stopped) if stopped else None)


def test_what_a_change_does_not_say_stays_as_it_was() -> None:
    said = [
        Change(1, START, day(2), dose={"value": 50}, timing="at night", as_needed=True),
        Change(2, DOSE, day(5), dose={"value": 100}),
        Change(3, RESUME, day(6), timing="in the morning", as_needed=False),
    ]
    assert state_on(day(5), said) == State(dose={"value": 100}, timing="at night", as_needed=True)
    assert state_on(day(6), said) == State(dose={"value": 100}, timing="in the morning", as_needed=False)


def test_what_was_planned_after_a_stop_lapses_and_confirmations_do_not() -> None:
    said = events(S, (DOSE, 20, 100), (STOP, 12), (CONFIRM, 14), (HOLD, 9, None, "withdrawn"))
    assert [c.kind for c in holding(said)] == [START, STOP, CONFIRM]


SAID = st.lists(
    st.builds(
        lambda kind, on, gone: (kind, on, None, *(["withdrawn"] if gone else [])),
        st.sampled_from([k for k in MedicationChange if k is not START]),
        st.integers(1, 28),
        st.booleans(),
    ),
    max_size=8,
)


@given(said=SAID, on=st.integers(1, 28))
def test_an_end_is_final_and_later_days_do_not_change_earlier_ones(said: list[tuple[object, ...]], on: int) -> None:
    changes = events(S, *said)
    today = state_on(day(on), changes)
    assert today == state_on(day(on), [c for c in changes if c.effective_on <= day(on)])
    if today.status is STOPPED:
        assert state_on(day(28), changes).status is STOPPED


TAPER = [S, (HOLD, 5), (RESUME, 8), (DOSE, 10, 25)]
FITTING = [
    ("another dose", [S], (DOSE, 10), True),
    ("a dose on the first day", [S], (DOSE, 2), True),
    ("a dose before the start", [S], (DOSE, 1), False),
    ("a hold before the start", [S], (HOLD, 1), False),
    ("a confirmation before the start", [S], (CONFIRM, 1), False),
    ("a second start", [S], (START, 10), False),
    ("a hold", [S], (HOLD, 10), True),
    ("a hold on a hold", [S, (HOLD, 5)], (HOLD, 10), False),
    ("a hold after a resumption", TAPER, (HOLD, 12), True),
    ("a hold recorded late, before the first one", TAPER, (HOLD, 4), True),
    ("a hold on the day of the hold", TAPER, (HOLD, 5), False),
    ("a resumption of what is active", [S], (RESUME, 10), False),
    ("a resumption", [S, (HOLD, 5)], (RESUME, 10), True),
    ("a resumption on the day of the hold", [S, (HOLD, 5)], (RESUME, 5), True),
    ("a resumption before the hold", [S, (HOLD, 5)], (RESUME, 4), False),
    ("a dose while on hold", [S, (HOLD, 5)], (DOSE, 10), True),
    ("a stop", [S], (STOP, 10), True),
    ("a stop while on hold", [S, (HOLD, 5)], (STOP, 10), True),
    ("a stop on the first day", [S], (STOP, 2), True),
    ("a stop dated before a change that took effect", [S, (DOSE, 10, 25)], (STOP, 9), False),
    ("a stop on the day of that change", [S, (DOSE, 10, 25)], (STOP, 10), True),
    ("a stop dated before a change that took effect today", [S, (DOSE, TODAY, 25)], (STOP, TODAY - 1), False),
    ("a stop dated before a confirmation", [S, (CONFIRM, 10)], (STOP, 9), True),
    ("a stop before a planned change", [S, (DOSE, 20, 25)], (STOP, 10), True),
    ("a stop before a planned stop", [S, (STOP, 20)], (STOP, 10), True),
    ("a hold before a planned hold", [S, (HOLD, 20)], (HOLD, 10), True),
    ("a dose after a planned stop", [S, (STOP, 20)], (DOSE, 21), False),
    ("a dose after a withdrawn stop", [S, (STOP, 20, None, "withdrawn")], (DOSE, 21), True),
    ("a planned stop", [S], (STOP, 20), True),
    ("a stop after a stop", [S, (STOP, 5)], (STOP, 10), False),
    ("a stop dated before the stop", [S, (STOP, 5)], (STOP, 4), False),
    ("a switch", [S], (SWITCH, 10), True),
    ("a switch dated before a change that took effect", [S, (DOSE, 10, 25)], (SWITCH, 9), False),
    ("a switch after a stop", [S, (STOP, 5)], (SWITCH, 10), False),
    ("a resumption after a stop", [S, (STOP, 5)], (RESUME, 10), False),
    ("a resumption after a switch", [S, (SWITCH, 5)], (RESUME, 10), False),
    ("a dose after a stop", [S, (STOP, 5)], (DOSE, 10), False),
    ("a hold dated before the stop", [S, (STOP, 5)], (HOLD, 4), True),
    ("a confirmation", [S], (CONFIRM, TODAY), True),
    ("a confirmation while on hold", [S, (HOLD, 5)], (CONFIRM, TODAY), True),
    ("a confirmation that it is still stopped", [S, (STOP, 5)], (CONFIRM, TODAY), True),
]


@pytest.mark.parametrize(("said", "new", "fits"), [r[1:] for r in FITTING], ids=[r[0] for r in FITTING])
def test_a_change_fits_what_the_entry_is_on_its_day(
    said: list[tuple[object, ...]], new: tuple[MedicationChange, int], fits: bool
) -> None:
    change = Change(len(said) + 1, new[0], day(new[1]))
    why_not = refusal(change, events(*said), started_on=day(2), today=day(TODAY))
    assert (why_not is None) is fits, why_not


ME, OTHER = UUID(int=1), UUID(int=2)
PATIENT = Writer(ME, is_patient=True)
THERAPIST, PRESCRIBER = Writer(ME, roles=frozenset({Role.THERAPIST})), Writer(ME, roles=frozenset({Role.PRESCRIBER}))
BOTH = Writer(ME, roles=frozenset({Role.THERAPIST, Role.PRESCRIBER}))
FORMER = Writer(ME)


def entry(
    source: MedicationSource, *, holder: UUID | None, prescribed: bool = False, author: UUID | None = OTHER
) -> Entry:
    return Entry(source, prescribed, author, holder)


PRESCRIBED = entry(MedicationSource.PRESCRIBER, holder=OTHER, prescribed=True)
MY_PRESCRIBED = entry(MedicationSource.PRESCRIBER, holder=ME, prescribed=True, author=ME)
REPORTED = entry(MedicationSource.PATIENT, holder=None)
STATED = entry(MedicationSource.PATIENT_STATED, holder=OTHER)
MY_STATED = entry(MedicationSource.PATIENT_STATED, holder=ME, author=ME)
IMPORTED = entry(MedicationSource.IMPORTED, holder=OTHER, prescribed=True, author=None)
MY_IMPORTED = entry(MedicationSource.IMPORTED, holder=ME, prescribed=True, author=None)
IMPORTED_REPORTED = entry(MedicationSource.IMPORTED, holder=None, author=None)
HELD_REPORTED = entry(MedicationSource.IMPORTED, holder=ME, author=None)
ENTRIES = (
    PRESCRIBED,
    MY_PRESCRIBED,
    REPORTED,
    STATED,
    MY_STATED,
    IMPORTED,
    MY_IMPORTED,
    IMPORTED_REPORTED,
    HELD_REPORTED,
)
WHO = {"patient": PATIENT, "therapist": THERAPIST, "prescriber": PRESCRIBER, "both": BOTH, "former": FORMER}
MAY = [
    # who, and for each of ENTRIES: c(hange), p(lan), o(k: confirm), e(ntered in error)
    ("patient", ["o", "o", "coe", "o", "o", "o", "o", "coe", "co"]),
    ("therapist", ["", "oe", "", "", "coe", "", "oe", "", "oe"]),
    ("prescriber", ["cpo", "cpoe", "o", "o", "coe", "cpo", "cpoe", "o", "oe"]),
    ("both", ["cpo", "cpoe", "o", "o", "coe", "cpo", "cpoe", "o", "oe"]),
    ("former", ["", "e", "", "", "e", "", "e", "", "e"]),
]


@pytest.mark.parametrize(
    ("who", "target", "may"),
    [(WHO[who], target, may) for who, row in MAY for target, may in zip(ENTRIES, row, strict=True)],
)
def test_who_may_write_what(who: Writer, target: Entry, may: str) -> None:
    if who.is_patient:  # a patient is never the author or holder of what a clinician wrote
        target = Entry(target.source, target.prescribed, ME if target is REPORTED else OTHER, _not_me(target.holder_id))
    allowed = {
        "c": may_change(who, target),
        "p": may_plan(who, target),
        "o": may_confirm(who, target),
        "e": may_enter_in_error(who, target),
    }
    assert "".join(letter for letter, yes in allowed.items() if yes) == may


def _not_me(holder: UUID | None) -> UUID | None:
    return OTHER if holder == ME else holder


@pytest.mark.parametrize(
    ("who", "own", "has_to_say"),
    [
        (PATIENT, ["patient"], False),
        (THERAPIST, ["patient_stated"], False),
        (PRESCRIBER, ["prescriber", "patient_stated"], False),
        (BOTH, ["prescriber", "patient_stated"], True),
        (FORMER, [], False),
    ],
)
def test_who_begins_what(who: Writer, own: list[str], has_to_say: bool) -> None:
    assert (list(sources(who)), ambiguous(who)) == (own, has_to_say)


def test_nobody_begins_an_imported_entry() -> None:
    assert all(MedicationSource.IMPORTED not in sources(who) for who in WHO.values())


@pytest.mark.parametrize(
    ("target", "source"),
    [
        (PRESCRIBED, "prescriber"),
        (IMPORTED, "prescriber"),
        (REPORTED, "patient"),
        (IMPORTED_REPORTED, "patient"),
        (STATED, "patient_stated"),
    ],
)
def test_what_an_entry_is_switched_to_has_its_writers_source(target: Entry, source: str) -> None:
    assert successor(target) == source
