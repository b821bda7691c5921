"""Rule 4, the consent: who discloses to whom, in force when, for what, less which exceptions."""

from datetime import timedelta
from typing import Any

from careteam.policy.facts import Exceptions
from careteam.policy.vocabulary import ConsentKind, MembershipKind, Purpose
from tests.policy.cast import (
    DAY,
    HOUR,
    ITEM,
    NEIGHBOUR,
    NOW,
    OF_PATIENT,
    OF_TEAM,
    PATIENT,
    PAUL,
    PIA,
    PRESCRIBER,
    TESS,
    THEO,
    THERAPIST,
    TICK,
    TO_PRESCRIBERS,
    TO_THERAPISTS,
    Case,
    as_pia,
    as_tess,
    case,
    consent,
    item,
    member,
    of,
    team,
    to,
)
from tests.policy.matching import ItemFact

of_theo, of_patient = item(by=THEO), item(by=PATIENT)
theo_left, tess_left = team(member(THEO, THERAPIST, ended=True)), team(tess=member(TESS, THERAPIST, ended=True))
theo_asked = team(member(THEO, THERAPIST, clinician_accepted=False))
theo_declined = team(member(THEO, THERAPIST, declined=True))
theo_to_come = team(member(THEO, THERAPIST, kind=MembershipKind.COVERING, valid_from=NOW + DAY))
pia_joined = team(member(PIA, PRESCRIBER))


def under(name: str, expect: str, *, of_item: ItemFact | None = None, **changes: Any) -> Case:
    """The plainest item, or the one given, under one consent that is changed so."""
    asked = {key: changes.pop(key) for key in ("team", "reader", "at") if key in changes}
    given = (of_item,) if of_item else ()
    return case(name, expect, *given, consents=(consent(**changes),), **asked)


DISCLOSERS = (
    under("member:X: what X holds", "consent", disclosers=[of(TESS)]),
    under("member:X: not what another holds", "5", disclosers=[of(THEO)], team=theo_left),
    under("member:X: also after X left", "consent", disclosers=[of(TESS)], team=tess_left),
    under(
        "member:X: matched on the holder, not the author",
        "consent",
        disclosers=[of(TESS)],
        of_item=item(author_id=THEO),
    ),
    under(
        "member:X: what X wrote and another holds is the other's",
        "5",
        disclosers=[of(TESS)],
        of_item=item(holder_id=THEO),
    ),
    under("patient: what the patient entered", "consent", disclosers=[OF_PATIENT], of_item=of_patient),
    under("patient: not what a member holds", "5", disclosers=[OF_PATIENT]),
    under(
        "patient: what an import left to the patient",
        "consent",
        disclosers=[OF_PATIENT],
        of_item=item(author_id=None, holder_id=None),
    ),
    under("team: what a present member holds", "consent", disclosers=[OF_TEAM]),
    under("team: what a past member holds", "consent", disclosers=[OF_TEAM], of_item=of_theo, team=theo_left),
    under(
        "team: what a member holds whose time is to come",
        "consent",
        disclosers=[OF_TEAM],
        of_item=of_theo,
        team=theo_to_come,
    ),
    under(
        "team: not what one holds who never became a member",
        "5",
        disclosers=[OF_TEAM],
        of_item=of_theo,
        team=theo_asked,
    ),
    under("team: not what one holds who declined", "5", disclosers=[OF_TEAM], of_item=of_theo, team=theo_declined),
    under("team: not what a stranger holds", "5", disclosers=[OF_TEAM], of_item=of_theo),
    under("team: never patient, which is named besides", "5", disclosers=[OF_TEAM], of_item=of_patient),
    under("team and patient, both named", "consent", disclosers=[OF_TEAM, OF_PATIENT], of_item=of_patient),
    under("two members named: the one", "consent", disclosers=[of(TESS), of(THEO)]),
    under("two members named: the other", "consent", disclosers=[of(TESS), of(THEO)], of_item=of_theo),
    under("no discloser: nothing", "5", disclosers=[]),
)

RECIPIENTS = (
    under("a named member", "consent", recipients=[to(PAUL)]),
    under("a named member is not another", "5", recipients=[to(TESS)]),
    under("a named member, not everybody of that role", "5", recipients=[to(PAUL)], reader=as_pia, team=pia_joined),
    under("a role: its current members", "consent", recipients=[TO_PRESCRIBERS]),
    under("a role: not the other one's", "5", recipients=[TO_THERAPISTS]),
    under("a role: later joiners included", "consent", recipients=[TO_PRESCRIBERS], reader=as_pia, team=pia_joined),
    under(
        "a role: resolved at decision time, not for whom it was meant",
        "2",
        recipients=[TO_PRESCRIBERS],
        team=team(paul=member(PAUL, PRESCRIBER, ended=True)),
    ),
    under("a member and a role: either", "consent", recipients=[to(PAUL), TO_THERAPISTS]),
    under(
        "a permit works one way only",
        "5",
        recipients=[to(PAUL)],
        disclosers=[of(PAUL)],
        reader=as_tess,
        of_item=item(by=PAUL),
    ),
    under("no recipient: nobody", "5", recipients=[]),
)

END = NOW - HOUR + 365 * DAY
STATES = (
    under("valid_from: the instant before", "5", valid_from=NOW + TICK),
    under("valid_from: the instant itself", "consent", valid_from=NOW),
    under("valid_from: the instant after", "consent", valid_from=NOW - TICK),
    under("valid_until: the instant before", "consent", valid_until=NOW + TICK),
    under("valid_until: the instant itself, exclusive", "5", valid_until=NOW),
    under("valid_until: the instant after", "5", valid_until=NOW - TICK),
    under("one year by default, and not an instant longer", "5", at=END),
    under("superseded: the instant before", "consent", superseded_at=NOW + TICK),
    under("superseded: the instant itself", "5", superseded_at=NOW),
    under("superseded: the instant after", "5", superseded_at=NOW - TICK),
    under("requested or draft: not signed, nothing", "5", signed=False),
    under("revoked: nothing, whatever the clock says", "5", revoked=True),
    under("revoked: nothing, on a server whose clock is behind", "5", revoked=True, at=NOW - timedelta(minutes=59)),
    under("revoked and to be superseded: nothing", "5", revoked=True, superseded_at=NOW + DAY),
    case(
        "renewed early: the old one until the new one's start",
        "consent",
        at=NOW - TICK,
        consents=(consent(superseded_at=NOW), consent(2, valid_from=NOW)),
        reason=consent(1).id,
    ),
    case(
        "renewed early: the new one from its start, without a gap",
        "consent",
        consents=(consent(superseded_at=NOW), consent(2, valid_from=NOW)),
        reason=consent(2).id,
    ),
    case(
        "revoking one consent does not touch another",
        "consent",
        consents=(consent(revoked=True), consent(2)),
        reason=consent(2).id,
    ),
    case(
        "a successor that is narrower is narrower",
        "5",
        consents=(consent(superseded_at=NOW), consent(2, classes=[], valid_from=NOW)),
    ),
)

KINDS = (
    *(under(f"purpose {p.value}: stored, opens nothing here", "5", purpose=p) for p in Purpose if p != "treatment"),
    *(under(f"kind {k.value}: no sharing consent", "5", kind=k) for k in ConsentKind if k != "sharing"),
    under("purpose treatment", "consent", purpose=Purpose.TREATMENT),
)

EXCEPTIONS = (
    under("an exception: this item", "5", but=Exceptions(items=frozenset({ITEM}))),
    under("an exception: another item", "consent", but=Exceptions(items=frozenset({NEIGHBOUR}))),
    under("an exception: this holder", "5", but=Exceptions(holders=frozenset({TESS}))),
    under(
        "an exception: this holder, though named as discloser",
        "5",
        disclosers=[of(TESS)],
        but=Exceptions(holders=frozenset({TESS})),
    ),
    under("an exception: another holder", "consent", but=Exceptions(holders=frozenset({THEO}))),
    under(
        "an exception: the patient as holder",
        "5",
        disclosers=[OF_TEAM, OF_PATIENT],
        of_item=of_patient,
        but=Exceptions(holders=frozenset({None})),
    ),
    under(
        "an exception: the patient, which is no member",
        "consent",
        disclosers=[OF_TEAM, OF_PATIENT],
        but=Exceptions(holders=frozenset({None})),
    ),
    under(
        "an exception: a member, which is not the patient",
        "consent",
        disclosers=[OF_TEAM, OF_PATIENT],
        of_item=of_patient,
        but=Exceptions(holders=frozenset({TESS})),
    ),
    case(
        "exceptions narrow this consent only",
        "consent",
        consents=(consent(but=Exceptions(items=frozenset({ITEM}))), consent(2)),
    ),
    under(
        "several exceptions: any of them",
        "5",
        but=Exceptions(items=frozenset({ITEM, NEIGHBOUR}), holders=frozenset({THEO})),
    ),
)

CASES = DISCLOSERS + RECIPIENTS + STATES + KINDS + EXCEPTIONS
