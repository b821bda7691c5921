"""Situations of two medication lists, with names and doses as real lists write them.

Names come from the example bundles (`../shared/data`): Synthea's records and US Core's examples. Each case is the
entries, the view, and what the lines say: a state, or why there is none.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from careteam.policy.pairing import Entry, View
from careteam.policy.vocabulary import MedicationChange, MedicationSide, NoPairState, PairState
from tests.policy.pairing_cast import EVERYTHING, SERTRALINE, TODAY, dose, pt, rx

AGREE, DIFFERS, STOPPED = PairState.AGREE, PairState.DOSE_DIFFERS, PairState.STOPPED_BUT_TAKEN
RX_ONLY, TAKEN_ONLY = PairState.ONLY_PRESCRIBED, PairState.ONLY_TAKEN
UNSURE, UNSEEN, PLANNED = NoPairState.NOT_COMPARABLE, NoPairState.OTHER_SIDE_UNSEEN, NoPairState.PLANNED
OVER = NoPairState.NOT_CURRENT
STOP, HOLD, RESUME = MedicationChange.STOP, MedicationChange.HOLD, MedicationChange.RESUME
SWITCH, CONFIRM = MedicationChange.SWITCH, MedicationChange.CONFIRM
WEEK = TODAY - timedelta(days=7)
MONTH = TODAY - timedelta(days=30)
SOON = TODAY + timedelta(days=7)
BLIND = View(TODAY)
NO_TAKEN = View(TODAY, frozenset({MedicationSide.PRESCRIBED}))
NO_PRESCRIBED = View(TODAY, frozenset({MedicationSide.TAKEN}))
DEAD = replace(EVERYTHING, living=False)

FIFTY, HUNDRED = dose(50, "mg"), dose(100, "mg")
ONE = dose(1, "tablet")
PERCOCET = "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet"
TOPROL = "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]"
METOPROLOL = "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet"
SERTRALINE_100 = "Sertraline 100 MG Oral Tablet"
LITHIUM = "lithium carbonate 300 MG Oral Tablet"
COUGH = (
    "Acetaminophen 21.7 MG/ML / Dextromethorphan Hydrobromide 1 MG/ML / doxylamine succinate 0.417 MG/ML Oral Solution"
)

Says = PairState | NoPairState


@dataclass(frozen=True)
class Case:
    """Entries, how somebody looks at them, and what each line says, the line of the lowest id first."""

    title: str
    entries: tuple[Entry, ...]
    says: tuple[Says, ...]
    view: View = EVERYTHING


def case(title: str, *entries: Entry, says: Says | tuple[Says, ...], view: View = EVERYTHING) -> Case:
    return Case(title, entries, says if isinstance(says, tuple) else (says,), view)


NAMES = (
    case("a product and its ingredient", rx(SERTRALINE_100, FIFTY), pt("sertraline", FIFTY), says=AGREE),
    case("case and space", rx("SERTRALINE  100 mg oral tablet", FIFTY), pt(" Sertraline", FIFTY), says=AGREE),
    case("wide letters", rx("Ｓｅｒｔｒａｌｉｎｅ", FIFTY), pt("sertraline", FIFTY), says=AGREE),
    case(
        "a code for an unknown name", rx("Sertralin Hexal", FIFTY, code=SERTRALINE), pt("sertraline", FIFTY), says=AGREE
    ),
    case("a brand that the table holds", rx("sertraline", FIFTY), pt("Zoloft 50 mg", FIFTY), says=AGREE),
    case("a brand in brackets", rx("Clonazepam [Klonopin]", ONE), pt("clonazepam", dose(1, "mg")), says=UNSURE),
    case("brackets without a space", rx("Carbamazepine[Tegretol]", FIFTY), pt("Tegretol", FIFTY), says=AGREE),
    case(
        "a brand that no table holds",
        rx("torsemide 20 MG Oral Tablet", HUNDRED),
        pt("Demadex 20mg", HUNDRED),
        says=(RX_ONLY, TAKEN_ONLY),
    ),
    case("that brand on both sides", rx("Demadex 20mg", dose(20, "mg")), pt("DEMADEX", dose(20, "mg")), says=AGREE),
    case("a salt is a name of its own", rx("metoprolol", HUNDRED), pt(METOPROLOL, HUNDRED), says=(RX_ONLY, TAKEN_ONLY)),
    case(
        "a salt that the table holds",
        rx("Methylphenidate Hydrochloride 20 MG Oral Tablet", FIFTY),
        pt("methylphenidate", FIFTY),
        says=AGREE,
    ),
    case("a brand of a salt", rx(TOPROL, HUNDRED), pt(METOPROLOL, HUNDRED), says=AGREE),
    case(
        "two ingredients in either order",
        rx(PERCOCET, ONE),
        pt("Oxycodone Hydrochloride 5 MG / Acetaminophen 325 MG Oral Tablet", ONE),
        says=AGREE,
    ),
    case(
        "one ingredient of two",
        rx(PERCOCET, ONE),
        pt("Acetaminophen 325 MG Oral Tablet", ONE),
        says=(RX_ONLY, TAKEN_ONLY),
    ),
    case(
        "mixed capitals",
        rx(PERCOCET, ONE),
        pt("Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet", ONE),
        says=AGREE,
    ),
    case("a bare stroke", rx("Acetaminophen/Hydrocodone"), pt("hydrocodone / acetaminophen"), says=UNSURE),
    case("one letter more", rx("Clonazepam", FIFTY), pt("Clonazepan", FIFTY), says=(RX_ONLY, TAKEN_ONLY)),
    case(
        "one name begins the other",
        rx("Fluoxetine", FIFTY),
        pt("Fluoxetine hydrochloride", FIFTY),
        says=(RX_ONLY, TAKEN_ONLY),
    ),
    case(
        "look-alikes",
        rx("buspirone hydrochloride 10 MG Oral Tablet", FIFTY),
        pt("bupropion", FIFTY),
        says=(RX_ONLY, TAKEN_ONLY),
    ),
    case(
        "enantiomers", rx("escitalopram 10 MG Oral Tablet", FIFTY), pt("citalopram", FIFTY), says=(RX_ONLY, TAKEN_ONLY)
    ),
    case("a pack", rx("Yaz 28 Day Pack", ONE), pt("yaz 28 day pack", ONE), says=UNSURE),
    case("another pack", rx("Yaz 28 Day Pack", ONE), pt("Natazia 28 Day Pack", ONE), says=(RX_ONLY, TAKEN_ONLY)),
    case(
        "name and code disagree",
        rx("Fluoxetine 25MG", FIFTY, code=SERTRALINE),
        pt("fluoxetine", FIFTY),
        says=(NoPairState.NAME_AND_CODE_DISAGREE, TAKEN_ONLY),
    ),
    case(
        "a product's code says nothing",
        rx("Fluoxetine 25MG", FIFTY, code="406022"),
        pt("fluoxetine", FIFTY),
        says=AGREE,
    ),
    case(
        "a supplement with an apostrophe",
        rx("St. John's wort", FIFTY),
        pt("St John\N{RIGHT SINGLE QUOTATION MARK}s Wort", FIFTY),
        says=AGREE,
    ),
    case(
        "vitamin with a number",
        rx("Vitamin B 12 5 MG/ML Injectable Solution", FIFTY),
        pt("vitamin b 12", FIFTY),
        says=AGREE,
    ),
    case("three ingredients", rx(COUGH, dose(10, "mL")), pt(COUGH.upper(), dose(10, "ml")), says=AGREE),
    case(
        "words after the name",
        rx("sertraline 50 mg every day", FIFTY),
        pt("sertraline", FIFTY),
        says=(RX_ONLY, TAKEN_ONLY),
    ),
)
DOSES = (
    case("another dose", rx(SERTRALINE_100, HUNDRED), pt("sertraline", FIFTY), says=DIFFERS),
    case("MG is mg", rx("sertraline", dose(50, "MG")), pt("sertraline", dose("50.0", "mg")), says=AGREE),
    case("grams and milligrams", rx(LITHIUM, dose("0.3", "g")), pt("lithium carbonate", dose(300, "mg")), says=AGREE),
    case("micrograms by both signs", rx("x", dose(50, "\N{MICRO SIGN}g")), pt("x", dose("0.05", "mg")), says=AGREE),
    case("the strength is not the dose", rx(SERTRALINE_100), pt("sertraline", HUNDRED), says=UNSURE),
    case("a dose in words", rx("sertraline", FIFTY), pt("sertraline", dose(text="one white pill")), says=UNSURE),
    case(
        "the same words", rx("sertraline", dose(text="one pill")), pt("sertraline", dose(text="one pill")), says=UNSURE
    ),
    case("no dose at all", rx("sertraline"), pt("sertraline"), says=UNSURE),
    case("one tablet of the same", rx(SERTRALINE_100, ONE), pt(SERTRALINE_100.lower(), dose(1, "Tablets")), says=AGREE),
    case("two tablets of the same", rx(SERTRALINE_100, ONE), pt(SERTRALINE_100, dose(2, "tablet")), says=DIFFERS),
    case(
        "one tablet of another strength", rx(SERTRALINE_100, ONE), pt("Sertraline 50 MG Oral Tablet", ONE), says=UNSURE
    ),
    case("one tablet of no stated strength", rx("sertraline", ONE), pt("sertraline", ONE), says=UNSURE),
    case("tablets and milligrams", rx(SERTRALINE_100, ONE), pt("sertraline", HUNDRED), says=UNSURE),
    case("milligrams of two ingredients", rx(PERCOCET, dose(5, "mg")), pt(PERCOCET, dose(325, "mg")), says=UNSURE),
    case(
        "injection and tablet",
        rx("10 ML Furosemide 10 MG/ML Injection", dose(4, "mL")),
        pt("furosemide", dose(40, "mg")),
        says=UNSURE,
    ),
    case("as needed is another dose", rx("sertraline", FIFTY), pt("sertraline", FIFTY, as_needed=True), says=UNSURE),
    case(
        "as needed, and said not to be",
        rx("sertraline", FIFTY, as_needed=False),
        pt("sertraline", FIFTY, as_needed=True),
        says=DIFFERS,
    ),
    case(
        "other words for when",
        rx("sertraline", FIFTY, timing="twice daily"),
        pt("sertraline", FIFTY, timing="at night"),
        says=UNSURE,
    ),
    case(
        "the same words for when",
        rx("sertraline", FIFTY, timing="At night"),
        pt("sertraline", FIFTY, timing="at  night"),
        says=AGREE,
    ),
    case("only one says when", rx("sertraline", FIFTY, timing="at night"), pt("sertraline", FIFTY), says=AGREE),
)
TIMES = (
    case("stopped but taken", rx("sertraline", FIFTY, (STOP, MONTH)), pt("sertraline", FIFTY), says=STOPPED),
    case("switched away but taken", rx("sertraline", FIFTY, (SWITCH, MONTH)), pt("sertraline", FIFTY), says=STOPPED),
    case("on hold but taken", rx("sertraline", FIFTY, (HOLD, WEEK)), pt("sertraline", FIFTY), says=STOPPED),
    case("resumed", rx("sertraline", FIFTY, (HOLD, MONTH), (RESUME, WEEK)), pt("sertraline", FIFTY), says=AGREE),
    case("no longer taken", rx("sertraline", FIFTY), pt("sertraline", FIFTY, (STOP, WEEK)), says=RX_ONLY),
    case("both stopped", rx("sertraline", FIFTY, (STOP, MONTH)), pt("sertraline", FIFTY, (STOP, WEEK)), says=OVER),
    case("both on hold", rx("sertraline", FIFTY, (HOLD, MONTH)), pt("sertraline", FIFTY, (HOLD, WEEK)), says=OVER),
    case("a stop to come", rx("sertraline", FIFTY, (STOP, SOON)), pt("sertraline", FIFTY), says=AGREE),
    case("stopped today", rx("sertraline", FIFTY, (STOP, TODAY)), pt("sertraline", FIFTY), says=STOPPED),
    case("a start to come", rx("sertraline", FIFTY, started=SOON), says=PLANNED),
    case("taken before the start", rx("sertraline", FIFTY, started=SOON), pt("sertraline", FIFTY), says=PLANNED),
    case(
        "a confirmation changes nothing",
        rx("sertraline", FIFTY, (STOP, MONTH), (CONFIRM, WEEK)),
        pt("sertraline", FIFTY),
        says=STOPPED,
    ),
    case(
        "stopped once, prescribed again",
        rx("Fluoxetine 25MG", FIFTY, (STOP, MONTH)),
        rx("Fluoxetine 25MG", FIFTY, number=2),
        pt("fluoxetine", FIFTY),
        says=AGREE,
    ),
    case(
        "entered in error",
        rx("sertraline", FIFTY, in_error=True),
        pt("sertraline", FIFTY),
        says=(NoPairState.ENTERED_IN_ERROR, TAKEN_ONLY),
    ),
    case(
        "a patient who died", rx("sertraline", FIFTY), pt("sertraline", HUNDRED), says=NoPairState.DECEASED, view=DEAD
    ),
    case(
        "a former member",
        rx("sertraline", FIFTY),
        pt("sertraline", HUNDRED),
        says=NoPairState.FORMER_MEMBER,
        view=replace(EVERYTHING, former=True),
    ),
)
SIDES = (
    case("only prescribed", rx(LITHIUM, dose(300, "mg")), says=RX_ONLY),
    case("only taken", pt("Tylenol PM Pill"), says=TAKEN_ONLY),
    case("only prescribed, as far as one sees", rx(LITHIUM), says=UNSEEN, view=NO_TAKEN),
    case("only taken, as far as one sees", pt("Tylenol PM Pill"), says=UNSEEN, view=NO_PRESCRIBED),
    case(
        "no longer taken, as far as one sees", rx("x", FIFTY), pt("x", FIFTY, (STOP, WEEK)), says=UNSEEN, view=NO_TAKEN
    ),
    case(
        "stopped but taken asserts no negative", rx("x", FIFTY, (STOP, WEEK)), pt("x", FIFTY), says=STOPPED, view=BLIND
    ),
    case("what is on both sides asserts no negative", rx("x", FIFTY), pt("x", HUNDRED), says=DIFFERS, view=BLIND),
    case(
        "eleven prescriptions of one drug",
        *(rx(LITHIUM, dose(300, "mg"), number=n) for n in range(1, 12)),
        pt("lithium carbonate", dose(300, "mg")),
        says=UNSURE,
    ),
    case(
        "two entries on both sides, one for one",
        rx("x", FIFTY),
        rx("x", HUNDRED, number=2),
        pt("x", HUNDRED),
        pt("x", FIFTY, number=2),
        says=AGREE,
    ),
    case("two entries are not added up", rx("x", FIFTY), rx("x", FIFTY, number=2), pt("x", HUNDRED), says=UNSURE),
    case(
        "one of two is another dose",
        rx("x", FIFTY),
        rx("x", HUNDRED, number=2),
        pt("x", FIFTY),
        pt("x", dose(75, "mg"), number=2),
        says=UNSURE,
    ),
    case("two prescriptions, none taken", rx("x", FIFTY), rx("x", HUNDRED, number=2), says=RX_ONLY),
    case(
        "different drugs",
        rx("lamotrigine 100 MG Oral Tablet", HUNDRED),
        pt("quetiapine", HUNDRED),
        says=(RX_ONLY, TAKEN_ONLY),
    ),
)
CASES = (*NAMES, *DOSES, *TIMES, *SIDES)
