"""One rule (`provision`) of a Consent, read strictly; what it means is said by who asked for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from careteam.fhir_reading import consents_codes as codes
from careteam.fhir_reading.consents_periods import Days, data_period
from careteam.fhir_reading.consents_results import Party, PartyKind
from careteam.fhir_reading.consents_strict import only
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.references import written
from careteam.policy.vocabulary import ItemClass, Label

COMMON = frozenset({"type", "actor", "action", "purpose", "class", "securityLabel", "data", "dataPeriod"})
ROOT = COMMON | {"period", "provision"}
NOT_IN_RULES = "narrows a rule in a way that nothing here does; leave it out, if the rule means the same without it"
NOT_NAMED = "nobody says whom or what this reference means here; name it with `parties`"


@dataclass(frozen=True, slots=True)
class Parties:
    """Whom the caller says each reference means; a reference that is not named means nobody, never a guess."""

    named: Mapping[str, Party]

    def of(self, reference: Node, *kinds: PartyKind) -> Party:
        """Return who is meant. Raises where nobody is named, or somebody who cannot stand here."""
        only(reference, {"reference", "type", "identifier", "display"})
        found = self.named.get(written(reference) or "")
        if found is None:
            raise reference.fault(NOT_NAMED, "reference")
        if found.kind not in kinds:
            raise reference.fault(f"can only be one of: {', '.join(kinds)}", "reference")
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule names; empty (`days`: None) where it names none of the kind, which means all of it."""

    node: Node
    recipients: tuple[Party, ...]
    custodians: tuple[Party, ...]
    purposes: frozenset[str]
    classes: tuple[ItemClass, ...]
    labels: tuple[Label, ...]
    items: tuple[UUID, ...]
    days: Days | None


def read_rule(node: Node, parties: Parties, *, permit: bool, allowed: Collection[str]) -> Rule:
    """Raises at the first element that is not allowed here, or that is not known."""
    only(node, allowed, NOT_IN_RULES)
    codes.check_actions(node, permit=permit)
    recipients, custodians = _actors(node, parties)
    return Rule(
        node=node,
        recipients=recipients,
        custodians=custodians,
        purposes=codes.purposes(node),
        classes=codes.classes(node),
        labels=() if permit else codes.labels(node),
        items=() if permit else _items(node, parties),
        days=data_period(node),
    )


def is_permit(node: Node) -> bool:
    """Whether a rule permits; it has to say so itself."""
    if not node.has("type"):
        raise node.fault("missing; say permit or deny in every rule, for no base policy is assumed", "type")
    return node.code("type", {"permit", "deny"}) == "permit"


def _actors(node: Node, parties: Parties) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    recipients, custodians = [], []
    for actor in node.objs("actor"):
        only(actor, {"role", "reference"})
        role, reference = actor.obj("role"), actor.obj("reference")
        if role is None or reference is None:
            raise actor.fault("needs a role and a reference")
        system, code = codes.sole_coding(role)
        if system == codes.PARTICIPATION and code in codes.RECIPIENTS:
            recipients.append(parties.of(reference, PartyKind.MEMBER, PartyKind.TEAM))
        elif system == codes.PARTICIPATION and code == codes.CUSTODIAN:
            custodians.append(parties.of(reference, PartyKind.MEMBER, PartyKind.PATIENT, PartyKind.RECORD))
        else:
            raise role.fault("a part that nobody has here; a rule names recipients (PRCP, IRCP) or custodians (CST)")
    return tuple(dict.fromkeys(recipients)), tuple(dict.fromkeys(custodians))


def _items(node: Node, parties: Parties) -> tuple[UUID, ...]:
    found = []
    for data in node.objs("data"):
        only(data, {"meaning", "reference"})
        reference = data.obj("reference")
        if data.words("meaning") != "instance" or reference is None:
            raise data.fault("names more than the single item; only `instance` is said here", "meaning")
        found.append(parties.of(reference, PartyKind.ITEM).id)
    return tuple(dict.fromkeys(item for item in found if item is not None))
