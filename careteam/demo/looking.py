"""Deeds that only read, and one that is refused: what fills the access log."""

from dataclasses import dataclass
from datetime import datetime

from careteam.demo.stage import ORIGIN, Stage
from careteam.errors import NotFound
from careteam.policy.vocabulary import ItemClass
from careteam.services.consents import printing
from careteam.services.decisions import decisions
from careteam.services.log import access_history, access_log, accounting
from careteam.services.medications import drug_search, medication_reminders, medications
from careteam.services.notices import reading
from careteam.services.previews import acts
from careteam.services.record import notes, shared_record
from careteam.services.team import sharing_matrix

SHARED_RECORD = "shared_record.read_shared_record"
"""What the REST door calls this request when it refuses it."""


@dataclass(frozen=True, slots=True)
class Opens:
    """Opens the shared record."""

    record: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        shared_record.read(stage.session, stage.actor(who), stage.patient_id(self.record), at=at)


@dataclass(frozen=True, slots=True)
class ReadsNotes:
    """Reads the notes of one kind, as far as they are open."""

    kind: ItemClass
    record: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        notes.page_of(stage.session, stage.actor(who), stage.patient_id(self.record), kind=self.kind, limit=25, at=at)


@dataclass(frozen=True, slots=True)
class ReadsMedications:
    """Reads the medication list."""

    record: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        medications.page_of(stage.session, stage.actor(who), stage.patient_id(self.record), limit=25, at=at)


@dataclass(frozen=True, slots=True)
class ReadsReminders:
    """Reads what the tables of drugs say of the current entries that they may read."""

    record: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        medication_reminders.read(stage.session, stage.actor(who), stage.patient_id(self.record), at=at)


@dataclass(frozen=True, slots=True)
class LooksForDrug:
    """Looks for a drug while typing; nothing is logged, since nobody's record is asked. Raises ValueError in vain."""

    typed: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        if not drug_search.search(self.typed, limit=5)["drugs"]:
            raise ValueError(self.typed)


@dataclass(frozen=True, slots=True)
class ReadsLog:
    """Reads, as the patient, who looked."""

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        access_history.page_of(stage.session, stage.actor(who), stage.patient_id(who), limit=25, at=at)


@dataclass(frozen=True, slots=True)
class LooksAtSharing:
    """Reads, as the patient, who reads which class of whose items."""

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        sharing_matrix.read(stage.session, stage.actor(who), stage.patient_id(who), at=at)


@dataclass(frozen=True, slots=True)
class Previews:
    """Looks, as the patient, at what signing a draft or request would open, and leaves it at that."""

    consent: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(who), stage.id_of(self.consent))
        acts.signature(stage.session, stage.actor(who), *ids, at=at)


@dataclass(frozen=True, slots=True)
class AsksWhy:
    """Asks, as the patient, why somebody reads or does not read a class of each holder's items."""

    reader: str
    item_class: ItemClass

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, reader_id = (stage.actor(who), stage.patient_id(who)), stage.actor(self.reader).user_id
        decisions.read(stage.session, *ids, reader_id=reader_id, item_class=self.item_class, at=at)


@dataclass(frozen=True, slots=True)
class ReadsNotices:
    """Reads what is new to them, and says that they have read it."""

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        reading.page_of(stage.session, stage.actor(who), limit=25, unread=True, at=at)
        reading.mark_all_read(stage.session, stage.actor(who), at=at)


@dataclass(frozen=True, slots=True)
class ReadsAccounting:
    """Reads, as the patient, the accounting of what was disclosed."""

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        accounting.page_of(stage.session, stage.actor(who), stage.patient_id(who), limit=25, at=at)


@dataclass(frozen=True, slots=True)
class PrintsReceipt:
    """Prints, as the patient, the receipt of a revocation."""

    consent: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(who), stage.id_of(self.consent))
        printing.printable(stage.session, stage.actor(who), *ids, at=at)


@dataclass(frozen=True, slots=True)
class LooksInVain:
    """Tries to open a record that is not open to them; the refusal is logged, as it is at the door."""

    record: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it. Raises AssertionError when it is not refused."""
        actor, patient_id = stage.actor(who), stage.patient_id(self.record)
        try:
            shared_record.read(stage.session, actor, patient_id, at=at)
        except NotFound:
            ids = {"patient_id": patient_id}
            access_log.refused(stage.session, actor, SHARED_RECORD, origin=ORIGIN, ids=ids, at=at)
        else:
            raise AssertionError(f"{who} is no stranger to {self.record}")
