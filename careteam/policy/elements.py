"""What a consent must hold before it opens anything, element by element, each with the section that asks for it.

Two lists that do not stand in for each other: the HIPAA authorisation (45 CFR 164.508(c)) of every consent, and the
written consent of 42 CFR 2.31(a) (rule of 2024) of one that lists `substance_use` or is about counselling notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from careteam.policy.facts import Consent
from careteam.policy.vocabulary import ConsentKind, Label, Purpose, Statement


@dataclass(frozen=True, slots=True)
class Paper:
    """The document as it would be on paper: its content, who it is about, what the terms say, who signed.

    `authority` says by what a person other than the patient signs; None where the patient signs.
    """

    consent: Consent
    patient_name: str
    statements: frozenset[Statement]
    signed_name: str | None
    signed_at: datetime | None
    on_behalf: bool = False
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One element that is absent: its name, the section that asks for it, and what to do."""

    element: str
    section: str
    sentence: str


def missing_elements(paper: Paper) -> tuple[Element, ...]:
    """Return what is absent, in the order of the sections; empty when the document can open something."""
    found = (*_authorization(paper), *(_part2(paper) if under_part2(paper.consent) else ()))
    return tuple(found)


def under_part2(consent: Consent) -> bool:
    """Say whether the document needs the elements of 42 CFR 2.31(a)."""
    return consent.kind is ConsentKind.SUD_COUNSELING_NOTES or Label.SUBSTANCE_USE in consent.labels


_TERMS = "Sign the terms that GET /api/v1/terms/current gives for this consent."
_DESCRIBE = "Name the classes of items, and the labels, that may be read."
_DISCLOSER = "Say whose items may be read."
_RECIPIENT = "Say who may read."
_PURPOSE = "Say for what: `treatment`."
_ENDS = "Give the consent an end."
_SIGN = "Sign it: type your name."
_AUTHORITY = "Say by what authority you sign for the patient."


def _authorization(paper: Paper) -> Iterator[Element]:
    """45 CFR 164.508(c)(1)(i)-(vi) and (c)(2)(i)-(iii)."""
    c, section = paper.consent, "45 CFR 164.508(c)"
    wanted = (
        (bool(c.classes), "description", "(1)(i)", _DESCRIBE),
        (bool(c.disclosers), "disclosers", "(1)(ii)", _DISCLOSER),
        (bool(c.recipients), "recipients", "(1)(iii)", _RECIPIENT),
        (c.purpose is Purpose.TREATMENT, "purpose", "(1)(iv)", _PURPOSE),
        (c.valid_until > c.valid_from, "expiry", "(1)(v)", _ENDS),
        (bool(paper.signed_name), "signature", "(1)(vi)", _SIGN),
        (paper.signed_at is not None, "date", "(1)(vi)", _SIGN),
        (not paper.on_behalf or bool(paper.authority), "authority", "(1)(vi)", _AUTHORITY),
        (Statement.RIGHT_TO_REVOKE in paper.statements, "right_to_revoke", "(2)(i)", _TERMS),
        (Statement.CONDITIONING in paper.statements, "conditioning", "(2)(ii)", _TERMS),
        (Statement.REDISCLOSURE in paper.statements, "redisclosure", "(2)(iii)", _TERMS),
    )
    return (Element(name, section + where, what) for there, name, where, what in wanted if not there)


def _part2(paper: Paper) -> Iterator[Element]:
    """42 CFR 2.31(a)(1)-(10); (4)(iii) and (10) since every consent here is for treatment."""
    c, section = paper.consent, "42 CFR 2.31(a)"
    explicit = c.kind is ConsentKind.SUD_COUNSELING_NOTES or Label.SUBSTANCE_USE in c.labels
    wanted = (
        (bool(paper.patient_name.strip()), "patient_name", "(1)", "The record has no name: correct it."),
        (bool(c.disclosers), "disclosers", "(2)", _DISCLOSER),
        (bool(c.classes) and explicit, "description", "(3)", _DESCRIBE),
        (bool(c.recipients), "recipients", "(4)(i)", _RECIPIENT),
        (Statement.PART2_REDISCLOSURE in paper.statements, "redisclosure_under_hipaa", "(4)(iii)", _TERMS),
        (c.purpose is Purpose.TREATMENT, "purpose", "(5)", _PURPOSE),
        (Statement.RIGHT_TO_REVOKE in paper.statements, "right_to_revoke", "(6)", _TERMS),
        (Statement.HOW_TO_REVOKE in paper.statements, "how_to_revoke", "(6)", _TERMS),
        (c.valid_until > c.valid_from, "expiry", "(7)", _ENDS),
        (bool(paper.signed_name), "signature", "(8)", _SIGN),
        (paper.signed_at is not None, "date", "(9)", _SIGN),
        (Statement.REDISCLOSURE in paper.statements, "redisclosure", "(10)(i)", _TERMS),
        (Statement.CONSEQUENCES_OF_REFUSING in paper.statements, "consequences_of_refusing", "(10)(ii)", _TERMS),
    )
    return (Element(name, section + where, what) for there, name, where, what in wanted if not there)
