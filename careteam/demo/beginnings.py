"""The story, part one: practices, staff, and how the two teams come together."""

from careteam.demo.answering import Answers
from careteam.demo.days import FRI, MON, SUN, THU, TUE, WED, On
from careteam.demo.joining import Accepts, Agrees, AgreesToProposal, Founds, Invites, Verifies
from careteam.demo.looking import LooksAtSharing
from careteam.demo.permission import OF_THE_THERAPIST
from careteam.demo.referring import AcceptsReferral, AgreesToReferral, Refers
from careteam.demo.sharing import Restricts
from careteam.demo.stage import Line
from careteam.policy.treatment_words import AnswerOutcome
from careteam.policy.vocabulary import InvitationKind, ItemClass, Role
from careteam.services.referrals import closing

STAFF, PATIENT, CLINICIAN = InvitationKind.STAFF, InvitationKind.PATIENT, InvitationKind.CLINICIAN
COVER = (On(1, MON, "00:00"), On(-1, MON, "00:00"))
"""Two weeks: the last one and the present one."""

PRACTICES: tuple[Line, ...] = (
    (On(24, MON, "09:00"), "gwen", Founds("river")),
    (On(24, MON, "09:20"), "luis", Founds("northside")),
    (On(24, MON, "10:00"), "gwen", Invites("imani", STAFF, Role.THERAPIST, practice="river")),
    (On(24, MON, "12:30"), "imani", Accepts(STAFF, registers=True)),
    (On(24, MON, "14:00"), "gwen", Verifies("imani", "river")),
    (On(24, TUE, "09:00"), "luis", Invites("samuel", STAFF, Role.PRESCRIBER, practice="northside")),
    (On(24, TUE, "09:05"), "luis", Invites("helen", STAFF, Role.PRESCRIBER, practice="northside")),
    (On(24, TUE, "12:10"), "samuel", Accepts(STAFF, registers=True)),
    (On(24, TUE, "17:45"), "helen", Accepts(STAFF, registers=True)),
    (On(24, WED, "08:30"), "luis", Verifies("samuel", "northside")),
    (On(24, WED, "08:32"), "luis", Verifies("helen", "northside")),
    (On(24, WED, "08:40"), "luis", Invites("priya", STAFF, Role.PRIVACY_OFFICER, practice="northside")),
    (On(24, WED, "13:05"), "priya", Accepts(STAFF, registers=True)),
)

NORAS_TEAM: tuple[Line, ...] = (
    (On(22, TUE, "12:00"), "imani", Invites("nora", PATIENT, Role.THERAPIST, practice="river")),
    (On(22, TUE, "18:20"), "nora", Accepts(PATIENT, registers=True)),
    (
        On(20, THU, "16:00"),
        "imani",
        Refers(
            "referral",
            "samuel",
            Role.PRESCRIBER,
            "Moderate depression for five months; three weeks of behavioural activation, mood unchanged.",
            "Would you see Nora, and say whether medication beside the sessions is worth trying?",
            OF_THE_THERAPIST,
        ),
    ),
    (On(20, THU, "19:40"), "nora", AgreesToReferral("referral")),
    (On(20, FRI, "08:45"), "samuel", AcceptsReferral("referral")),
    (
        On(20, FRI, "08:50"),
        "samuel",
        Answers(
            closing.answer,
            "referral",
            AnswerOutcome.APPOINTMENT,
            "Thank you. I see Nora on Tuesday of next week.",
            follow_up=On(19, TUE, "10:00"),
        ),
    ),
    (
        On(19, TUE, "12:30"),
        "samuel",
        Answers(
            closing.answer,
            "referral",
            AnswerOutcome.ASSESSED,
            "A second episode, moderate. She would like to try sertraline beside your sessions, and has begun today.",
        ),
    ),
    (On(2, TUE, "09:00"), "samuel", Invites("helen", CLINICIAN, Role.PRESCRIBER, team_of="nora", covering=COVER)),
    (On(2, TUE, "18:32"), "nora", AgreesToProposal("helen")),
    (On(2, WED, "12:15"), "helen", Accepts(CLINICIAN)),
    (On(2, WED, "18:35"), "nora", LooksAtSharing()),
    (
        On(2, WED, "18:40"),
        "nora",
        Restricts("member:helen", ItemClass.PROGRESS_NOTE, "She looks after my refills for two weeks, no more."),
    ),
)

THEOS_TEAM: tuple[Line, ...] = (
    (On(12, WED, "10:00"), "imani", Invites("theo", PATIENT, Role.THERAPIST, practice="river")),
    (On(12, WED, "20:40"), "theo", Accepts(PATIENT, registers=True)),
    (On(12, FRI, "15:00"), "imani", Invites("samuel", CLINICIAN, Role.PRESCRIBER, team_of="theo")),
    (On(11, MON, "08:50"), "samuel", Accepts(CLINICIAN)),
    (On(11, SUN, "09:30"), "theo", Agrees("samuel")),
)
