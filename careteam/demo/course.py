"""The story, part two: what the clinicians write, and what is taken."""

from careteam.demo.both_sides import Decision, ReadsBothSides, Reconciles
from careteam.demo.days import FRI, MON, SAT, THU, TUE, WED, Ago, On
from careteam.demo.outside import ConfirmsLabels, Imports
from careteam.demo.prescribing import Changes, Reviews, Starts, Switches, mg
from careteam.demo.stage import Line
from careteam.demo.writing import Adds, Labels, Releases, TakesBack, Writes
from careteam.policy.vocabulary import ItemClass, Label, MedicationChange, ReconciliationDecision

COORDINATION, PSYCHOTHERAPY = ItemClass.COORDINATION_NOTE, ItemClass.PSYCHOTHERAPY_NOTE
DOSE, HOLD, RESUME = MedicationChange.DOSE_CHANGE, MedicationChange.HOLD, MedicationChange.RESUME
STOP, CONFIRM = MedicationChange.STOP, MedicationChange.CONFIRM
PRESCRIBED, TAKEN = ReconciliationDecision.ACCEPT_PRESCRIBED, ReconciliationDecision.ACCEPT_TAKEN

FROM_ELSEWHERE: tuple[Line, ...] = (
    (On(19, MON, "16:30"), "samuel", Imports("imani")),
    (On(19, MON, "16:40"), "samuel", ConfirmsLabels()),
)
"""What was prescribed waited for Samuel, who has confirmed its labels. A diagnosis waits for Nora, to this day."""

NORAS_NOTES: tuple[Line, ...] = (
    (On(22, THU, "11:05"), "imani", Writes("first-session")),
    (On(21, THU, "11:10"), "imani", Writes("second-session")),
    (On(21, THU, "11:35"), "imani", Writes("between-the-lines", PSYCHOTHERAPY)),
    (On(20, THU, "11:10"), "imani", Writes("third-session")),
    (On(20, FRI, "09:30"), "imani", Writes("before-the-first-visit", COORDINATION)),
    (On(19, TUE, "10:55"), "samuel", Writes("first-evaluation")),
    (On(17, THU, "11:10"), "imani", Writes("sleep-first")),
    (On(17, THU, "11:40"), "imani", Writes("something-from-the-pharmacy", COORDINATION)),
    (On(16, TUE, "10:50"), "samuel", Writes("two-weeks")),
    (On(16, TUE, "11:10"), "samuel", Writes("what-to-watch", COORDINATION)),
    (On(15, THU, "11:15"), "imani", Writes("an-earlier-relationship", labels=(Label.VIOLENCE,))),
    (On(13, MON, "16:10"), "imani", Writes("half-term")),
    (On(13, THU, "11:05"), "imani", Writes("session-that-was-not")),
    (
        On(13, FRI, "09:00"),
        "imani",
        TakesBack("session-that-was-not", "There was no session on Thursday: I had prepared this the day before."),
    ),
    (On(12, TUE, "10:55"), "samuel", Writes("as-needed")),
    (On(12, THU, "11:35"), "imani", Writes("what-the-tablet-says", PSYCHOTHERAPY)),
    (On(11, MON, "08:30"), "imani", Releases("what-the-tablet-says", "member:samuel")),
    (On(8, TUE, "10:55"), "samuel", Writes("switch")),
    (On(8, THU, "11:20"), "imani", Writes("after-the-switch")),
    (On(3, TUE, "10:50"), "samuel", Writes("going-through-the-list")),
    (On(3, THU, "11:10"), "imani", Writes("nightmares")),
    (On(3, THU, "11:40"), "imani", Writes("the-changed-ending", PSYCHOTHERAPY)),
    (On(3, FRI, "08:30"), "imani", Adds("nightmares")),
    (On(3, FRI, "09:00"), "imani", Releases("the-changed-ending", "patient")),
    (On(3, FRI, "08:45"), "imani", Writes("what-i-see", COORDINATION)),
    (On(2, THU, "14:00"), "samuel", Writes("away", COORDINATION)),
    (On(1, THU, "11:15"), "imani", Writes("unfinished", signed=False)),
    (On(1, THU, "11:30"), "imani", Writes("what-i-bring", PSYCHOTHERAPY, signed=False)),
)

NORAS_MEDICATIONS: tuple[Line, ...] = (
    (On(20, SAT, "11:10"), "nora", Starts("melatonin", "Melatonin", mg(3, "an hour before bed"), days_before=40)),
    (
        On(20, SAT, "11:12"),
        "nora",
        Starts("ibuprofen", "Ibuprofen", mg(400, as_needed=True), "Headache, about twice a week", days_before=300),
    ),
    (
        On(20, SAT, "11:15"),
        "nora",
        Starts(
            "contraceptive",
            "Levonorgestrel and ethinylestradiol",
            {"dose_text": "one tablet", "timing": "every evening"},
            days_before=900,
        ),
    ),
    (On(20, SAT, "11:16"), "nora", Labels("contraceptive", Label.GENDER_AND_REPRODUCTIVE)),
    (On(19, TUE, "11:00"), "samuel", Starts("sertraline", "Sertraline", mg(25, "in the evening"), "Depression")),
    (On(18, TUE, "11:00"), "samuel", Changes("sertraline", DOSE, "After one week, as planned", mg(50))),
    (
        On(17, THU, "11:20"),
        "imani",
        Starts("diphenhydramine", "Diphenhydramine", mg(50, "at night"), "Told in session: to sleep", days_before=5),
    ),
    (On(16, TUE, "11:00"), "samuel", Changes("sertraline", DOSE, "Delays sleep", mg(50, "in the morning"))),
    (On(15, FRI, "10:00"), "imani", Changes("diphenhydramine", STOP, "Nora says that she has stopped it")),
    (On(14, TUE, "10:50"), "samuel", Changes("sertraline", DOSE, "No better at week five, by her own form", mg(100))),
    (
        On(12, TUE, "11:00"),
        "samuel",
        Starts("hydroxyzine", "Hydroxyzine", mg(25, "at night, at most three a week", as_needed=True), "Anxiety"),
    ),
    (On(11, TUE, "08:30"), "samuel", Changes("hydroxyzine", HOLD, "Until the ECG is done")),
    (On(10, TUE, "12:00"), "samuel", Changes("hydroxyzine", RESUME, "ECG normal, QTc 412 ms")),
    (
        On(8, TUE, "11:00"),
        "samuel",
        Switches("sertraline", "escitalopram", "Escitalopram", mg(10, "in the morning"), "Sweating on sertraline"),
    ),
    (On(6, TUE, "11:00"), "samuel", Changes("escitalopram", DOSE, "Well tolerated, room for more", mg(15))),
    (On(5, SAT, "09:40"), "nora", Changes("ibuprofen", STOP, "Dr. Osei advised against it")),
    (
        On(5, SAT, "09:42"),
        "nora",
        Starts("acetaminophen", "Acetaminophen", mg(500, as_needed=True), "Headache"),
    ),
    (On(5, SAT, "09:44"), "nora", Changes("melatonin", CONFIRM)),
    (On(4, TUE, "11:00"), "samuel", Changes("hydroxyzine", STOP, "Not needed for three weeks")),
    (On(3, TUE, "11:00"), "samuel", Reviews()),
    (On(3, TUE, "11:02"), "samuel", Changes("escitalopram", CONFIRM)),
    (On(1, MON, "09:30"), "helen", Changes("escitalopram", CONFIRM)),
    (On(1, FRI, "10:10"), "helen", Changes("escitalopram", DOSE, "Restless and awake at night on 15 mg", mg(10))),
)

BOTH_SIDES: tuple[Line, ...] = (
    (
        On(8, SAT, "09:40"),
        "nora",
        Starts("escitalopram-nora", "Escitalopram", mg(10, "in the morning"), days_before=3),
    ),
    (On(3, TUE, "10:40"), "samuel", ReadsBothSides()),
    (
        On(3, TUE, "11:04"),
        "samuel",
        Reconciles(
            {
                "escitalopram-nora": Decision(
                    PRESCRIBED, "She takes 15 mg, as prescribed three weeks ago; her own list still said 10."
                ),
                "melatonin": Decision(TAKEN, "On Sundays only, as she says. Nothing to prescribe."),
                "acetaminophen": Decision(TAKEN, "In place of ibuprofen, as we agreed."),
            }
        ),
    ),
    (
        On(3, TUE, "19:10"),
        "nora",
        Changes("escitalopram-nora", DOSE, "I had not changed my list", mg(15, "in the morning")),
    ),
    (On(1, FRI, "19:20"), "nora", Changes("escitalopram-nora", DOSE, "Dr. Marsh lowered it", mg(10, "in the morning"))),
    (
        Ago(20),
        "nora",
        Starts(
            "hydroxyzine-nora",
            "Hydroxyzine",
            mg(25, "at night", as_needed=True),
            "Two bad nights; I had some left",
        ),
    ),
)
"""Samuel found a difference and signed what he decided. The last one is open: what he stopped is taken again."""

THEOS_COURSE: tuple[Line, ...] = (
    (On(12, FRI, "14:10"), "imani", Writes("theo-first", about="theo")),
    (On(10, TUE, "14:50"), "samuel", Writes("theo-evaluation", about="theo")),
    (
        On(10, TUE, "15:00"),
        "samuel",
        Starts("mirtazapine", "Mirtazapine", mg(15, "at night"), "Depression, sleep, weight", about="theo"),
    ),
    (
        On(9, WED, "21:00"),
        "theo",
        Starts("valerian", "Valerian root", {"dose_text": "two capsules"}, about="theo", days_before=60),
    ),
    (On(7, TUE, "15:00"), "samuel", Changes("mirtazapine", DOSE, "Sleeps, still low", mg(30), about="theo")),
    (On(2, WED, "15:10"), "imani", Writes("theo-later", about="theo")),
)
