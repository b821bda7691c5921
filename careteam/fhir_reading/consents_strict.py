"""What may stand in a Consent at all: what is not known here is refused where it stands, also where it is empty.

FHIR lets a reader overlook extensions. Here none is: in a permission, what is overlooked may be what narrows it. An
empty list is refused too, for "nothing" and "everything" look alike in it.
"""

from collections.abc import Collection, Iterator

from careteam.fhir_reading.consents_codes import OBSERVATION_VALUE
from careteam.fhir_reading.faults import UnreadableBundle, step
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.strict_json import Json

TOP = frozenset(
    {
        "resourceType", "id", "meta", "language", "text", "identifier", "status", "scope", "category", "patient",
        "dateTime", "performer", "organization", "sourceAttachment", "sourceReference", "policy", "verification",
        "provision",
    }
)  # fmt: skip
POLICY_RULE = "names a base policy that is not in the resource; leave it out and say every rule in provision"
R5 = "an element of FHIR R5; send the Consent as FHIR R4 (4.0.1)"
OF_R5 = frozenset(
    {
        "decision", "subject", "date", "grantor", "grantee", "manager", "controller", "regulatoryBasis", "policyBasis",
        "policyText", "documentType", "resourceType", "expression",
    }
)  # fmt: skip
UNKNOWN = "not known here; leave it out, if the Consent means the same without it"
MODIFIERS = "may change the meaning of what it stands in; send the Consent without it"
INSIDE = "a resource inside the Consent; refer to it by type and id instead"
EMPTY = "empty, which could mean nothing or everything; leave it out or fill it"
EXTENDED = "an extension, which may narrow what it stands in; send the Consent without it"


def check_all(node: Node) -> None:
    """Raises at the first thing anywhere in the resource that no reader here could understand."""
    waiting: list[tuple[Json, str]] = [(node.value, node.path)]
    while waiting:
        value, path = waiting.pop()
        if value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
            raise UnreadableBundle(EMPTY, path)
        waiting.extend(_below(value, path))


def only(node: Node, allowed: Collection[str], why_not: str = UNKNOWN) -> None:
    """Raises at the first element of the object that is not one of these."""
    for key in node.value:
        if key not in allowed:
            reason = R5 if key in OF_R5 else POLICY_RULE if key == "policyRule" else why_not
            raise node.fault(reason, key)


def check_whole(node: Node) -> None:
    """Raises where the source says that this is only a part of the Consent (tag SUBSETTED)."""
    meta = node.obj("meta")
    tags = () if meta is None else (*meta.objs("tag"), *meta.objs("security"))
    for tag in tags:
        if tag.words("code") == "SUBSETTED":
            raise tag.fault(f"says that elements were left out ({OBSERVATION_VALUE}); send the whole Consent")


def _below(value: Json, path: str) -> Iterator[tuple[Json, str]]:
    if isinstance(value, list):
        yield from ((inner, step(path, number)) for number, inner in enumerate(value))
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_name(key, path)
            yield inner, step(path, key)


def _check_name(key: str, path: str) -> None:
    reason = {"modifierExtension": MODIFIERS, "implicitRules": MODIFIERS, "contained": INSIDE}.get(key)
    if key == "extension" or key.startswith("_"):
        reason = EXTENDED
    if reason:
        raise UnreadableBundle(reason, step(path, key))
