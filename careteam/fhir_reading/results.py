"""What a reading yields: plain, frozen values. Nothing here is stored or shared yet."""

from dataclasses import dataclass, field
from datetime import date

from careteam.fhir_reading.dosage import Dosage
from careteam.fhir_reading.labels import Sensitivity
from careteam.fhir_reading.moments import When
from careteam.policy.vocabulary import (
    AllergyCategory,
    AllergyScope,
    AllergyStatus,
    AllergyVerification,
    ConditionStatus,
    ConditionVerification,
    Criticality,
    ItemClass,
    Label,
    MedicationStatus,
    Severity,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """`source_key` is stable for one source system; unequal `content_sha256` means that it changed there."""

    source_key: str
    content_sha256: str
    path: str
    sensitivity: Sensitivity = field(default_factory=Sensitivity)

    @property
    def suggested_labels(self) -> frozenset[Label]:
        """From the security tags of the source alone; the holder confirms them."""
        return self.sensitivity.labels


@dataclass(frozen=True, slots=True)
class SourceIdentifier:
    """A business identifier of a patient in the source system."""

    system: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPatient(Sourced):
    """Whom the bundle is about. National, driving and passport numbers are left behind."""

    name: str
    birth_date: date | None
    deceased: bool
    deceased_at: When | None
    identifiers: tuple[SourceIdentifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAuthor:
    """A name from outside that is no user. Equal `source_key` within a file means the same author."""

    source_key: str
    name: str
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMedication(Sourced):
    """One entry of the medication list. `source_status` is the FHIR code that `status` was made from.

    `reported`: the record says what the patient takes, as the patient or somebody else told it; it is not the
    order. `informant` then is who told it, and None if it was the patient. `requester` is None for the patient too.
    """

    kind: str
    name: str
    rxnorm: str | None
    status: MedicationStatus
    source_status: str
    status_reason: str | None
    intent: str | None
    dosages: tuple[Dosage, ...]
    reasons: tuple[str, ...]
    recorded: When | None
    started: When | None
    ended: When | None
    reported: bool
    requester: OutsideAuthor | None
    informant: OutsideAuthor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNote(Sourced):
    """A text note. `item_class` is `psychotherapy_note` where the source tags it so, else `progress_note`."""

    item_class: ItemClass
    title: str
    type_code: str | None
    written: When | None
    authors: tuple[OutsideAuthor, ...]
    text: str
    entered_in_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry(Sourced):
    """What an allergy, a condition and a measure have in common. `codes`: pairs of system and code of the source.

    `remarks` are what the source says and no field here holds. `reported`: told by the patient or somebody close.
    """

    codes: tuple[tuple[str, str], ...]
    entered_in_error: bool
    onset: When | None
    recorded: When | None
    remarks: tuple[str, ...]
    reported: bool
    authors: tuple[OutsideAuthor, ...]


@dataclass(frozen=True, slots=True)
class ReadReaction:
    """One reaction; `manifestation` is all that the source says of it in words."""

    manifestation: str
    severity: Severity | None
    onset: When | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAllergy(ReadEntry):
    """An allergy; with `covers`, that none is known. `substance` is None where `covers` says it all."""

    substance: str | None
    covers: AllergyScope | None
    category: tuple[AllergyCategory, ...]
    criticality: Criticality | None
    clinical_status: AllergyStatus | None
    verification_status: AllergyVerification | None
    reactions: tuple[ReadReaction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCondition(ReadEntry):
    """A diagnosis or problem."""

    name: str
    clinical_status: ConditionStatus | None
    verification_status: ConditionVerification | None
    severity: Severity | None
    abatement: When | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMeasure(ReadEntry):
    """The score of a questionnaire that is known here; `answers`: option by question, where the source gives them."""

    resource_type: str
    questionnaire: str
    version: str
    score: int
    band: str
    answers: tuple[tuple[str, int], ...] | None
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResource(Sourced):
    """Stored unread, because nobody can read it safely: `document` is the whole resource as canonical JSON."""

    item_class: ItemClass
    resource_type: str
    document: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """How many resources of a type were left out for one reason, and where the first of them stands."""

    reason: str
    count: int
    first_path: str


@dataclass(frozen=True, slots=True)
class TypeTally:
    """What became of the resources of one type; the three parts add up to all of them."""

    resource_type: str
    taken: int
    kept: int
    skipped: tuple[Skipped, ...]

    @property
    def total(self) -> int:
        """All resources of this type in the file."""
        return self.taken + self.kept + sum(part.count for part in self.skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file, read whole. `patient` is None if the file holds no Patient; `subject` then is the reference
    that all its resources give, so that the caller can compare it with the person it is stored for."""

    file_sha256: str
    bundle_type: str | None
    subject: str | None
    patient: ReadPatient | None
    medications: tuple[ReadMedication, ...]
    notes: tuple[ReadNote, ...]
    allergies: tuple[ReadAllergy, ...]
    conditions: tuple[ReadCondition, ...]
    measures: tuple[ReadMeasure, ...]
    kept: tuple[KeptResource, ...]
    outside_authors: tuple[OutsideAuthor, ...]
    tally: tuple[TypeTally, ...]

    @property
    def items(self) -> tuple[Sourced, ...]:
        """All that is stored of the file but the Patient."""
        return (*self.medications, *self.notes, *self.allergies, *self.conditions, *self.measures, *self.kept)
