"""A denial of a Consent as restrictions of ours: the patient's standing no, until the patient lifts it."""

from itertools import product

from careteam.fhir_reading.consents_permits import recipients
from careteam.fhir_reading.consents_results import ANYONE, Party, PartyKind, ReadDenial
from careteam.fhir_reading.consents_rules import COMMON, ROOT, Parties, Rule, read_rule
from careteam.fhir_reading.node import Node
from careteam.policy.vocabulary import ItemClass

MOST = 60
"""Restrictions that one Consent may become."""

NOT_IN_DENIALS = {
    "period": "a no here stands until the patient lifts it, and has no period of its own; leave the period out",
    "dataPeriod": "a no here is not about dates; name classes, labels, items or custodians",
    "provision": "a yes inside a no: the no would win; state the yes as a Consent of its own, and the no narrower",
}
BOTH = "names recipients and custodians together, which can mean either or both; state them in Consents of their own"
TOO_MANY = "becomes more than {most} restrictions; say it with fewer words"
HALF = "an organization that holds a part of the record: name it as `record`, or the member who holds that part"


def read_denials(node: Node, parties: Parties, controllers: tuple[Party, ...]) -> tuple[ReadDenial, ...]:
    """Return the restrictions that together are this denial: one for each class, label, holder and item that it names
    together; every class where it names nothing. Raises where it cannot be said exactly."""
    for key, reason in NOT_IN_DENIALS.items():
        if node.has(key):
            raise node.fault(reason, key)
    rule = read_rule(node, parties, permit=False, allowed=ROOT & COMMON)
    if rule.recipients and rule.custodians:
        raise node.fault(BOTH, "actor")
    against = recipients(rule.recipients) or (ANYONE,)
    holders = _holders(rule, controllers)
    named = any((rule.classes, rule.labels, rule.items, holders != (None,)))
    classes = rule.classes or ((None,) if named else tuple(ItemClass))
    made = tuple(product(against, classes, rule.labels or (None,), holders, rule.items or (None,)))
    if len(made) > MOST:
        raise node.fault(TOO_MANY.format(most=MOST))
    return tuple(
        ReadDenial(against=who, item_class=item_class, label=label, holder=holder, item_id=item)
        for who, item_class, label, holder, item in made
    )


def _holders(rule: Rule, controllers: tuple[Party, ...]) -> tuple[str | None, ...]:
    found = rule.custodians or controllers
    if rule.custodians and set(controllers) - {Party(PartyKind.RECORD), *rule.custodians}:
        raise rule.node.fault("names custodians, and the Consent another organization; state one of them", "actor")
    if not found or Party(PartyKind.RECORD) in found:
        return (None,)
    if Party(PartyKind.TEAM) in found:
        raise rule.node.fault(HALF)
    return tuple(sorted(map(str, found)))
