"""Before all, rules 0 and 1: who asks, and what is theirs whatever was consented to."""

from dataclasses import replace

from careteam.policy.facts import Exceptions, Reader, Team
from tests.policy.cast import (
    MEDICATION,
    OF_PATIENT,
    PATIENT,
    PAUL,
    PRESCRIBER,
    PROGRESS,
    PSYCHOTHERAPY,
    RECORD,
    STRANGER,
    SUD_COUNSELING,
    TESS,
    THEO,
    THERAPIST,
    as_patient,
    as_paul,
    as_tess,
    as_theo,
    case,
    consent,
    item,
    member,
    restriction,
    team,
    to,
    vouched,
)

draft, imported, unconfirmed = item(draft=True), item(author_id=None), item(author_id=None, awaits_review=True)
kept_by_patient = item(author_id=None, holder_id=None)
own_draft = item(by=PATIENT, draft=True)
of_patient = consent(disclosers=[OF_PATIENT])
without_tess = consent(but=Exceptions(holders=frozenset({TESS})))
tess_left = team(tess=member(TESS, THERAPIST, ended=True))
paul_left = team(paul=member(PAUL, PRESCRIBER, ended=True))
no_account = Team(RECORD, None, team().memberships)
off_paul, off_tess, off_patient = (replace(r, disabled=True) for r in (as_paul, as_tess, as_patient))
paul_as_therapist, tess_as_prescriber = Reader(PAUL, vouched(THERAPIST)), Reader(TESS, vouched(PRESCRIBER))
no_progress_notes, nothing_of_tess = restriction(item_class=PROGRESS), restriction(holder_id=TESS)

BEFORE_ALL = (
    case("the plainest case: a current member under a consent in force", "consent", reason=consent().id, former=False),
    case("a disabled account reads nothing, though a consent names it", "disabled", reader=off_paul),
    case("a disabled account reads nothing, not even what it wrote", "disabled", reader=off_tess),
    case("a disabled account reads nothing, not even its own record", "disabled", reader=off_patient),
    case("a clinician who is not verified reads nothing", "unverified", reader=Reader(PAUL)),
    case("an unverified clinician reads nothing, not even what they wrote", "unverified", reader=Reader(TESS)),
    case("an unverified clinician reads nothing, not even what they hold", "unverified", imported, reader=Reader(TESS)),
    case("verified for another role only: no current member", "2", reader=paul_as_therapist),
    case("verified for another role only: the author keeps their records", "author", reader=tess_as_prescriber),
    case("a draft: its author only, and they do", "author", draft, reader=as_tess),
    case("a draft: its author only, not the patient", "draft", draft, reader=as_patient),
    case("a draft: its author only, no consent opens it", "draft", draft),
    case("a draft: its author only, not its holder", "draft", replace(draft, author_id=PAUL), reader=as_tess),
    case("the patient's draft is theirs", "author", own_draft, reader=as_patient),
    case("the patient's draft: no consent opens it", "draft", own_draft, consents=(of_patient,)),
    case("an unconfirmed import: rule 0, the patient", "own_record", unconfirmed, reader=as_patient),
    case("an unconfirmed import: rule 1, its holder", "holder", unconfirmed, reader=as_tess),
    case("an unconfirmed import: rule 1, its author", "author", item(awaits_review=True), reader=as_tess),
    case("an unconfirmed import: no consent opens it", "awaits review", unconfirmed),
    case(
        "an unconfirmed import that the patient holds: no consent opens it",
        "awaits review",
        replace(kept_by_patient, awaits_review=True),
        consents=(of_patient,),
    ),
    case("a confirmed import is an item like any other", "consent", imported),
    case(
        "an item of another record is never in this one, whoever wrote it",
        "another patient's record",
        item(patient_id=STRANGER),
        reader=as_tess,
        stored=False,
    ),
)

RULE_0 = (
    case("the patient reads what a clinician wrote", "own_record", reader=as_patient, consents=(), former=False),
    case("the patient reads what they wrote", "own_record", item(by=PATIENT), reader=as_patient, consents=()),
    case("the patient reads medications", "own_record", item(MEDICATION, by=PAUL), reader=as_patient, consents=()),
    case("the patient reads imports that nobody else holds", "own_record", kept_by_patient, reader=as_patient),
    case("the patient reads what a former member left", "own_record", reader=as_patient, team=tess_left),
    case("no restriction stops the patient", "own_record", reader=as_patient, restrictions=(no_progress_notes,)),
    case("a psychotherapy note not released to the patient", "2", item(PSYCHOTHERAPY), reader=as_patient),
    case("a counselling note not released to the patient", "2", item(SUD_COUNSELING), reader=as_patient),
    case(
        "a special note that an import left to the patient was released by nobody",
        "2",
        replace(kept_by_patient, item_class=PSYCHOTHERAPY),
        reader=as_patient,
    ),
    case("a patient reads nobody else's record", "unverified", reader=Reader(STRANGER)),
    case("the patient is a clinician elsewhere, not verified: their own record", "own_record", reader=Reader(PATIENT)),
    case(
        "the patient is a clinician elsewhere, verified: their own record",
        "own_record",
        reader=Reader(PATIENT, vouched(THERAPIST)),
        consents=(),
    ),
    case("a record without an account is nobody's own", "unverified", reader=as_patient, team=no_account),
)

RULE_1 = (
    case("the author: permit, without any consent", "author", reader=as_tess, consents=(), former=False),
    case("the holder: permit, without any consent", "holder", imported, reader=as_tess, consents=()),
    case("the author who is not the holder", "author", item(holder_id=PAUL), reader=as_tess, consents=()),
    case("the holder who is not the author", "holder", item(author_id=PAUL), reader=as_tess, consents=()),
    case(
        "the author, also after their membership ended",
        "author",
        reader=as_tess,
        consents=(),
        team=tess_left,
        former=True,
    ),
    case(
        "the holder, also after their membership ended", "holder", imported, reader=as_tess, team=tess_left, former=True
    ),
    case(
        "a former member reads nothing of others', though a consent still names them",
        "2",
        consents=(consent(recipients=[to(PAUL)]),),
        team=paul_left,
        former=True,
    ),
    case("a former member reads nothing of others', though a consent names their role", "2", team=paul_left),
    case("who never had a membership here has nothing to keep", "2", item(by=THEO), reader=as_theo),
    case("a restriction never binds the author", "author", reader=as_tess, restrictions=(no_progress_notes,)),
    case("a restriction never binds the holder", "holder", imported, reader=as_tess, restrictions=(nothing_of_tess,)),
    case(
        "an exception for a holder does not stop that holder",
        "holder",
        imported,
        reader=as_tess,
        consents=(without_tess,),
    ),
    case("importing makes nobody holder: what the patient is left with", "5", kept_by_patient, reader=as_tess),
    case("an outside author is no user: a nameless author is nobody", "5", kept_by_patient, consents=()),
    case("an outside author's item needs a consent like any other", "5", imported, consents=()),
    case(
        "what a therapist records the patient as taking is the therapist's",
        "holder",
        item(MEDICATION, author_id=None),
        reader=as_tess,
        consents=(),
    ),
)

CASES = BEFORE_ALL + RULE_0 + RULE_1
