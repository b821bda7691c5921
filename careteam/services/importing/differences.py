"""Whether a file may be about the person of a record that the caller named."""

from collections.abc import Sequence

from careteam.fhir_reading import ReadPatient
from careteam.models import Patient
from careteam.services.importing.identity import Identity, contradict
from careteam.services.importing.refusals import RefusedFile
from careteam.services.names import name_key


def differences(patient: Patient, read: ReadPatient, known: Sequence[Identity]) -> list[str]:
    """Return what differs between the file and the record without being proof; `known` is what was imported before.

    Raises RefusedFile where a birth date or a number says that it is another person, or nothing but the caller
    says that it is this one.
    """
    now = Identity.of(read)
    shared = any(now.identifiers & before.identifiers for before in known)
    born = {patient.birth_date, read.birth_date} - {None}
    if len(born) > 1:
        raise RefusedFile(
            "differs from the birth date of the record: is this the same person?", f"{read.path}.birthDate"
        )
    if not shared and any(contradict(now, before) for before in known):
        raise RefusedFile(
            "numbers another person than the record's: is this the same person?", f"{read.path}.identifier"
        )
    sure = shared or (patient.birth_date is not None and read.birth_date is not None)
    same_name = name_key(read.name) == patient.name_key
    if not (sure or same_name):
        raise RefusedFile("is not the name of the record, and no birth date confirms the person", f"{read.path}.name")
    return [
        *([] if same_name else ["The name in the file is not the name of the record, which stays as it is."]),
        *([] if sure else ["Only the name says that this is the same person: a birth date is missing."]),
        *(_death_unknown(patient, read)),
    ]


def _death_unknown(patient: Patient, read: ReadPatient) -> list[str]:
    unknown = read.deceased and patient.death_date is None
    return ["The file says that this person has died; the record does not, and stays as it is."] if unknown else []
