"""Reads FHIR R4 files as other systems write them: bytes in, frozen dataclasses out.

Pure: no database, no web framework, no clock. `read_bundle` is the way in for files, and answers with a `Reading`;
`read_consent` is the one for a Consent by itself, and answers with a `ReadConsent`. Both raise `UnreadableBundle` and
nothing else. What they answer with is not stored, not shared, not labelled and not signed yet.
"""

from careteam.fhir_reading.consents import read_consent
from careteam.fhir_reading.consents_results import Party, PartyKind, ReadConsent, ReadDenial, ReadPermit
from careteam.fhir_reading.dosage import Dosage
from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.kept_entries import read_kept
from careteam.fhir_reading.labels import Sensitivity
from careteam.fhir_reading.moments import Precision, When
from careteam.fhir_reading.reading import read_bundle
from careteam.fhir_reading.results import (
    KeptResource,
    OutsideAuthor,
    ReadAllergy,
    ReadCondition,
    ReadEntry,
    Reading,
    ReadMeasure,
    ReadMedication,
    ReadNote,
    ReadPatient,
    Skipped,
    Sourced,
    SourceIdentifier,
    TypeTally,
)
from careteam.fhir_reading.strict_json import Limits

__all__ = [
    "Dosage", "KeptResource", "Limits", "OutsideAuthor", "Party", "PartyKind", "Precision", "ReadAllergy",
    "ReadCondition", "ReadConsent", "ReadDenial", "ReadEntry", "ReadMeasure", "ReadMedication", "ReadNote",
    "ReadPatient", "ReadPermit", "Reading", "Sensitivity", "Skipped", "SourceIdentifier", "Sourced", "TypeTally",
    "UnreadableBundle", "When", "read_bundle", "read_consent", "read_kept",
]  # fmt: skip
