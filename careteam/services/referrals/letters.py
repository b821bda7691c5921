"""A referral to somebody outside: a letter, once the patient has agreed, that says what they agree to have shared."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted
from careteam.facts import consent_fact, discloser
from careteam.models import Consent, Practice, Referral, User
from careteam.models.types import new_id
from careteam.passwords import Passwords
from careteam.policy.representing import covers
from careteam.policy.team import current
from careteam.policy.treatment_words import ReferralAnswer
from careteam.policy.vocabulary import ConsentKind, Power, Purpose, Signer
from careteam.services.consents import signatures, signing, terms
from careteam.services.identity.accounts import confirm
from careteam.services.identity.factor_codes import Entered
from careteam.services.log import access_log
from careteam.services.log.access_words import CLASSES
from careteam.services.record.records import Record, open_record
from careteam.services.referrals.referrals import COLUMNS
from careteam.vault import unseal

BEYOND = "You act for this patient, but not in all that this letter passes on: see what your representation covers."


def sign(
    session: Session,
    passwords: Passwords,
    record: Record,
    referral: Referral,
    *,
    typed_name: str,
    password: str,
    terms_sha256: str,
    code: str | None = None,
    recovery_code: str | None = None,
) -> None:
    """Check that the patient agrees to the letter as they would sign a consent. Raises as `signing.sign` does.

    Where a minor's agreement takes two signatures, it is given on paper: Conflict. So is what the letter says once its
    time is over; and who signs for the patient agrees to no more than they act in (NotPermitted).
    """
    whose = signatures.needed(session, record)
    alone = Signer.PATIENT if record.is_patient else Signer.PARENT
    if whose - {alone}:
        raise Conflict("A parent or guardian and the patient agree to this letter together: let both sign it on paper.")
    _check_in_time(referral.share, record.at)
    document = consent_fact(_document(record, referral))
    if record.representation is not None and not covers(record.representation, document):
        raise NotPermitted(BEYOND)
    shown = terms.of(document)
    signing.check_signature(session, record, typed_name=typed_name, given=terms_sha256, shown=shown)
    who, entered = session.get_one(User, record.actor.user_id), Entered(password, code, recovery_code)
    confirm(session, passwords, who, entered, at=record.at)
    terms.keep(session, shown, at=record.at)


def printable(session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the letter: to who refers, while they are in the team, and to the patient. Logged.

    Raises NotFound, NotPermitted to others who read the referral, and Conflict where there is none: to somebody who is
    here, before the patient's yes, and once it is taken back.
    """
    record = open_record(session, actor, patient_id, at=at)
    row = session.execute(record.rows(Referral, *COLUMNS).where(Referral.id == referral_id)).first()
    if row is None:
        raise NotFound
    refers = record.is_member and row.author_id == actor.user_id
    if not (refers or record.speaks(Power.SIGN)):
        raise NotPermitted("Only who refers, and the patient, print the letter.")
    _check_ready(row)
    _check_in_time(row.share, at)
    access_log.disclosed(session, record.actor, patient_id, "print-referral", record.seen([row]), at=at)
    person = record.facts.person
    return {
        "name": person.name,
        "birth_date": person.birth_date,
        "zone": ZoneInfo(person.time_zone),
        "to_name": _said(session, Referral.to_name, row.id, row.to_name),
        "to_address": _said(session, Referral.to_address, row.id, row.to_address),
        "to_role": row.to_role,
        "date": row.date,
        "from_name": record.facts.names[row.author_id],
        "from_practice": _practice(session, record, row.author_id),
        "reason": _said(session, Referral.reason, row.id, row.reason),
        "question": _said(session, Referral.question, row.id, row.question),
        "agreed_at": row.patient_answered_at,
        **_shared(record, row.share),
    }


def _check_ready(row: Any) -> None:
    if row.to_user_id is not None:
        raise Conflict("This goes to a clinician who is here: they read it here, and need no letter.")
    if row.withdrawn_at is not None or row.error_at is not None:
        raise Conflict("This referral was taken back: there is no letter.")
    if row.patient_answer is not ReferralAnswer.YES:
        raise Conflict("The patient has not agreed to this letter.")


def _check_in_time(said: Mapping[str, Any] | None, at: datetime) -> None:
    if datetime.fromisoformat((said or {})["valid_until"]) <= at:
        raise Conflict("The time for which this letter shares anything is over: write another referral.")


def _document(record: Record, referral: Referral) -> Consent:
    """Return what the letter says as a document that is never stored, so that its terms are those of a consent."""
    said = referral.share or {}
    at = record.at
    return Consent(
        id=new_id(),
        patient_id=record.patient_id,
        kind=ConsentKind.SHARING,
        purpose=Purpose.TREATMENT,
        disclosers=said["disclosers"],
        recipients=[f"member:{referral.author_id}"],
        classes=said["classes"],
        labels=frozenset(said["labels"]),
        except_items=[],
        except_holders=[],
        valid_from=at,
        valid_until=datetime.fromisoformat(said["valid_until"]),
    )


def _shared(record: Record, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return in words whose items of which classes the patient agrees to have passed on, and until when."""
    return {
        "whose": [_whose(record, text) for text in said["disclosers"]],
        "classes": [CLASSES[word][1] for word in said["classes"]],
        "labels": [word.replace("_", " ") for word in said["labels"]],
        "data_from": _day(said["data_from"]),
        "data_through": _day(said["data_through"]),
        "until": datetime.fromisoformat(said["valid_until"]),
    }


def _whose(record: Record, text: str) -> str:
    party = discloser(text)
    if party.user_id is not None:
        return record.facts.names.get(party.user_id, "a former member of the care team")
    return {"patient": "the patient", "team": "every member of the care team"}[party.kind]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _said(session: Session, column: Any, item_id: UUID, sealed: bytes | None) -> str | None:
    return unseal(session, column, item_id, sealed)


def _practice(session: Session, record: Record, user_id: UUID) -> str | None:
    """Return from which practice the writer refers."""
    places = [m for m in record.team.memberships if m.user_id == user_id and m.practice_id]
    mine = sorted(places, key=lambda m: current(m, record.at), reverse=True)
    practice = session.get(Practice, mine[0].practice_id) if mine else None
    return practice.name if practice else None
