"""The story, part three: what Nora lets whom read, who asks for more, and who looks."""

from careteam.demo.days import FRI, MON, SAT, SUN, THU, TUE, WED, Ago, On
from careteam.demo.looking import (
    AsksWhy,
    LooksInVain,
    Opens,
    Previews,
    PrintsReceipt,
    ReadsAccounting,
    ReadsLog,
    ReadsMedications,
    ReadsNotes,
    ReadsNotices,
)
from careteam.demo.sharing import Asks, Document, Revokes, Signs
from careteam.demo.stage import Line
from careteam.policy.vocabulary import ConsentKind, ItemClass, Label

OF_THE_THERAPIST = Document(
    disclosers=("member:imani",),
    recipients=("member:samuel",),
    classes=(
        ItemClass.REFERRAL,
        ItemClass.INTAKE,
        ItemClass.COORDINATION_NOTE,
        ItemClass.MEDICATION,
        ItemClass.MEASURE,
        ItemClass.TREATMENT_PLAN,
        ItemClass.MESSAGE,
    ),
)
"""What goes with the referral: what she writes for the prescriber and with him, and no progress notes."""

TOGETHER = Document(
    disclosers=("member:samuel", "patient"),
    recipients=("member:imani", "member:samuel"),
    classes=(ItemClass.REFERRAL, ItemClass.INTAKE, ItemClass.TREATMENT_PLAN, ItemClass.MESSAGE),
)
"""Of the prescriber's and of her own, for these two by name: whoever covers for one of them does not plan."""

OF_THE_COVER = Document(
    disclosers=("member:helen",),
    recipients=("member:imani", "member:samuel"),
    classes=(ItemClass.CHECK_IN, ItemClass.SIDE_EFFECT),
    days=30,
)
"""What the colleague finds out at check-ins goes to the two whom it is for."""

WIDE = Document(
    disclosers=("member:samuel", "patient"),
    recipients=("role:therapist", "role:prescriber"),
    classes=(
        ItemClass.PROGRESS_NOTE,
        ItemClass.COORDINATION_NOTE,
        ItemClass.MEDICATION,
        ItemClass.ALLERGY,
        ItemClass.CONDITION,
        ItemClass.SIDE_EFFECT,
        ItemClass.CHECK_IN,
        ItemClass.MEASURE,
    ),
)
"""Of the prescriber's and of her own: nearly everything, for whoever treats her."""

WHILE_THE_DOSE_CHANGES = Document(
    disclosers=("member:imani",),
    recipients=("member:samuel",),
    classes=(ItemClass.PROGRESS_NOTE,),
    ends_when="My dose has not changed for two months.",
)
FOR_THE_COVER = Document(
    disclosers=("member:imani",),
    recipients=("member:helen",),
    classes=(ItemClass.COORDINATION_NOTE,),
    days=30,
)
OF_HER_DRINKING = Document(
    disclosers=("patient",),
    recipients=("member:samuel",),
    classes=(ItemClass.CONDITION,),
    labels=(Label.SUBSTANCE_USE,),
)
"""Of what she recorded herself, for the one who prescribes: under 42 CFR Part 2, with terms of its own."""

OF_ONE_SESSION = Document(
    disclosers=("member:imani",),
    recipients=("member:samuel",),
    classes=(ItemClass.PSYCHOTHERAPY_NOTE,),
    kind=ConsentKind.PSYCHOTHERAPY_NOTES,
)
"""Opens nothing by itself: of these notes, what their author releases to him, note by note."""

CONSENTS: tuple[Line, ...] = (
    (On(20, SAT, "10:40"), "nora", Signs("together", TOGETHER)),
    (On(20, SAT, "10:52"), "nora", Signs("wide", WIDE)),
    (On(16, WED, "19:05"), "nora", Signs("while-the-dose-changes", WHILE_THE_DOSE_CHANGES)),
    (On(13, SAT, "17:50"), "nora", Signs("of-her-drinking", OF_HER_DRINKING)),
    (On(12, SAT, "10:05"), "nora", Signs("of-one-session", OF_ONE_SESSION)),
    (On(9, SUN, "20:15"), "nora", Revokes("while-the-dose-changes", "The dose is settled; sessions stay between us.")),
    (On(2, WED, "18:45"), "nora", Signs("of-the-cover", OF_THE_COVER)),
    (
        On(1, MON, "09:40"),
        "helen",
        Asks("for-the-cover", FOR_THE_COVER, "May I read what Ms. Brooks wrote for Dr. Osei, while I stand in?"),
    ),
)

LOOKS: tuple[Line, ...] = (
    (On(19, TUE, "09:50"), "samuel", Opens()),
    (On(19, THU, "10:45"), "imani", Opens()),
    (On(16, TUE, "09:55"), "samuel", Opens()),
    (On(16, THU, "08:40"), "samuel", ReadsNotes(ItemClass.PROGRESS_NOTE)),
    (On(14, TUE, "08:50"), "samuel", ReadsNotes(ItemClass.PROGRESS_NOTE)),
    (On(12, TUE, "09:45"), "samuel", Opens()),
    (On(11, MON, "13:10"), "samuel", ReadsNotes(ItemClass.PSYCHOTHERAPY_NOTE)),
    (On(9, SUN, "20:05"), "nora", ReadsLog()),
    (On(9, SUN, "20:18"), "nora", PrintsReceipt("while-the-dose-changes")),
    (On(9, SUN, "20:25"), "nora", AsksWhy("samuel", ItemClass.PROGRESS_NOTE)),
    (On(8, TUE, "09:50"), "samuel", Opens()),
    (On(8, THU, "10:50"), "imani", ReadsMedications()),
    (On(3, TUE, "09:40"), "samuel", Opens()),
    (On(3, SUN, "19:30"), "nora", ReadsNotes(ItemClass.PSYCHOTHERAPY_NOTE)),
    (On(2, MON, "16:20"), "helen", LooksInVain()),
    (On(2, WED, "14:40"), "imani", Opens("theo")),
    (On(2, FRI, "18:00"), "nora", ReadsNotices()),
    (On(2, FRI, "18:05"), "nora", Opens()),
    (On(2, SUN, "20:00"), "nora", ReadsAccounting()),
    (On(1, MON, "09:15"), "helen", Opens()),
    (Ago(28), "imani", Opens()),
    (Ago(3), "helen", ReadsMedications()),
    (Ago(2), "nora", Previews("for-the-cover")),
)
