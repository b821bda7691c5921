"""Elements that may turn a resource into its opposite, and that FHIR forbids to overlook."""

from careteam.fhir_reading.node import Node
from careteam.fhir_reading.strict_json import Json

MODIFIED = "carries a modifier extension or implicit rules, which may reverse its meaning"
_MODIFIERS = frozenset({"modifierExtension", "implicitRules"})


def is_modified(node: Node) -> bool:
    """Whether a modifier stands anywhere in it: what it means is not known here (FHIR R4, 2.4.1.2)."""
    waiting: list[Json] = [node.value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not _MODIFIERS.isdisjoint(value):
                return True
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False
