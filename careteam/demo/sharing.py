"""Deeds by which the patient decides, and by which others ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from careteam.demo.cast import CAST
from careteam.demo.stage import Stage
from careteam.policy.vocabulary import ConsentKind, ItemClass, Label
from careteam.services.consents import drafting, restrictions, revoking, signing


@dataclass(frozen=True, slots=True)
class Document:
    """What a consent says; members by their names in the story. Lasts a year unless it says how many days."""

    disclosers: tuple[str, ...]
    recipients: tuple[str, ...]
    classes: tuple[ItemClass, ...]
    days: int | None = None
    ends_when: str | None = None
    labels: tuple[Label, ...] = ()
    kind: ConsentKind = ConsentKind.SHARING


@dataclass(frozen=True, slots=True)
class Signs:
    """Writes a consent of their own and signs it with the terms that it names, password entered again."""

    consent: str
    document: Document

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, patient_id = stage.actor(who), stage.patient_id(who)
        made = _begin(stage, who, who, self.document, at)
        signed = signing.sign(
            stage.session,
            stage.passwords,
            actor,
            patient_id,
            made["id"],
            version=made["version"],
            typed_name=CAST[who].name,
            password=CAST[who].password,
            terms_sha256=made["terms"]["sha256"],
            at=at,
        )
        stage.keep(self.consent, signed)


@dataclass(frozen=True, slots=True)
class Asks:
    """Asks a patient for a consent."""

    consent: str
    document: Document
    message: str
    patient: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        stage.keep(self.consent, _begin(stage, who, self.patient, self.document, at, self.message))


@dataclass(frozen=True, slots=True)
class Revokes:
    """Takes the whole of a consent back."""

    consent: str
    reason: str | None = None

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(who), stage.id_of(self.consent))
        revoking.revoke(stage.session, stage.actor(who), *ids, reason=self.reason, at=at)


@dataclass(frozen=True, slots=True)
class Restricts:
    """Says no to a member, or to anyone, about a class or one item, whatever any consent says."""

    against: str
    item_class: ItemClass | None
    note: str
    item: str | None = None

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        restrictions.restrict(
            stage.session,
            stage.actor(who),
            stage.patient_id(who),
            against=stage.party(self.against),
            item_class=self.item_class,
            item_id=stage.id_of(self.item) if self.item else None,
            note=self.note,
            at=at,
        )


def _begin(
    stage: Stage, who: str, patient: str, document: Document, at: datetime, message: str | None = None
) -> dict[str, Any]:
    return drafting.begin(
        stage.session,
        stage.actor(who),
        stage.patient_id(patient),
        disclosers=stage.parties(document.disclosers),
        recipients=stage.parties(document.recipients),
        classes=document.classes,
        valid_until=at + timedelta(days=document.days) if document.days else None,
        ends_when=document.ends_when,
        labels=document.labels,
        kind=document.kind,
        message=message,
        at=at,
    )
