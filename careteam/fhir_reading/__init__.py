"""Reads FHIR R4 files as other systems write them: bytes in, frozen dataclasses out.

Pure: no database, no web framework, no clock. `read_bundle` is the only way in, and it answers with a `Reading`
or raises `UnreadableBundle`. What a Reading holds is not stored, not shared and not labelled yet.
"""

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
    "Dosage", "KeptResource", "Limits", "OutsideAuthor", "Precision", "ReadAllergy", "ReadCondition", "ReadEntry",
    "ReadMedication", "ReadNote", "ReadPatient", "Reading", "Sensitivity", "Skipped", "SourceIdentifier", "Sourced",
    "TypeTally", "UnreadableBundle", "When", "read_bundle", "read_kept",
]  # fmt: skip
