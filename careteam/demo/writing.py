"""Deeds with notes and labels."""

from dataclasses import dataclass
from datetime import datetime

from careteam.demo.days import ZONE
from careteam.demo.stage import Stage
from careteam.demo.texts import ADDENDA, NOTES
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.labels import labels
from careteam.services.record import notes
from careteam.services.special import releases


@dataclass(frozen=True, slots=True)
class Writes:
    """Writes the note of this name, and signs it unless it stays a draft."""

    note: str
    kind: ItemClass = ItemClass.PROGRESS_NOTE
    about: str = "nora"
    labels: tuple[Label, ...] = ()
    signed: bool = True

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, patient_id, text = stage.actor(who), stage.patient_id(self.about), NOTES[self.note]
        made = notes.draft(
            stage.session,
            actor,
            patient_id,
            kind=self.kind,
            title=text.title,
            body=text.body,
            date=at.astimezone(ZONE).date(),
            labels=self.labels,
            at=at,
        )
        if self.signed:
            made = notes.sign(stage.session, actor, patient_id, made["id"], version=made["version"], at=at)
        stage.keep(self.note, made)


@dataclass(frozen=True, slots=True)
class Adds:
    """Adds to a signed note."""

    note: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(self.about), stage.id_of(self.note))
        made = notes.add_addendum(
            stage.session,
            stage.actor(who),
            *ids,
            body=ADDENDA[self.note],
            version=stage.version_of(self.note),
            at=at,
        )
        stage.keep(self.note, made)


@dataclass(frozen=True, slots=True)
class TakesBack:
    """Marks an own note as entered in error."""

    note: str
    reason: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(self.about), stage.id_of(self.note))
        made = notes.enter_in_error(
            stage.session, stage.actor(who), *ids, reason=self.reason, version=stage.version_of(self.note), at=at
        )
        stage.keep(self.note, made)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels an item."""

    item: str
    label: Label
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(self.about), stage.id_of(self.item))
        made = labels.add(stage.session, stage.actor(who), *ids, self.label, version=stage.version_of(self.item), at=at)
        stage.keep(self.item, made)


@dataclass(frozen=True, slots=True)
class Releases:
    """Releases an own special note to a member of the team, or to the patient."""

    note: str
    to: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(self.about), stage.id_of(self.note))
        releases.release(stage.session, stage.actor(who), *ids, to=stage.party(self.to), at=at)
