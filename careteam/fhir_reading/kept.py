"""What is kept whole and unread: what nobody can read safely, and parts of questionnaires that give no score."""

from careteam.fhir_reading.canonical import canonical, content_sha256
from careteam.fhir_reading.concepts import LOINC, codes
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import KeptResource
from careteam.policy.vocabulary import ItemClass

PHQ_9 = frozenset(
    {
        "44249-1", "44261-6", "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5",
        "44253-3", "44260-8", "69722-7", "89204-2",
    }
)  # fmt: skip
"""LOINC: panel, total, items 1 to 9, difficulty (all as in the US Core PHQ-9 example questionnaire), and the
total of the form for teenagers (as Synthea writes it)."""

GAD_7 = frozenset({"69737-5", "70274-6", "69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"})
"""LOINC: panel, total, items 1 to 7 of LOINC panel 69737-5."""

CLASS_OF = {"QuestionnaireResponse": ItemClass.MEASURE}


def kept_class(resource: Resource) -> ItemClass | None:
    """The class for which a resource is kept, or None if it is not."""
    if resource.kind == "Observation":
        measured = codes(resource.node.obj("code"), LOINC)
        return ItemClass.MEASURE if (PHQ_9 | GAD_7).intersection(measured) else None
    return CLASS_OF.get(resource.kind)


UNREADABLE = {"AllergyIntolerance": ItemClass.ALLERGY, "Condition": ItemClass.CONDITION}
"""The class for which a resource is kept that cannot be read safely."""


def keep(resource: Resource, item_class: ItemClass) -> KeptResource:
    """The resource as it came."""
    return KeptResource(
        source_key=resource.source_key,
        content_sha256=content_sha256(resource.node.value),
        path=resource.node.path,
        sensitivity=sensitivity(resource.node),
        item_class=item_class,
        resource_type=resource.kind,
        document=canonical(resource.node.value),
    )
