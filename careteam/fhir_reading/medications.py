"""MedicationRequest and MedicationStatement to entries of the medication list."""

from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.concepts import drug_name, in_words, rxnorm
from careteam.fhir_reading.dosage import read_dosage
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.modifiers import MODIFIED, is_modified
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.people import author_of
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import OutsideAuthor, ReadMedication
from careteam.policy.vocabulary import MedicationStatus

STATUS: dict[str, dict[str, MedicationStatus | None]] = {
    "MedicationRequest": {
        "active": MedicationStatus.ACTIVE,
        "on-hold": MedicationStatus.ON_HOLD,
        "cancelled": MedicationStatus.STOPPED,
        "completed": MedicationStatus.STOPPED,
        "stopped": MedicationStatus.STOPPED,
        "entered-in-error": MedicationStatus.ENTERED_IN_ERROR,
        "unknown": MedicationStatus.ACTIVE,
        "draft": None,
    },
    "MedicationStatement": {
        "active": MedicationStatus.ACTIVE,
        "on-hold": MedicationStatus.ON_HOLD,
        "completed": MedicationStatus.STOPPED,
        "stopped": MedicationStatus.STOPPED,
        "not-taken": MedicationStatus.STOPPED,
        "entered-in-error": MedicationStatus.ENTERED_IN_ERROR,
        "unknown": MedicationStatus.ACTIVE,
        "intended": None,
    },
}
"""None: not taken, because nobody takes or has ordered it yet. `unknown` counts as active, since a medicine that
may be taken must not vanish from a list; `source_status` still says that the source did not know."""

INTENTS = frozenset(
    {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"}
)
UNDECIDED = frozenset({"proposal", "option"})


def why_not_taken(resource: Resource, directory: Directory) -> str | None:
    """The reason to leave an entry out, or None. Raises on a status or intent that FHIR R4 does not have, and on
    a missing Medication where the entry would be taken."""
    node, statuses = resource.node, STATUS[resource.kind]
    if statuses[node.code("status", statuses)] is None:
        return "a draft or an intention: not decided or not taken yet"
    if resource.kind == "MedicationRequest" and node.code("intent", INTENTS) in UNDECIDED:
        return "a proposal or an option: nobody has decided on it"
    if node.flag("doNotPerform"):
        return "asks that the medicine is not given"
    product = product_of(resource, directory)
    return MODIFIED if is_modified(node) or (product and is_modified(product.node)) else None


def product_of(resource: Resource, directory: Directory) -> Resource | None:
    """The Medication to which an entry refers; None where the entry names the medicine itself."""
    reference = resource.node.obj("medicationReference")
    if reference is None:
        return None
    found = directory.resolve(reference, resource)
    if found is None or found.kind != "Medication":
        raise resource.node.fault("refers to no Medication of this file; include it", "medicationReference")
    return found


def _concept(resource: Resource, product: Resource | None) -> Node:
    node, key = (product.node, "code") if product else (resource.node, "medicationCodeableConcept")
    concept = node.obj(key)
    if concept is None:
        raise node.fault("missing; a medicine has to be named", key)
    return concept


def read_medication(resource: Resource, person: Person, directory: Directory) -> ReadMedication:
    """Needs a check with `why_not_taken` before. Reasons that are only references are not followed: a condition
    has its own class and labels, and its words must not travel in a medication entry."""
    node, request = resource.node, resource.kind == "MedicationRequest"
    product = product_of(resource, directory)
    concept = _concept(resource, product)
    source_status = node.needed("status")
    status = STATUS[resource.kind][source_status]
    if status is None:
        raise node.fault("a draft is not taken", "status")
    period = node.obj("effectivePeriod")
    reported, informant = _told(resource, person, directory)
    return ReadMedication(
        source_key=resource.source_key,
        content_sha256=content_sha256(node.value, *([product.node.value] if product else [])),
        path=node.path,
        sensitivity=sensitivity(node),
        kind=resource.kind,
        name=drug_name(concept),
        rxnorm=rxnorm(concept),
        status=status,
        source_status=source_status,
        status_reason=_status_reason(node),
        intent=node.words("intent"),
        dosages=tuple(map(read_dosage, node.objs("dosageInstruction" if request else "dosage"))),
        reasons=tuple(words for item in node.objs("reasonCode") if (words := in_words(item))),
        recorded=node.moment("authoredOn" if request else "dateAsserted"),
        started=period.moment("start") if period else node.moment("effectiveDateTime"),
        ended=period.moment("end") if period else None,
        reported=reported,
        requester=_outsider(node.obj("requester"), resource, person, directory),
        informant=informant,
    )


def _told(resource: Resource, person: Person, directory: Directory) -> tuple[bool, OutsideAuthor | None]:
    node, request = resource.node, resource.kind == "MedicationRequest"
    source = node.obj("reportedReference" if request else "informationSource")
    if source is None:
        return bool(node.flag("reportedBoolean")), None
    found = directory.resolve(source, resource)
    text = found.kind if found else source.words("reference") or source.words("type") or ""
    by_clinician = text.startswith(("Practitioner", "Organization"))
    return request or not by_clinician, _outsider(source, resource, person, directory)


def _outsider(reference: Node | None, holder: Resource, person: Person, directory: Directory) -> OutsideAuthor | None:
    if reference is None or person.is_meant(reference, holder, directory):
        return None
    return author_of(reference, holder, directory)


def _status_reason(node: Node) -> str | None:
    if isinstance(node.value.get("statusReason"), list):
        return next((words for item in node.objs("statusReason") if (words := in_words(item))), None)
    return in_words(node.obj("statusReason"))
