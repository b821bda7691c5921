"""What a refusal shows: per holder, which classes are shared, and nothing of limits on items and labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from careteam.policy.facts import Exceptions, Restriction
from careteam.policy.vocabulary import ItemClass, Label
from tests.policy.cast import (
    ITEM,
    MEDICATION,
    NOW,
    OF_PATIENT,
    PAUL,
    PRESCRIBER,
    PROGRESS,
    PSYCHOTHERAPY,
    TESS,
    THEO,
    as_patient,
    as_theo,
    consent,
    member,
    question,
    restriction,
    team,
)
from tests.policy.reference import Question

BOTH = (PROGRESS, MEDICATION)


@dataclass(frozen=True, slots=True)
class SectionCase:
    """One row: whose section, and the classes that it shows as shared."""

    name: str
    question: Question
    holder_id: UUID | None
    shared: frozenset[ItemClass]


def section(
    name: str, shared: Iterable[ItemClass], *, of: UUID | None = TESS, but: Restriction | None = None, **changes: Any
) -> SectionCase:
    """The plainest consent as the prescriber sees it, less one restriction, and what differs."""
    less = (but,) if but else ()
    return SectionCase(name, question(**{"restrictions": less, **changes}), of, frozenset(shared))


not_tess, not_patient = Exceptions(holders=frozenset({TESS})), Exceptions(holders=frozenset({None}))
to_both = consent(disclosers=[OF_PATIENT, *consent().disclosers])

SECTIONS: tuple[SectionCase, ...] = (
    section("a consent in force reaches this holder", BOTH),
    section("a consent reaches a member, not the patient", (), of=None),
    section("a consent reaches the patient too", BOTH, of=None, consents=(to_both,)),
    section("a consent reaches the patient alone", (), consents=(consent(disclosers=[OF_PATIENT]),)),
    section("a holder who never joined", (), of=THEO),
    section("a holder who is an exception", (), consents=(consent(but=not_tess),)),
    section("another holder is an exception", BOTH, of=PAUL, consents=(consent(but=not_tess),)),
    section("the patient is an exception", (), of=None, consents=(consent(but=not_patient),)),
    section(
        "an item that is an exception is not shown", BOTH, consents=(consent(but=Exceptions(items=frozenset({ITEM}))),)
    ),
    section("a consent that begins later", (), consents=(consent(valid_from=NOW, valid_until=NOW),)),
    section("no consent", (), consents=()),
    section("two consents add up", BOTH, consents=(consent(1, classes=[PROGRESS]), consent(2, classes=[MEDICATION]))),
    section(
        "special notes are never shown as shared", (PROGRESS,), consents=(consent(classes=[PROGRESS, PSYCHOTHERAPY]),)
    ),
    section("a label that is not listed is not shown", BOTH, consents=(consent(labels=[Label.HIV]),)),
    section("a restriction on the class covers all of it", (MEDICATION,), but=restriction(item_class=PROGRESS)),
    section("a restriction on the holder covers all of it", (), but=restriction(holder_id=TESS)),
    section("a restriction on another holder", BOTH, but=restriction(holder_id=PAUL)),
    section("a restriction on the patient's own, a member's section", BOTH, but=restriction(of_patient=True)),
    section("a restriction on the patient's own", (), of=None, consents=(to_both,), but=restriction(of_patient=True)),
    section(
        "a restriction on a member, the patient's section",
        BOTH,
        of=None,
        consents=(to_both,),
        but=restriction(holder_id=TESS),
    ),
    section("a restriction on class and holder", (PROGRESS,), but=restriction(item_class=MEDICATION, holder_id=TESS)),
    section("a restriction on class and another holder", BOTH, but=restriction(item_class=MEDICATION, holder_id=PAUL)),
    section("a restriction on a label is never shown", BOTH, but=restriction(label=Label.HIV)),
    section(
        "a restriction on class and label is never shown", BOTH, but=restriction(item_class=PROGRESS, label=Label.HIV)
    ),
    section("a restriction on an item is never shown", BOTH, but=restriction(item_id=ITEM)),
    section("a lifted restriction", BOTH, but=restriction(item_class=PROGRESS, lifted=True)),
    section("a former member", (), team=team(paul=member(PAUL, PRESCRIBER, ended=True))),
    section("somebody who is not in the team", (), reader=as_theo),
    section("the patient, to whom nobody shares", (), reader=as_patient),
)
