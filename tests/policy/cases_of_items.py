"""Rule 4, the item: its class, all of its labels, its own date; and what several consents add up to."""

from datetime import date

from careteam.policy.facts import Exceptions
from careteam.policy.vocabulary import SHAREABLE_CLASSES, Label
from tests.policy.cases_of_consents import under
from tests.policy.cast import (
    ITEM,
    MEDICATION,
    NEIGHBOUR,
    OF_PATIENT,
    PATIENT,
    PAUL,
    PROGRESS,
    TESS,
    THEO,
    THERAPIST,
    TO_PRESCRIBERS,
    TO_THERAPISTS,
    case,
    consent,
    item,
    member,
    of,
    team,
    to,
)

HIV, VIOLENCE, SUBSTANCE_USE = Label.HIV, Label.VIOLENCE, Label.SUBSTANCE_USE
day = date(2026, 2, 10)

CLASSES = (
    *(
        under(f"class {c.value}: shared where it is listed", "consent", classes=[c], of_item=item(c))
        for c in sorted(SHAREABLE_CLASSES)
    ),
    under("a class that is not listed is not shared", "5", of_item=item(MEDICATION), classes=[PROGRESS]),
    under("every class but this one", "5", classes=SHAREABLE_CLASSES - {PROGRESS}),
    under("no class listed: nothing", "5", classes=[]),
)

LABELS = (
    under("no label listed: unlabelled items", "consent", labels=[]),
    under("no label listed: unlabelled items only", "5", of_item=item(labels=[HIV])),
    under("labels listed: unlabelled items too", "consent", labels=[HIV, VIOLENCE]),
    *(under(f"label {x.value}: listed", "consent", labels=[x], of_item=item(labels=[x])) for x in Label),
    *(
        under(f"label {x.value}: all others listed", "5", labels=set(Label) - {x}, of_item=item(labels=[x]))
        for x in Label
    ),
    under(
        "all of the item's labels: both listed", "consent", labels=[HIV, VIOLENCE], of_item=item(labels=[HIV, VIOLENCE])
    ),
    under("all of the item's labels: one of two listed", "5", labels=[HIV], of_item=item(labels=[HIV, VIOLENCE])),
    under("all of the item's labels: another one listed", "5", labels=[VIOLENCE], of_item=item(labels=[HIV])),
    under(
        "all of the item's labels: more listed than it has",
        "consent",
        labels=list(Label),
        of_item=item(labels=[HIV, SUBSTANCE_USE]),
    ),
    under(
        "all of the item's labels: it has every one", "consent", labels=list(Label), of_item=item(labels=list(Label))
    ),
    under(
        "all of the item's labels: it has every one, one is missing",
        "5",
        labels=set(Label) - {SUBSTANCE_USE},
        of_item=item(labels=list(Label)),
    ),
)

DATES = (
    under("data period: the day before its first", "5", data_from=date(2026, 2, 11)),
    under("data period: its first day", "consent", data_from=day),
    under("data period: the day after its first", "consent", data_from=date(2026, 2, 9)),
    under("data period: the day before its last", "consent", data_through=date(2026, 2, 11)),
    under("data period: its last day", "consent", data_through=day),
    under("data period: the day after its last", "5", data_through=date(2026, 2, 9)),
    under("data period: one day", "consent", data_from=day, data_through=day),
    under("data period: the item's own date, not the day of asking", "5", data_from=date(2026, 3, 2)),
    under("no data period: an old item", "consent", of_item=item(date=date(1969, 12, 31))),
    under("no data period: an item of tomorrow", "consent", of_item=item(date=date(2026, 3, 3))),
)

of_medications, of_notes = consent(1, classes=[MEDICATION]), consent(2, classes=[PROGRESS])
theo_too = team(member(THEO, THERAPIST))
SEVERAL = (
    case(
        "permits add up across items: the one",
        "consent",
        item(MEDICATION, by=TESS),
        consents=(of_medications, of_notes),
        reason=of_medications.id,
    ),
    case("permits add up across items: the other", "consent", consents=(of_medications, of_notes), reason=of_notes.id),
    case(
        "either permit suffices: the first is the reason",
        "consent",
        consents=(consent(1), consent(2)),
        reason=consent(1).id,
    ),
    case(
        "a narrower newer consent does not narrow an older one",
        "consent",
        consents=(consent(1), consent(2, classes=[MEDICATION])),
        reason=consent(1).id,
    ),
    case(
        "a newer consent does not win over an older one that excludes",
        "consent",
        consents=(consent(1, classes=[]), consent(2)),
        reason=consent(2).id,
    ),
    case(
        "either permit suffices: the first is the reason, in whatever order they come",
        "consent",
        consents=(consent(2), consent(1)),
        reason=consent(1).id,
    ),
    case(
        "permits of different consents do not combine: class of one, label of the other",
        "5",
        item(labels=[HIV]),
        consents=(consent(1), consent(2, classes=[MEDICATION], labels=[HIV])),
    ),
    case(
        "permits of different consents do not combine: two labels, one in each",
        "5",
        item(labels=[HIV, VIOLENCE]),
        consents=(consent(1, labels=[HIV]), consent(2, labels=[VIOLENCE])),
    ),
    case(
        "permits of different consents do not combine: class of one, holder of the other",
        "5",
        item(by=THEO),
        team=theo_too,
        consents=(consent(1, disclosers=[of(TESS)]), consent(2, classes=[MEDICATION], disclosers=[of(THEO)])),
    ),
    case(
        "permits of different consents do not combine: class of one, recipient of the other",
        "5",
        consents=(
            consent(1, recipients=[TO_THERAPISTS]),
            consent(2, classes=[MEDICATION], recipients=[TO_PRESCRIBERS]),
        ),
    ),
    case(
        "permits of different consents do not combine: class of one, data period of the other",
        "5",
        consents=(consent(1, data_through=date(2026, 1, 1)), consent(2, classes=[MEDICATION])),
    ),
    case(
        "permits of different consents do not combine: patient of one, class of the other",
        "5",
        item(by=PATIENT),
        consents=(consent(1, disclosers=[OF_PATIENT], classes=[MEDICATION]), consent(2)),
    ),
    case("no consent at all", "5", consents=()),
    case("a consent for somebody else does not add up", "5", consents=(consent(1, recipients=[to(TESS)]),)),
    case("what the reader's own consent opens is the other's alone", "author", item(by=PAUL), consents=(consent(),)),
    case(
        "an item beside the excepted one is open",
        "consent",
        item(id=NEIGHBOUR),
        consents=(consent(but=Exceptions(items=frozenset({ITEM}))),),
    ),
)

CASES = CLASSES + LABELS + DATES + SEVERAL
