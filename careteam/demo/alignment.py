"""The story, part seven: one plan of three people, what they ask each other, and what each says to it."""

from careteam.demo.answering import Answers
from careteam.demo.days import FRI, MON, SAT, SUN, THU, TUE, WED, Ago, On
from careteam.demo.planning import (
    Achieves,
    ClosesReview,
    Plans,
    RecordsTrial,
    Replans,
    SaysItIsNotWorking,
    SaysToPlan,
    WritesIntake,
)
from careteam.demo.stage import Line
from careteam.demo.talking import CarriesOver, KeepsQuestion, Sends
from careteam.policy.treatment_words import AnswerOutcome, IntakeSection, PlanAnswer, PlanItemKind, TrialEffect
from careteam.services.planning import plan_reviewing
from careteam.services.record import question_entries

INTAKE: tuple[Line, ...] = (
    (
        On(22, THU, "11:25"),
        "imani",
        WritesIntake(IntakeSection.SYMPTOMS, "Low mood on most days for five months; wakes at four, worried."),
    ),
    (
        On(22, THU, "11:28"),
        "imani",
        WritesIntake(IntakeSection.HISTORY, "One similar winter at university.", to="intake-part"),
    ),
    (
        On(22, SAT, "10:05"),
        "nora",
        WritesIntake(IntakeSection.GOALS, "To sleep, to run again, and to like Mondays.", to="intake-part"),
    ),
    (
        On(20, SUN, "17:20"),
        "nora",
        WritesIntake(IntakeSection.ALREADY_TRIED, "Herbs and long walks, that winter.", to="intake-part"),
    ),
    (
        On(20, SUN, "17:25"),
        "nora",
        RecordsTrial("St John's wort", {"effect": TrialEffect.UNKNOWN, "weeks": 6, "why_stopped": "Spring came."}),
    ),
)
"""Begun by the therapist, added to by the patient."""

NORAS_PLAN: tuple[Line, ...] = (
    (On(20, THU, "11:40"), "imani", Plans("sessions", PlanItemKind.THERAPY, "Weekly sessions; activity before mood.")),
    (
        On(19, TUE, "11:20"),
        "samuel",
        Plans("tablets", PlanItemKind.MEDICATION, "Sertraline, 50 mg after a week; look again after five weeks."),
    ),
    (On(19, WED, "19:00"), "nora", Plans("sleep-and-run", PlanItemKind.GOAL, "Six hours of sleep, two runs a week.")),
    (On(19, WED, "19:02"), "nora", SaysToPlan("tablets")),
    (On(19, WED, "19:03"), "nora", SaysToPlan("sessions")),
    (On(19, THU, "11:20"), "imani", SaysToPlan("tablets")),
    (On(19, THU, "11:21"), "imani", SaysToPlan("sleep-and-run")),
    (On(18, TUE, "11:10"), "samuel", SaysToPlan("sessions")),
    (On(18, TUE, "11:11"), "samuel", SaysToPlan("sleep-and-run")),
    (
        On(15, SAT, "09:45"),
        "nora",
        SaysItIsNotWorking("not-working", "Five weeks, and this week was the worst since spring. Nobody has noticed."),
    ),
    (
        On(15, SUN, "17:00"),
        "imani",
        Answers(
            plan_reviewing.answer,
            "not-working",
            AnswerOutcome.PLAN_KEPT,
            "I have read it, and your form. We go on, with Thursday for this alone; the dose is for Dr. Osei.",
        ),
    ),
    (
        On(14, TUE, "11:02"),
        "samuel",
        Replans("tablets", "Sertraline 100 mg for six weeks; if not enough, another one.", "Worse at week five"),
    ),
    (
        On(14, TUE, "11:05"),
        "samuel",
        Answers(
            plan_reviewing.answer,
            "not-working",
            AnswerOutcome.PLAN_CHANGED,
            "You are right. 100 mg from tomorrow, and we look at it every second week.",
        ),
    ),
    (On(14, TUE, "18:30"), "nora", SaysToPlan("tablets")),
    (On(14, THU, "11:15"), "imani", SaysToPlan("tablets")),
    (On(14, THU, "18:00"), "nora", ClosesReview("not-working")),
    (
        On(8, TUE, "11:15"),
        "samuel",
        Replans("tablets", "Escitalopram, 10 to 15 mg, for half a year after she is well.", "Sweating on sertraline"),
    ),
    (On(8, TUE, "18:40"), "nora", SaysToPlan("tablets")),
    (On(8, THU, "11:25"), "imani", SaysToPlan("tablets")),
    (On(3, SUN, "19:45"), "nora", Achieves("sleep-and-run", "Eight weeks in a row.")),
    (
        On(2, FRI, "16:00"),
        "samuel",
        Plans("watching", PlanItemKind.MONITORING, "PHQ-9 every two weeks; above 10 twice: a visit within the week."),
    ),
    (On(2, FRI, "18:10"), "nora", SaysToPlan("watching")),
    (
        On(1, THU, "11:40"),
        "imani",
        Replans("sessions", "A session every other week; the dream work at home.", "Better since summer"),
    ),
    (
        On(1, THU, "20:00"),
        "nora",
        SaysToPlan("sessions", PlanAnswer.DISCUSS, "Not before the dark months are over, please."),
    ),
)
"""The tablets are agreed by all three since the switch. Of the last two lines each clinician has one to look at."""

QUESTIONS: tuple[Line, ...] = (
    (
        On(20, SUN, "17:30"),
        "nora",
        KeepsQuestion("flattened", "Will I still feel things?", On(19, TUE, "10:00"), to=("samuel",)),
    ),
    (On(19, WED, "18:50"), "nora", CarriesOver("flattened", On(16, TUE, "10:00"))),
    (
        On(16, TUE, "11:20"),
        "samuel",
        Answers(
            question_entries.answer,
            "flattened",
            AnswerOutcome.ANSWERED,
            "Most people do. Where somebody feels less, we lower the dose or change it: tell me.",
        ),
    ),
    (
        On(4, SUN, "18:00"),
        "nora",
        KeepsQuestion("how-long", "How long do I take them once I am well?", On(3, TUE, "10:00"), ("samuel",)),
    ),
    (On(3, WED, "19:00"), "nora", CarriesOver("how-long", On(-5, TUE, "10:00"))),
    (On(3, WED, "19:04"), "nora", KeepsQuestion("for-herself", "And if I never want to stop?")),
)
"""One answered, one carried over, one kept for herself."""

MESSAGES: tuple[Line, ...] = (
    (
        On(13, MON, "16:20"),
        "imani",
        Sends(
            "evenings",
            ("samuel",),
            "She dreads the parents' evenings. Could you see her before the second one?",
            subject="Parents' evenings",
            needs_answer_from="samuel",
        ),
    ),
    (On(13, TUE, "08:05"), "samuel", Sends("soon", ("imani",), "Yes, next Tuesday at ten.", after="evenings")),
    (
        Ago(21),
        "nora",
        Sends(
            "bad-nights",
            ("helen", "imani"),
            "Two bad nights since the dose went down. Do I go back up, or wait?",
            subject="Since Friday",
            needs_answer_from="helen",
        ),
    ),
)
"""Nora reads all of it. The last one needs an answer from whoever covers."""
