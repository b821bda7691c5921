"""Condition to conditions."""

from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.entries import (
    IN_ERROR,
    NOT_NAMED,
    all_codes,
    concepts,
    name_of,
    notes,
    severity_of,
    status,
    when,
    written_by,
)
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.modifiers import is_modified
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import ReadCondition
from careteam.policy.vocabulary import ConditionStatus, ConditionVerification

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL_CODES = {word.value: word for word in ConditionStatus}
VERIFICATION_CODES = {
    **{word.value: word for word in ConditionVerification if word is not ConditionVerification.ENTERED_IN_ERROR},
    IN_ERROR: None,
}


def is_unreadable(resource: Resource) -> bool:
    """Say whether it has to stay sealed: it may mean the opposite of what it seems to say."""
    return is_modified(resource.node)


def read_condition(resource: Resource, person: Person, directory: Directory) -> ReadCondition:
    """Needs a check with `is_unreadable` before. Raises on codes that FHIR R4 does not have."""
    node = resource.node
    clinical, clinical_words = status(node, "clinicalStatus", CLINICAL, CLINICAL_CODES)
    verified, verified_words = status(node, "verificationStatus", VERIFICATION, VERIFICATION_CODES)
    severity, severity_words = severity_of(node.obj("severity"))
    onset, onset_words = when(node, "onset")
    abatement, abatement_words = when(node, "abatement")
    writing = written_by(resource, person, directory)
    said = (clinical_words, verified_words, severity_words, onset_words, abatement_words, writing.remark, *_more(node))
    return ReadCondition(
        source_key=resource.source_key,
        content_sha256=content_sha256(node.value),
        path=node.path,
        sensitivity=sensitivity(node),
        codes=all_codes(node.obj("code")),
        entered_in_error=(VERIFICATION, IN_ERROR) in all_codes(node.obj("verificationStatus")),
        onset=onset,
        recorded=node.moment("recordedDate"),
        remarks=tuple(words for words in said if words),
        reported=writing.reported,
        authors=writing.authors,
        name=name_of(node.obj("code")) or NOT_NAMED,
        clinical_status=clinical,
        verification_status=verified,
        severity=severity,
        abatement=abatement,
    )


def _more(node: Node) -> tuple[str | None, ...]:
    """What stands beside the name and that no field here holds, in words."""
    stages = (name_of(stage.obj("summary")) for stage in node.objs("stage"))
    staged = ", ".join(words for words in stages if words)
    return (
        concepts(node, "bodySite", "Body site"),
        f"Stage: {staged}." if staged else None,
        *(concepts(evidence, "code", "Evidence") for evidence in node.objs("evidence")),
        *notes(node),
    )
