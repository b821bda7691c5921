"""Tells the story: every line at its time, in the order of the clock, each through the service that does it."""

from careteam.demo import alignment, beginnings, course, findings, followed, permission, scores, watching
from careteam.demo.stage import Line, Stage

STORY: tuple[Line, ...] = (
    *beginnings.PRACTICES,
    *beginnings.NORAS_TEAM,
    *beginnings.THEOS_TEAM,
    *course.NORAS_NOTES,
    *course.NORAS_MEDICATIONS,
    *course.FROM_ELSEWHERE,
    *course.BOTH_SIDES,
    *course.THEOS_COURSE,
    *findings.NORAS_ALLERGIES,
    *findings.CONDITIONS,
    *followed.NORAS_CHECK_INS,
    *followed.WHAT_NORA_REPORTS,
    *followed.KEPT_PRIVATE,
    *followed.THEOS_CHECK_INS,
    *scores.NORAS_SCORES,
    *scores.THEOS_SCORES,
    *alignment.INTAKE,
    *alignment.NORAS_PLAN,
    *alignment.QUESTIONS,
    *alignment.MESSAGES,
    *permission.CONSENTS,
    *permission.LOOKS,
    *watching.ACTING_FOR_THEO,
    *watching.AN_EMERGENCY,
    *watching.A_QUESTION,
)


def tell(stage: Stage) -> None:
    """Tell the story up to the stage's `now`, in an empty database.

    In the order of the clock, because what is made later sorts later. Flushes, and leaves the commit to the caller.
    """
    for when, who, deed in sorted(STORY, key=lambda line: line[0].instant(stage.now)):
        deed.do(stage, who, when.instant(stage.now))
