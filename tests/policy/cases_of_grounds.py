"""Rules 0, 3 and 8: representations, special notes released by their author, and emergency sessions."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from careteam.policy.facts import (
    Against,
    EmergencySession,
    Exceptions,
    Grounds,
    Reader,
    Release,
    Representation,
    Restriction,
)
from careteam.policy.vocabulary import (
    ConsentKind,
    EmergencyRule,
    ItemClass,
    Label,
    Power,
    Purpose,
    RepresentationBasis,
    Role,
)
from tests.policy.cast import (
    BO,
    DAY,
    ITEM,
    MEDICATION,
    NEIGHBOUR,
    NOW,
    OF_TEAM,
    PATIENT,
    PAUL,
    PRESCRIBER,
    PROGRESS,
    PSYCHOTHERAPY,
    STRANGER,
    SUD_COUNSELING,
    TESS,
    THERAPIST,
    TICK,
    TO_PRESCRIBERS,
    Case,
    as_patient,
    as_paul,
    as_tess,
    case,
    consent,
    item,
    member,
    of,
    restriction,
    team,
    to,
    vouched,
)

ALLOW = EmergencyRule.ALLOW
special, sud = item(PSYCHOTHERAPY), item(SUD_COUNSELING)


def of_special(number: int = 1, kind: ConsentKind = ConsentKind.PSYCHOTHERAPY_NOTES, **changes: Any) -> Any:
    """Tess's psychotherapy notes for Paul."""
    word = PSYCHOTHERAPY if kind is ConsentKind.PSYCHOTHERAPY_NOTES else SUD_COUNSELING
    return consent(
        number, kind=kind, **{"disclosers": [of(TESS)], "recipients": [to(PAUL)], "classes": [word], **changes}
    )


def released(reader_id: UUID | None = PAUL, **changes: Any) -> Grounds:
    """Released to Paul, unless said otherwise."""
    return Grounds(releases=(Release(ITEM, reader_id, **changes),))


def _special(name: str, expect: str, *consents: Any, about: Any = special, **changes: Any) -> Case:
    return case(name, expect, about, **{"consents": consents or (of_special(),), "grounds": released(), **changes})


SPECIAL_NOTES = (
    _special("a special note under a consent of its kind, released to this reader", "release", reason=of_special().id),
    _special("a special note under a consent of its kind, not released", "3", grounds=Grounds()),
    _special("a special note released, without a consent of its kind", "3", consent(classes=[PROGRESS, PSYCHOTHERAPY])),
    _special("a special note released to somebody else", "3", grounds=released(BO)),
    _special("a special note released to the patient only, asked for by a member", "3", grounds=released(None)),
    _special("a special note released to the patient", "own_record", grounds=released(None), reader=as_patient),
    _special("a special note released to a member stays from the patient", "2", reader=as_patient),
    _special("a release that was withdrawn", "3", grounds=released(withdrawn=True)),
    _special(
        "a release to the patient that was withdrawn", "2", grounds=released(None, withdrawn=True), reader=as_patient
    ),
    _special("another note was released", "3", grounds=Grounds(releases=(Release(NEIGHBOUR, PAUL),))),
    _special("a consent to special notes for a role names nobody", "3", of_special(recipients=[TO_PRESCRIBERS])),
    _special("a consent to special notes of the team", "release", of_special(disclosers=[OF_TEAM])),
    _special("a consent to special notes of another author", "3", of_special(disclosers=[of(PAUL)])),
    _special("a consent to special notes for another reader", "3", of_special(recipients=[to(BO)])),
    _special("a consent to special notes for another purpose", "3", of_special(purpose=Purpose.RESEARCH)),
    _special("a consent to special notes that is not signed", "3", of_special(signed=False)),
    _special("a consent to special notes that was revoked", "3", of_special(revoked=True)),
    _special("a consent to special notes that is over", "3", of_special(valid_until=NOW)),
    _special("a consent to special notes that has not begun", "3", of_special(valid_from=NOW + TICK)),
    _special("a consent to special notes that was superseded", "3", of_special(superseded_at=NOW)),
    _special("a consent to special notes leaves this one out", "3", of_special(but=Exceptions(frozenset({ITEM})))),
    _special("a consent to special notes lists no class", "3", of_special(classes=[])),
    _special("a labelled special note, the label not listed", "3", about=item(PSYCHOTHERAPY, labels=[Label.HIV])),
    _special(
        "a labelled special note, the label listed",
        "release",
        of_special(labels=[Label.HIV]),
        about=item(PSYCHOTHERAPY, labels=[Label.HIV]),
    ),
    _special("a special note before the data period", "3", of_special(data_from=special.date.replace(day=11))),
    _special("a special note after the data period", "3", of_special(data_through=special.date.replace(day=9))),
    _special(
        "rule 3, then on to 6: a restriction on special notes",
        "6",
        restrictions=(restriction(item_class=PSYCHOTHERAPY),),
    ),
    _special("rule 3: a reader who left", "2", team=team(paul=member(PAUL, PRESCRIBER, ended=True))),
    _special("rule 3: an author who left", "release", team=team(tess=member(TESS, THERAPIST, ended=True))),
    _special(
        "another special note was released to the patient",
        "2",
        grounds=Grounds(releases=(Release(NEIGHBOUR, None),)),
        reader=as_patient,
    ),
    _special("rule 3: an unconfirmed import", "3", about=item(PSYCHOTHERAPY, awaits_review=True)),
    _special("rule 3: a draft is never released", "draft", about=item(PSYCHOTHERAPY, draft=True)),
    _special(
        "a counselling note under a consent of its own kind",
        "release",
        of_special(kind=ConsentKind.SUD_COUNSELING_NOTES),
        about=sud,
    ),
    _special("a counselling note under the other special kind", "3", about=sud),
    _special(
        "a psychotherapy note under the other special kind", "3", of_special(kind=ConsentKind.SUD_COUNSELING_NOTES)
    ),
    _special(
        "the older of two consents to special notes is named",
        "release",
        of_special(2),
        of_special(1),
        reason=of_special(1).id,
    ),
)

SESSION = EmergencySession(UUID(int=0x6100), PAUL, PRESCRIBER, frozenset({PROGRESS}), NOW - TICK, NOW + TICK)


def _emergency(name: str, expect: str, about: Any = item(), *, but: Any = None, **changes: Any) -> Case:  # noqa: B008
    session = replace(SESSION, **(but or {}))
    return case(name, expect, about, **{"consents": (), "grounds": Grounds(emergencies=(session,)), **changes})


def no(rule: EmergencyRule = EmergencyRule.WITHHOLD, number: int = 1, **limit: Any) -> Restriction:
    """The patient's no to progress notes, and whether it holds in an emergency."""
    return replace(restriction(number, **{"item_class": PROGRESS, **limit}), emergency=rule)


EMERGENCIES = (
    _emergency("rule 8: an open session permits what no consent opens", "emergency"),
    _emergency("rule 8: a consent that opens it is the reason", "consent", consents=(consent(),)),
    _emergency(
        "rule 8: what a restriction with allow denied", "emergency", consents=(consent(),), restrictions=(no(ALLOW),)
    ),
    _emergency("rule 8: withhold holds", "6", consents=(consent(),), restrictions=(no(),)),
    _emergency("rule 8: withhold holds without any consent", "5", restrictions=(no(),)),
    _emergency("rule 8: one withholds, one allows", "5", restrictions=(no(ALLOW, 1), no(number=2))),
    _emergency("rule 8: withhold of something else", "emergency", restrictions=(no(item_class=MEDICATION),)),
    _emergency(
        "rule 8: a lifted restriction withholds nothing", "emergency", restrictions=(replace(no(), lifted=True),)
    ),
    _emergency("rule 8: a class that was not chosen", "5", item(MEDICATION)),
    _emergency("rule 8: never special notes", "3", special, but={"classes": frozenset(ItemClass)}),
    _emergency("rule 8: every label", "emergency", item(labels=list(Label))),
    _emergency("rule 8: what the patient holds", "emergency", item(by=PATIENT)),
    _emergency("rule 8: an unconfirmed import", "emergency", item(author_id=None, awaits_review=True)),
    _emergency("rule 8: no draft", "draft", item(draft=True)),
    _emergency("rule 8: somebody else's session", "5", but={"user_id": BO}),
    _emergency("rule 8: a session that was ended", "5", but={"ended": True}),
    _emergency("rule 8: at the end it is over", "5", but={"valid_until": NOW}),
    _emergency("rule 8: at its beginning it is open", "emergency", but={"valid_from": NOW}),
    _emergency("rule 8: before its beginning it is not", "5", but={"valid_from": NOW + TICK}),
    _emergency("rule 8: in a role that the reader does not have", "5", but={"role": Role.THERAPIST}),
    _emergency("rule 8: not after the membership ended", "2", team=team(paul=member(PAUL, PRESCRIBER, ended=True))),
    _emergency(
        "rule 8: not after the membership ended and another was accepted",
        "5",
        team=team(
            member(PAUL, PRESCRIBER, accepted_at=NOW), paul=member(PAUL, PRESCRIBER, ended=True, accepted_at=NOW - DAY)
        ),
    ),
    _emergency(
        "rule 8: in a membership that was accepted at the instant at which it was opened",
        "emergency",
        team=team(paul=member(PAUL, PRESCRIBER, accepted_at=NOW - TICK)),
    ),
    _emergency(
        "rule 8: not in a covering period that began after it was opened",
        "5",
        team=team(paul=member(PAUL, PRESCRIBER, accepted_at=NOW - DAY, valid_from=NOW, valid_until=NOW + DAY)),
    ),
    _emergency(
        "rule 8: another membership in another role does not take it up",
        "5",
        reader=Reader(PAUL, vouched(PRESCRIBER, THERAPIST)),
        team=team(member(PAUL, THERAPIST, accepted_at=NOW - DAY), paul=member(PAUL, PRESCRIBER, accepted_at=NOW)),
    ),
    _emergency("rule 8: not for an unverified clinician", "unverified", reader=Reader(PAUL)),
)

PARENT = Representation(
    UUID(int=0x6001),
    STRANGER,
    RepresentationBasis.PARENT,
    frozenset({PROGRESS, MEDICATION}),
    frozenset({Label.HIV}),
    frozenset({Power.READ}),
    NOW - DAY,
    NOW + DAY,
)
as_parent = Reader(STRANGER)
reported = item(author_id=STRANGER, holder_id=None)
NO_NOTES: dict[str, Any] = {"item_class": PROGRESS}
ON_PARENT, ON_ANOTHER = Against(representation_id=PARENT.id), Against(representation_id=UUID(int=0x6002))


def _acting(name: str, expect: str, about: Any = item(), *, but: Any = None, **changes: Any) -> Case:  # noqa: B008
    grounds = Grounds(representations=(replace(PARENT, **(but or {})),))
    return case(name, expect, about, **{"reader": as_parent, "consents": (), "grounds": grounds, **changes})


REPRESENTATIONS = (
    _acting("rule 0: a representation reads within its classes", "representation"),
    _acting("rule 0: a representation reads what the patient holds", "representation", item(MEDICATION, by=PATIENT)),
    _acting("rule 0: a label of the representation's", "representation", item(labels=[Label.HIV])),
    _acting("rule 0: a label that it does not have", "2", item(labels=[Label.HIV, Label.VIOLENCE])),
    _acting("rule 0: a class that it does not have", "2", item(ItemClass.MESSAGE)),
    _acting(
        "rule 0: never special notes",
        "2",
        special,
        but={"classes": frozenset(ItemClass)},
        grounds=Grounds(
            releases=(Release(ITEM, None), Release(ITEM, STRANGER)),
            representations=(replace(PARENT, classes=frozenset(ItemClass)),),
        ),
    ),
    _acting("rule 0: a representation reads no draft", "draft", item(draft=True)),
    _acting("rule 0: a representation reads no unconfirmed import", "2", item(author_id=None, awaits_review=True)),
    _acting("rule 0: what it reported itself", "author", item(ItemClass.MESSAGE, author_id=STRANGER, holder_id=None)),
    _acting("rule 0: its own draft", "author", item(author_id=STRANGER, holder_id=None, draft=True)),
    _acting("rule 0: without the power to read", "2", but={"powers": frozenset({Power.SIGN, Power.REPORT})}),
    _acting(
        "rule 0: what it reported itself, without the power to read",
        "author",
        reported,
        but={"powers": frozenset({Power.REPORT})},
    ),
    _acting("rule 0: nobody agreed or attested", "unverified", but={"agreed": False}),
    _acting("rule 0: a representation that was ended", "unverified", but={"ended": True}),
    _acting(
        "rule 0: what it reported itself, after it was ended",
        "unverified",
        reported,
        but={"ended": True},
    ),
    _acting("rule 0: a representation at its end", "unverified", but={"valid_until": NOW}),
    _acting("rule 0: a representation an instant before its end", "representation", but={"valid_until": NOW + TICK}),
    _acting("rule 0: a representation at its beginning", "representation", but={"valid_from": NOW}),
    _acting("rule 0: a representation before its beginning", "unverified", but={"valid_from": NOW + TICK}),
    _acting("rule 0: a representation without an end", "representation", but={"valid_until": None}),
    _acting("rule 0: somebody else's representation", "unverified", but={"user_id": BO}),
    _acting("rule 0: a disabled account represents nobody", "disabled", reader=replace(as_parent, disabled=True)),
    _acting("rule 0: a restriction that names it", "2", restrictions=(restriction(against=ON_PARENT, **NO_NOTES),)),
    _acting(
        "rule 0: a restriction that names another",
        "representation",
        restrictions=(restriction(against=ON_ANOTHER, **NO_NOTES),),
    ),
    _acting("rule 0: a restriction against anyone", "2", restrictions=(restriction(**NO_NOTES),)),
    _acting(
        "rule 0: a restriction against a member",
        "representation",
        restrictions=(restriction(against=Against(user_id=STRANGER), **NO_NOTES),),
    ),
    _acting(
        "rule 0: a restriction against a role",
        "representation",
        restrictions=(restriction(against=Against(role=PRESCRIBER), **NO_NOTES),),
    ),
    _acting(
        "rule 0: a lifted restriction",
        "representation",
        restrictions=(restriction(against=ON_PARENT, lifted=True, **NO_NOTES),),
    ),
    _acting(
        "rule 0: no restriction reaches what it reported",
        "author",
        reported,
        restrictions=(restriction(against=ON_PARENT, **NO_NOTES),),
    ),
    _acting(
        "a consent does not reach a representation",
        "2",
        item(ItemClass.COORDINATION_NOTE),
        consents=(consent(classes=list(ItemClass)),),
    ),
    _acting(
        "a member who represents reads as both",
        "consent",
        item(labels=[Label.VIOLENCE]),
        but={"user_id": PAUL},
        reader=as_paul,
        consents=(consent(labels=[Label.VIOLENCE]),),
    ),
    _acting(
        "an author who represents",
        "representation",
        but={"user_id": TESS},
        reader=as_tess,
    ),
)

CASES = SPECIAL_NOTES + EMERGENCIES + REPRESENTATIONS
