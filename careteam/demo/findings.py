"""The story, part two and a half: what Nora and Theo have, and what they do not tolerate, as each side knows it."""

from careteam.demo.days import SAT, THU, TUE, WED, On
from careteam.demo.recording import ChangesCondition, RecordsAllergy, RecordsCondition, StatesNoneKnown
from careteam.demo.stage import Line
from careteam.policy.vocabulary import (
    AllergyCategory,
    AllergyScope,
    ConditionStatus,
    ConditionVerification,
    Criticality,
    Label,
    Severity,
)

MEDICATION = [AllergyCategory.MEDICATION]
RASH = {"manifestation": "Rash all over, swollen lips", "severity": Severity.MODERATE, "onset": "1998"}
CONFIRMED = ConditionVerification.CONFIRMED

NORAS_ALLERGIES: tuple[Line, ...] = (
    (
        On(22, THU, "11:20"),
        "imani",
        StatesNoneKnown("none-told", AllergyScope.EVERYTHING, "Asked in the first session: none that she knows of."),
    ),
    (
        On(19, TUE, "11:05"),
        "samuel",
        StatesNoneKnown("none-to-drugs", AllergyScope.MEDICATION, "Asked at the first evaluation."),
    ),
    (
        On(13, SAT, "17:30"),
        "nora",
        RecordsAllergy(
            "penicillin-nora",
            "Penicillin",
            {"category": MEDICATION, "reactions": [RASH], "note": "My mother remembered it: I was seven."},
        ),
    ),
    (
        On(12, TUE, "10:58"),
        "samuel",
        RecordsAllergy(
            "penicillin-samuel",
            "Penicillin",
            {
                "category": MEDICATION,
                "criticality": Criticality.HIGH,
                "onset": "1998",
                "reactions": [RASH],
                "note": "By her own account, through her mother; not tested. Avoid until it is.",
            },
        ),
    ),
)
"""Samuel's own statement ends with his entry. Imani's stands against both, until she takes it back."""

CONDITIONS: tuple[Line, ...] = (
    (
        On(20, THU, "11:20"),
        "imani",
        RecordsCondition("depression-imani", "Depressive episode, moderate", {"severity": Severity.MODERATE}),
    ),
    (
        On(19, TUE, "11:02"),
        "samuel",
        RecordsCondition(
            "depression-samuel",
            "Major depressive disorder, recurrent, moderate, with anxious distress",
            {"verification_status": CONFIRMED, "severity": Severity.MODERATE, "note": "Second episode."},
        ),
    ),
    (
        On(13, SAT, "17:40"),
        "nora",
        RecordsCondition(
            "drinking-nora",
            "Drinking, in my twenties",
            {
                "clinical_status": ConditionStatus.REMISSION,
                "labels": (Label.SUBSTANCE_USE,),
                "note": "Nearly every evening for two years; a group programme then, and nothing for six years now.",
            },
        ),
    ),
    (
        On(3, TUE, "10:55"),
        "samuel",
        ChangesCondition(
            "depression-samuel", "PHQ-9 6, sleeps, back at work", {"clinical_status": ConditionStatus.REMISSION}
        ),
    ),
    (
        On(9, WED, "21:10"),
        "theo",
        RecordsCondition(
            "blood-pressure", "High blood pressure", {"note": "My family doctor treats it."}, about="theo"
        ),
    ),
)
