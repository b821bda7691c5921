"""The story, part four: who acts for Theo, what was opened in an emergency, and what Nora asked about."""

from careteam.demo.acting import Empowers
from careteam.demo.days import FRI, MON, SAT, SUN, THU, TUE, WED, On
from careteam.demo.joining import Accepts
from careteam.demo.looking import Opens, ReadsLog, ReadsNotices
from careteam.demo.overseeing import AnswersCase, OpensInEmergency, QuestionsLast, ReviewsEmergency
from careteam.demo.prescribing import Starts, mg
from careteam.demo.stage import Line
from careteam.policy.vocabulary import CaseOutcome, InvitationKind, ItemClass, Power, ReviewOutcome

ACTING_FOR_THEO: tuple[Line, ...] = (
    (On(6, SAT, "10:00"), "theo", Empowers("clara", (Power.READ, Power.REPORT))),
    (On(6, SUN, "18:05"), "clara", Accepts(InvitationKind.REPRESENTATIVE, registers=True)),
    (On(6, SUN, "18:12"), "clara", Opens("theo")),
    (
        On(6, SUN, "18:20"),
        "clara",
        Starts(
            "amlodipine",
            "Amlodipine",
            mg(5, "in the morning"),
            "Blood pressure; from the box in his kitchen",
            about="theo",
            days_before=700,
        ),
    ),
)
"""A power of attorney that reads and reports, and signs nothing."""

AN_EMERGENCY: tuple[Line, ...] = (
    (
        On(5, THU, "16:20"),
        "samuel",
        OpensInEmergency(
            "found-confused",
            "theo",
            "Brought to the emergency department confused and unsteady; they ask what he takes and how he was.",
            "He does not know where he is, and his daughter cannot be reached by telephone.",
            (ItemClass.MEDICATION, ItemClass.PROGRESS_NOTE, ItemClass.CONDITION),
        ),
    ),
    (On(5, THU, "16:24"), "samuel", Opens("theo")),
    (
        On(5, FRI, "11:00"),
        "priya",
        ReviewsEmergency(
            "found-confused",
            "northside",
            ReviewOutcome.JUSTIFIED,
            "I spoke with Dr. Osei and with the department that called him. He opened what it asked for, once.",
        ),
    ),
    (On(5, SUN, "10:30"), "theo", ReadsNotices()),
    (On(5, SUN, "10:35"), "theo", ReadsLog()),
)
"""Theo shares nothing: for an hour his prescriber reads three classes without his consent, and Theo is told at once."""

A_QUESTION: tuple[Line, ...] = (
    (
        On(2, MON, "21:30"),
        "nora",
        QuestionsLast("who-is-helen", "helen", "I do not know a Helen Marsh. Why did she try to open my record?"),
    ),
    (
        On(2, TUE, "10:15"),
        "priya",
        AnswersCase(
            "who-is-helen",
            "northside",
            CaseOutcome.EXPLAINED,
            "Dr. Marsh is to cover for Dr. Osei while he is away and looked a day too early, before you were asked. "
            "She was shown nothing. You decide whether she joins your team, and what she reads.",
        ),
    ),
    (On(2, WED, "18:30"), "nora", ReadsNotices()),
)
