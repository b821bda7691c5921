"""Reads one file as a whole: either everything that it offers, or one refusal."""

import hashlib

from careteam.fhir_reading.bundle import open_file
from careteam.fhir_reading.person import choose_person
from careteam.fhir_reading.reader import Reader
from careteam.fhir_reading.references import directory_of
from careteam.fhir_reading.results import Reading
from careteam.fhir_reading.strict_json import Limits, parse


def read_bundle(raw: bytes, *, subject: str | None = None, limits: Limits | None = None) -> Reading:
    """Everything that `careteam` takes or keeps from a FHIR R4 bundle or single resource.

    `subject` (an id, `Patient/id` or a fullUrl) chooses the person where the file holds several Patients or none.
    Raises `UnreadableBundle` and nothing else; then nothing of the file may be used.
    """
    opened = open_file(parse(raw, limits or Limits()))
    directory = directory_of(opened.resources)
    reader = Reader(directory, choose_person(opened, subject))
    for resource in opened.resources:
        reader.read(resource)
    return reader.reading(opened, hashlib.sha256(raw).hexdigest())
