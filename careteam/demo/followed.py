"""The story, part five: how what is prescribed is followed: check-ins, supplies, what Nora reports and asks for."""

from careteam.demo.answering import Answers
from careteam.demo.days import FRI, MON, SAT, SUN, THU, TUE, WED, Ago, On
from careteam.demo.looking import LooksForDrug, ReadsReminders
from careteam.demo.managing import (
    AsksAboutCost,
    AsksForRefill,
    ChecksIn,
    ReadsDue,
    Reports,
    Schedules,
    Supplies,
)
from careteam.demo.prescribing import Starts
from careteam.demo.sharing import Restricts
from careteam.demo.stage import Line
from careteam.policy.treatment_words import (
    AnswerOutcome,
    CheckInCause,
    CheckInOutcome,
    CostConcern,
    Impact,
    VisitMode,
)
from careteam.policy.vocabulary import Severity
from careteam.services.cost_requests import cost_requests
from careteam.services.management import refill_requests
from careteam.services.side_effects import reporting

SEEN, CALLED = VisitMode.IN_PERSON, VisitMode.VIRTUAL
CONTINUE, ADJUST, SWITCH = CheckInOutcome.CONTINUE, CheckInOutcome.ADJUST, CheckInOutcome.SWITCH

NORAS_CHECK_INS: tuple[Line, ...] = (
    (On(19, TUE, "11:10"), "samuel", Supplies("sertraline", 30, 2)),
    (On(18, TUE, "10:50"), "samuel", ReadsDue()),
    (
        On(18, TUE, "11:05"),
        "samuel",
        ChecksIn(
            "sertraline",
            CALLED,
            ADJUST,
            {"adherence_days": 7, "symptoms": "Some nausea in the evening.", "note": "Up to 50 mg, as planned."},
            changed=True,
        ),
    ),
    (On(16, TUE, "10:30"), "samuel", ReadsDue()),
    (
        On(16, TUE, "11:05"),
        "samuel",
        ChecksIn(
            "sertraline",
            SEEN,
            ADJUST,
            {"adherence_days": 7, "symptoms": "Falls asleep late.", "note": "Moves to the morning."},
            changed=True,
        ),
    ),
    (On(14, TUE, "10:30"), "samuel", ReadsDue()),
    (
        On(14, TUE, "11:00"),
        "samuel",
        ChecksIn("sertraline", CALLED, ADJUST, {"adherence_days": 6, "note": "It does not work yet."}, True),
    ),
    (On(12, TUE, "10:40"), "samuel", ReadsDue()),
    (On(12, TUE, "10:50"), "samuel", ChecksIn("sertraline", SEEN, CONTINUE, {"adherence_days": 7})),
    (On(8, TUE, "10:30"), "samuel", ReadsDue()),
    (
        On(8, TUE, "11:04"),
        "samuel",
        ChecksIn("sertraline", SEEN, SWITCH, {"adherence_days": 5, "symptoms": "Sweats through her shirts."}, True),
    ),
    (On(8, TUE, "11:06"), "samuel", ChecksIn("hydroxyzine", SEEN, CONTINUE, {"symptoms": "Two nights a week."})),
    (On(8, TUE, "11:08"), "samuel", Supplies("escitalopram", 30, 1)),
    (On(8, TUE, "11:10"), "samuel", Schedules(CheckInCause.STOP, (7,))),
    (On(7, TUE, "10:50"), "samuel", ReadsDue()),
    (On(7, TUE, "10:55"), "samuel", ChecksIn("sertraline", CALLED, CONTINUE, {"note": "No trouble after the switch."})),
    (On(7, TUE, "10:57"), "samuel", ChecksIn("escitalopram", CALLED, CONTINUE, {"adherence_days": 7})),
    (On(6, TUE, "10:50"), "samuel", ReadsDue()),
    (On(6, TUE, "11:05"), "samuel", ChecksIn("escitalopram", SEEN, ADJUST, {"adherence_days": 7}, True)),
    (On(4, TUE, "10:50"), "samuel", ReadsDue()),
    (On(4, TUE, "11:05"), "samuel", ChecksIn("escitalopram", CALLED, CONTINUE, {"adherence_days": 7})),
    (On(4, TUE, "11:08"), "samuel", Supplies("escitalopram", 35, 0)),
    (On(3, TUE, "10:42"), "samuel", ReadsReminders()),
    (On(3, TUE, "10:44"), "samuel", ReadsDue()),
    (On(3, TUE, "11:06"), "samuel", ChecksIn("hydroxyzine", SEEN, CONTINUE, {"note": "Not missed."})),
    (On(2, TUE, "09:10"), "samuel", ReadsDue()),
    (On(2, TUE, "09:15"), "samuel", ChecksIn("escitalopram", CALLED, CONTINUE, {"adherence_days": 7})),
    (On(1, FRI, "09:50"), "helen", ReadsDue()),
    (
        On(1, FRI, "10:15"),
        "helen",
        ChecksIn(
            "escitalopram",
            CALLED,
            ADJUST,
            {
                "adherence_days": 6,
                "symptoms": "Restless in the evening, awake until two.",
                "note": "Down to 10 mg until Dr. Osei is back; she may call me before.",
            },
            changed=True,
        ),
    ),
)
"""The next one is two weeks after the last change of dose: later than what was dispensed will last."""

WHAT_NORA_REPORTS: tuple[Line, ...] = (
    (
        On(17, WED, "07:50"),
        "nora",
        Reports("nausea", "sertraline", "nausea", Severity.MILD, Impact.BOTHERS, to=("samuel", "imani")),
    ),
    (
        On(17, WED, "12:40"),
        "samuel",
        Answers(
            reporting.answer,
            "nausea",
            AnswerOutcome.MANAGE,
            "Common in the first two weeks. Take it with food; write again if it is not better in a week.",
        ),
    ),
    (
        On(9, SAT, "11:30"),
        "nora",
        Reports("sweating", "sertraline", "sweating", Severity.MODERATE, Impact.STOPS),
    ),
    (
        On(8, TUE, "11:12"),
        "samuel",
        Answers(reporting.answer, "sweating", AnswerOutcome.SWITCH, "We spoke today: escitalopram.", "sertraline"),
    ),
    (
        On(8, WED, "18:10"),
        "nora",
        AsksAboutCost(
            "price", "escitalopram", CostConcern.COST, "84 dollars for the box with the brand name.", ("samuel",)
        ),
    ),
    (
        On(8, THU, "08:40"),
        "samuel",
        Answers(cost_requests.answer, "price", AnswerOutcome.GENERIC, "Ask for escitalopram by that name: about 10."),
    ),
    (
        On(5, SAT, "09:50"),
        "nora",
        AsksForRefill("refill", "escitalopram", "Five tablets left, and I am at my sister's next week.", ("samuel",)),
    ),
    (
        On(4, MON, "08:20"),
        "samuel",
        Answers(refill_requests.answer, "refill", AnswerOutcome.APPROVED, "At your pharmacy from tomorrow."),
    ),
    (
        Ago(23),
        "nora",
        AsksForRefill("refill-now", "escitalopram", "They end before the day on which we speak again.", ("helen",)),
    ),
)
"""The last request waits for whoever covers."""

KEPT_PRIVATE: tuple[Line, ...] = (
    (On(1, SAT, "17:50"), "nora", LooksForDrug("st john")),
    (On(1, SAT, "17:55"), "nora", Starts("wort", "St John's wort", {"dose_text": "one capsule", "timing": "daily"})),
    (On(1, SAT, "17:56"), "nora", Restricts("anyone", None, "It helped my aunt. I do not want to discuss it.", "wort")),
    (On(1, SUN, "19:00"), "nora", ReadsReminders()),
)
"""Nobody but Nora is told that it does not go with what is prescribed; she may share it."""

THEOS_CHECK_INS: tuple[Line, ...] = (
    (On(9, TUE, "14:40"), "samuel", ReadsDue("theo")),
    (On(9, TUE, "14:50"), "samuel", ChecksIn("mirtazapine", CALLED, CONTINUE, {"adherence_days": 7}, about="theo")),
    (On(7, TUE, "14:40"), "samuel", ReadsDue("theo")),
    (
        On(7, TUE, "15:05"),
        "samuel",
        ChecksIn("mirtazapine", SEEN, ADJUST, {"adherence_days": 7, "note": "71 kg."}, changed=True, about="theo"),
    ),
    (On(4, TUE, "14:40"), "samuel", ReadsDue("theo")),
    (
        On(4, TUE, "14:50"),
        "samuel",
        ChecksIn("mirtazapine", SEEN, CONTINUE, {"note": "After the emergency: clear, steady."}, about="theo"),
    ),
)
"""The one at eight weeks fell into the days before Samuel left, and is overdue."""
