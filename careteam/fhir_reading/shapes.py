"""Whether a resource has the shape that FHIR R4 gives its type, as `fhir.resources` models it.

The R4B models are used: for the types read here R4B is R4 unchanged. They accept more than FHIR does (a number
written as text, codes outside a value set, an empty list), so what is taken is read strictly besides. The models
load when the first resource is checked: only an import needs them, and they take longer than all the rest.
"""

from functools import cache
from typing import TYPE_CHECKING

from careteam.fhir_reading.faults import UnreadableBundle, step
from careteam.fhir_reading.resources import Resource

if TYPE_CHECKING:
    from pydantic import BaseModel

MODELLED = frozenset(
    {
        "Patient", "MedicationRequest", "MedicationStatement", "Medication", "DocumentReference", "CareTeam",
        "Practitioner", "Observation", "QuestionnaireResponse", "Condition", "AllergyIntolerance",
    }
)  # fmt: skip

_NO_ELEMENTS = frozenset({"root", "resource_type"})
"""Names that the models put into a location, and that FHIR does not have."""


def check_shape(resource: Resource) -> None:
    """Raises `UnreadableBundle` at the first element that FHIR R4 does not have, or not like this."""
    from pydantic import ValidationError

    try:
        _model(resource.kind).model_validate(resource.node.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise UnreadableBundle(_reason(first["type"]), _path(resource, first["loc"])) from None
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, AssertionError):
        # The models raise these, instead of a ValidationError, for contained resources of no known type.
        raise resource.node.fault("not a valid FHIR R4 resource; check its contained resources") from None


@cache
def _model(kind: str) -> "type[BaseModel]":
    from fhir.resources.R4B import get_fhir_model_class

    found: type[BaseModel] = get_fhir_model_class(kind)
    return found


def _path(resource: Resource, location: tuple[int | str, ...]) -> str:
    path = resource.node.path
    for key in location:
        path = path if key in _NO_ELEMENTS else step(path, key)
    return path


def _reason(kind: str) -> str:
    if kind == "extra_forbidden":
        return "not an element that FHIR R4 has here; remove or correct it"
    if "missing" in kind:
        return "missing, though FHIR R4 requires it"
    return "not what FHIR R4 allows here (type, format, or one of several alternatives); correct it"
