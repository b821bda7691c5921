"""Rules 2 and 3: the care team, and special notes."""

from dataclasses import replace
from typing import Any

from careteam.policy.facts import Reader
from careteam.policy.vocabulary import ConsentKind, MembershipKind
from tests.policy.cast import (
    BO,
    COORDINATION,
    DAY,
    ELM,
    NOW,
    OAK,
    OF_PATIENT,
    PAUL,
    PIA,
    PRESCRIBER,
    PROGRESS,
    PSYCHOTHERAPY,
    SUD_COUNSELING,
    TESS,
    THEO,
    THERAPIST,
    TICK,
    TO_PRESCRIBERS,
    TO_THERAPISTS,
    as_bo,
    as_paul,
    as_pia,
    as_tess,
    as_theo,
    case,
    consent,
    item,
    member,
    of,
    team,
    to,
    vouched,
)

WEEK = 7 * DAY
pia_covers = member(PIA, PRESCRIBER, kind=MembershipKind.COVERING, valid_from=NOW, valid_until=NOW + WEEK)
covered = team(pia_covers)
bo_once_prescribed = team(member(BO, THERAPIST), member(BO, PRESCRIBER, ended=True))
bo_is_both = team(member(BO, THERAPIST), member(BO, PRESCRIBER))
theo_joined, tess_left = team(member(THEO, THERAPIST)), team(tess=member(TESS, THERAPIST, ended=True))
to_therapists, to_prescribers = consent(recipients=[TO_THERAPISTS]), consent(recipients=[TO_PRESCRIBERS])
since_yesterday, to_theo = consent(valid_from=NOW - DAY), consent(recipients=[to(THEO)])
to_paul = (consent(recipients=[to(PAUL)]),)
bo_not_verified_to_prescribe = Reader(BO, vouched(THERAPIST))
paul_of_elm = Reader(PAUL, vouched(PRESCRIBER, by=ELM))
paul_of_both = Reader(PAUL, vouched(PRESCRIBER) | vouched(PRESCRIBER, by=ELM))
bo_prescribes_at_elm = Reader(BO, vouched(THERAPIST) | vouched(PRESCRIBER, by=ELM))
paul_at_oak, paul_at_elm = (member(PAUL, PRESCRIBER, practice_id=p) for p in (OAK, ELM))


def paul_is(**changes: bool) -> dict[str, Any]:
    """Paul's membership, changed."""
    return {"team": team(paul=member(PAUL, PRESCRIBER, **changes))}


RULE_2 = (
    case("a verified clinician who is not in the team", "2", reader=as_theo),
    case("a stranger whom a consent names", "2", reader=as_theo, consents=(to_theo,)),
    case("invited, the patient has not agreed", "2", **paul_is(patient_agreed=False)),
    case("agreed, the clinician has not accepted", "2", **paul_is(clinician_accepted=False)),
    case("neither has agreed", "2", **paul_is(patient_agreed=False, clinician_accepted=False)),
    case("declined, whatever was agreed before", "2", **paul_is(declined=True)),
    case("ended", "2", **paul_is(ended=True)),
    case("ended and declined", "2", **paul_is(ended=True, declined=True)),
    case(
        "ended, then joined again",
        "consent",
        team=team(member(PAUL, PRESCRIBER), paul=member(PAUL, PRESCRIBER, ended=True)),
    ),
    case("another's membership is not the reader's", "2", reader=as_theo, team=team(member(PIA, PRESCRIBER))),
    case("membership opens the name and the team, no item", "5", consents=()),
    case(
        "covering: the instant before the period",
        "2",
        reader=as_pia,
        team=covered,
        at=NOW - TICK,
        consents=(since_yesterday,),
    ),
    case("covering: the first instant of the period", "consent", reader=as_pia, team=covered),
    case("covering: the last instant of the period", "consent", reader=as_pia, team=covered, at=NOW + WEEK - TICK),
    case("covering: the end is outside the period", "2", reader=as_pia, team=covered, at=NOW + WEEK),
    case("covering: ended early", "2", reader=as_pia, team=team(replace(pia_covers, ended=True))),
    case("covering: not agreed to", "2", reader=as_pia, team=team(replace(pia_covers, patient_agreed=False))),
    case(
        "covering: what they wrote they keep",
        "author",
        item(by=PIA),
        reader=as_pia,
        team=covered,
        at=NOW + WEEK,
        former=True,
    ),
    case(
        "two roles: each receives what its consent opens",
        "consent",
        reader=as_bo,
        team=bo_is_both,
        consents=(to_prescribers,),
    ),
    case(
        "two roles: not verified for one of them, it receives nothing",
        "5",
        reader=bo_not_verified_to_prescribe,
        team=bo_is_both,
        consents=(to_prescribers,),
    ),
    case(
        "two roles: one ended, the other goes on",
        "consent",
        reader=as_bo,
        team=bo_once_prescribed,
        consents=(to_therapists,),
        former=False,
    ),
    case(
        "two roles: the ended one receives nothing",
        "5",
        reader=as_bo,
        team=bo_once_prescribed,
        consents=(to_prescribers,),
    ),
)

PRACTICES = (
    case("the practice that the membership names verifies the role", "consent", team=team(paul=paul_at_oak)),
    case("only another practice verifies the role: no current member", "2", team=team(paul=paul_at_elm)),
    case(
        "only another practice verifies the role: a consent by name", "2", team=team(paul=paul_at_elm), consents=to_paul
    ),
    case(
        "only another practice verifies the role: what they wrote they keep",
        "author",
        item(by=PAUL),
        team=team(paul=paul_at_elm),
        former=True,
    ),
    case("two practices verify the role", "consent", reader=paul_of_both, team=team(paul=paul_at_elm)),
    case("no practice is named: any that verifies the role", "consent", reader=paul_of_elm),
    case(
        "no practice is named: one that verifies another role only",
        "2",
        reader=Reader(PAUL, vouched(THERAPIST, by=ELM)),
    ),
    case(
        "the named practice verifies another role only",
        "2",
        reader=Reader(PAUL, vouched(THERAPIST) | vouched(PRESCRIBER, by=ELM)),
        team=team(paul=paul_at_oak),
    ),
    case(
        "left one practice, joined from another: the second membership counts",
        "consent",
        reader=paul_of_elm,
        team=team(paul_at_elm, paul=replace(paul_at_oak, ended=True)),
        former=False,
    ),
    case(
        "a membership from each of two practices: the one that its practice verifies counts",
        "consent",
        reader=paul_of_elm,
        team=team(paul_at_elm, paul=paul_at_oak),
        stored=False,
    ),
    case(
        "two roles in two practices: each counts where its own practice verifies it",
        "consent",
        reader=bo_prescribes_at_elm,
        team=team(member(BO, THERAPIST, practice_id=OAK), member(BO, PRESCRIBER, practice_id=ELM)),
        consents=(to_prescribers,),
    ),
    case(
        "two roles in two practices: the one that its practice does not verify receives nothing",
        "5",
        reader=bo_prescribes_at_elm,
        team=team(member(BO, THERAPIST, practice_id=OAK), member(BO, PRESCRIBER, practice_id=OAK)),
        consents=(to_prescribers,),
    ),
    case(
        "covering: for another practice than the one that verifies",
        "2",
        reader=as_pia,
        team=team(replace(pia_covers, practice_id=ELM)),
    ),
    case(
        "covering: for the practice that verifies",
        "consent",
        reader=as_pia,
        team=team(replace(pia_covers, practice_id=OAK)),
        consents=(to_prescribers,),
    ),
    case(
        "unverified everywhere: nothing, whatever practice is named",
        "unverified",
        reader=Reader(PAUL),
        team=team(paul=paul_at_oak),
    ),
)

lists_special = consent(classes=[PROGRESS, PSYCHOTHERAPY, SUD_COUNSELING])
psychotherapy, counselling = item(PSYCHOTHERAPY), item(SUD_COUNSELING)
of_its_kind = consent(classes=[PSYCHOTHERAPY], kind=ConsentKind.PSYCHOTHERAPY_NOTES, disclosers=[of(TESS)])

RULE_3 = (
    case("a psychotherapy note: its author", "author", psychotherapy, reader=as_tess, consents=()),
    case("a counselling note: its author", "author", counselling, reader=as_tess, consents=()),
    case("a special note: its author, after leaving", "author", psychotherapy, reader=as_tess, team=tess_left),
    case(
        "a special note: its holder, who must keep it", "holder", replace(psychotherapy, author_id=None), reader=as_tess
    ),
    case("a special note: its draft is its author's", "author", replace(psychotherapy, draft=True), reader=as_tess),
    case(
        "a psychotherapy note: a sharing consent that lists it opens it to nobody",
        "3",
        psychotherapy,
        consents=(lists_special,),
    ),
    case(
        "a counselling note: a sharing consent that lists it opens it to nobody",
        "3",
        counselling,
        consents=(lists_special,),
    ),
    case("a sharing consent that lists special notes still opens the rest", "consent", consents=(lists_special,)),
    case("a special note: a consent of its own kind, but no release", "3", psychotherapy, consents=(of_its_kind,)),
    case(
        "a special note that the patient holds: no sharing consent opens it",
        "3",
        replace(psychotherapy, author_id=None, holder_id=None),
        consents=(replace(lists_special, disclosers=frozenset({OF_PATIENT})),),
    ),
    case(
        "a special note: not another therapist of the team",
        "3",
        psychotherapy,
        reader=as_theo,
        team=theo_joined,
        consents=(lists_special,),
    ),
    case("a special note: not a stranger", "2", psychotherapy, reader=as_theo, consents=(lists_special,)),
    case(
        "a consent of a special kind opens no other note",
        "5",
        consents=(replace(lists_special, kind=ConsentKind.PSYCHOTHERAPY_NOTES),),
    ),
    case(
        "a coordination note is no special note",
        "consent",
        item(COORDINATION),
        consents=(consent(classes=[COORDINATION]),),
        reader=as_paul,
    ),
)

CASES = RULE_2 + PRACTICES + RULE_3
