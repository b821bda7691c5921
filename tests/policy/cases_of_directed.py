"""Rule 4, the permit of a directed item: what the patient sent, to whom, and what stops it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from careteam.policy.facts import Against, EmergencySession, Exceptions, Grounds
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label
from tests.policy.cast import (
    DAY,
    ITEM,
    NOW,
    OF_PATIENT,
    PATIENT,
    PAUL,
    PRESCRIBER,
    PSYCHOTHERAPY,
    STRANGER,
    TESS,
    THERAPIST,
    Case,
    as_patient,
    as_tess,
    case,
    consent,
    item,
    member,
    restriction,
    team,
)

QUESTION = ItemClass.QUESTION
SENT_TO_PAUL = item(QUESTION, by=PATIENT, sent_to=frozenset({PAUL}))


def sent(name: str, expect: str, item: Any = SENT_TO_PAUL, **changes: Any) -> Case:
    """A question that the patient sent to Paul, with no consent to anything."""
    return case(name, expect, item, **{"consents": (), **changes})


def no(**changes: Any) -> Any:
    """A restriction against anyone on what is sent, unless it is said otherwise."""
    return restriction(**(changes or {"item_class": QUESTION}))


PAUL_LEFT, PAUL_ASKED = member(PAUL, PRESCRIBER, ended=True), member(PAUL, PRESCRIBER, patient_agreed=False)
_SESSION = EmergencySession(UUID(int=0x6001), PAUL, PRESCRIBER, frozenset({QUESTION}), NOW - DAY / 48, NOW + DAY / 48)

CASES = (
    *(
        sent(f"sent: {c.value}, whatever the class", "directed", replace(SENT_TO_PAUL, item_class=c))
        for c in sorted(SHAREABLE_CLASSES)
    ),
    sent("sent to Paul: Paul reads it without any consent", "directed"),
    sent("sent to Paul: Tess does not", "5", reader=as_tess),
    sent("sent to nobody", "5", item(QUESTION, by=PATIENT)),
    sent(
        "sent to both: so does Tess", "directed", replace(SENT_TO_PAUL, sent_to=frozenset({PAUL, TESS})), reader=as_tess
    ),
    sent("sent: whatever its labels", "directed", replace(SENT_TO_PAUL, labels=frozenset(Label))),
    sent("sent: whatever its date", "directed", replace(SENT_TO_PAUL, date=SENT_TO_PAUL.date.replace(year=1999))),
    sent("sent: a draft is nobody's but its author's", "draft", replace(SENT_TO_PAUL, draft=True)),
    sent("sent: an import before its labels are confirmed", "awaits review", replace(SENT_TO_PAUL, awaits_review=True)),
    sent("sent: the patient reads it as their own", "own_record", reader=as_patient),
    sent("what Tess holds is not the patient's to send", "5", replace(SENT_TO_PAUL, holder_id=TESS, author_id=TESS)),
    sent(
        "written by Tess, held by the patient: the patient sends it", "directed", replace(SENT_TO_PAUL, author_id=TESS)
    ),
    sent("a special note is never sent", "3", replace(SENT_TO_PAUL, item_class=PSYCHOTHERAPY)),
    sent("sent to somebody who has left", "2", team=team(paul=PAUL_LEFT)),
    sent("sent to somebody whose place the patient has not agreed to", "2", team=team(paul=PAUL_ASKED)),
    sent("sent to a stranger", "2", replace(SENT_TO_PAUL, sent_to=frozenset({STRANGER})), team=team(paul=None)),
    sent("sent, and restricted for anyone", "6", restrictions=(no(),)),
    sent("sent, and restricted for its reader", "6", restrictions=(no(against=Against(user_id=PAUL), item_id=ITEM),)),
    sent(
        "sent, and restricted for the role of its reader",
        "6",
        restrictions=(no(against=Against(role=PRESCRIBER), item_id=ITEM),),
    ),
    sent(
        "sent, and restricted for another role",
        "directed",
        restrictions=(no(against=Against(role=THERAPIST), item_id=ITEM),),
    ),
    sent("sent, and what the patient holds is restricted", "6", restrictions=(no(of_patient=True),)),
    sent(
        "sent, and a label of it is restricted",
        "6",
        replace(SENT_TO_PAUL, labels=frozenset({Label.HIV})),
        restrictions=(no(label=Label.HIV),),
    ),
    sent("sent, and a lifted restriction", "directed", restrictions=(no(item_class=QUESTION, lifted=True),)),
    sent("sent, and another class is restricted", "directed", restrictions=(no(item_class=ItemClass.MESSAGE),)),
    case(
        "sent, and a consent covers it: the consent is the reason",
        "consent",
        SENT_TO_PAUL,
        consents=(consent(disclosers=[OF_PATIENT], classes=[QUESTION]),),
    ),
    case(
        "sent, and a consent leaves it out: sent all the same",
        "directed",
        SENT_TO_PAUL,
        consents=(consent(disclosers=[OF_PATIENT], classes=[QUESTION], but=Exceptions(items=frozenset({ITEM}))),),
    ),
    sent(
        "sent, restricted with withhold, in an emergency",
        "6",
        restrictions=(no(),),
        grounds=Grounds(emergencies=(_SESSION,)),
    ),
    sent(
        "sent, no restriction, in an emergency: the patient's own permit is the reason",
        "directed",
        grounds=Grounds(emergencies=(_SESSION,)),
    ),
)
