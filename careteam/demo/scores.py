"""The story, part six: what Nora and Theo fill in. The scores are those of the notes of the same weeks."""

from careteam.demo.days import FRI, MON, SAT, SUN, THU, WED, Ago, On
from careteam.demo.measuring import GAD, PHQ, AsksToFillIn, FillsIn
from careteam.demo.stage import Line
from careteam.demo.talking import SendsItem

NORAS_SCORES: tuple[Line, ...] = (
    (On(22, THU, "11:00"), "imani", FillsIn(PHQ, "223122220")),
    (On(22, THU, "11:02"), "imani", FillsIn(GAD, "2222122")),
    (
        On(20, THU, "11:30"),
        "imani",
        AsksToFillIn(
            "every-two-weeks",
            PHQ,
            "Every second Sunday or so, five minutes: so that all three of us see how it goes.",
            every_days=14,
            until=On(-8, SUN, "12:00"),
        ),
    ),
    (On(20, SUN, "18:00"), "nora", FillsIn(PHQ, "222222210", request="every-two-weeks")),
    (On(17, SUN, "18:30"), "nora", FillsIn(PHQ, "222122210", request="every-two-weeks")),
    (On(15, SAT, "09:30"), "nora", FillsIn(PHQ, "332222320", request="every-two-weeks")),
    (On(13, MON, "15:30"), "nora", FillsIn(PHQ, "112111220", request="every-two-weeks")),
    (On(13, MON, "15:34"), "nora", FillsIn(GAD, "1211121")),
    (On(8, MON, "20:10"), "nora", FillsIn(PHQ, "111111110", request="every-two-weeks")),
    (On(3, MON, "20:00"), "nora", FillsIn(PHQ, "111101100", request="every-two-weeks")),
    (On(3, MON, "20:03"), "nora", FillsIn(GAD, "1110011")),
    (Ago(26), "nora", FillsIn(PHQ, "211222210", request="every-two-weeks")),
)
"""Worse twice: five weeks into sertraline, which opened a plan review, and after escitalopram was lowered."""

THEOS_SCORES: tuple[Line, ...] = (
    (On(12, FRI, "15:10"), "imani", AsksToFillIn("theos-form", PHQ, "At home, when you have quiet.", about="theo")),
    (
        On(11, SAT, "22:40"),
        "theo",
        FillsIn(PHQ, "232332111", form="theos-answers", request="theos-form", about="theo"),
    ),
    (On(11, SAT, "22:50"), "theo", SendsItem("theos-answers", ("imani",))),
    (On(2, WED, "15:00"), "imani", FillsIn(PHQ, "112112100", about="theo")),
)
"""The ninth question raised a safety flag that nobody else could see: he was told so, and sent the form to Imani."""
