"""A permit of a Consent, less its exceptions, as consents of ours: all of them together say what it says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from uuid import UUID

from careteam.fhir_reading.consents_periods import Days, validity
from careteam.fhir_reading.consents_results import Party, PartyKind, ReadPermit
from careteam.fhir_reading.consents_rules import COMMON, ROOT, Parties, Rule, is_permit, read_rule
from careteam.fhir_reading.node import Node
from careteam.policy.vocabulary import CLINICAL_ROLES, SHAREABLE_CLASSES, ItemClass, Label

ALL_RECIPIENTS = tuple(f"role:{role}" for role in sorted(CLINICAL_ROLES))
"""Everybody who can ever read here: the members, later ones included."""
EVERYTHING = (Party(PartyKind.TEAM), Party(PartyKind.PATIENT))
MOST_SPANS = 20

NOT_IN_PERMITS = {
    "securityLabel": "permits only what carries this label; a consent here opens what carries none besides",
    "data": "permits only the data that it lists; a consent here lists classes, and leaves items out but not in",
}
NO_END = "missing; a consent here always ends: say until when with `valid_until`"
OWN_END = "says itself until when it holds; leave `valid_until` out"
NOTHING_LEFT = "leaves nothing of what it is an exception to; correct one of the two"
ONE_KIND = (
    "has to name one kind of thing: classes, labels, items, custodians or days; say several in rules of their own"
)
SAME_KIND = "a permit inside a permit; state it as a Consent of its own"
ONE_RECIPIENT = "leaves out a recipient; name those who may read instead"


@dataclass(slots=True)
class _Left:
    """What is left of the permit while its exceptions are taken out."""

    classes: frozenset[ItemClass]
    labels: frozenset[Label]
    spans: tuple[Days, ...]
    items: set[UUID] = field(default_factory=set)
    holders: set[Party] = field(default_factory=set)


def read_permits(
    node: Node, parties: Parties, controllers: tuple[Party, ...], *, ends: datetime | None, zone: tzinfo
) -> tuple[tuple[ReadPermit, ...], frozenset[str]]:
    """Return the consents, and the purposes that the permit names. `controllers` are whose data the Consent is about
    (none: everybody's), `ends` is the end that the caller names. Raises where it cannot be said exactly."""
    for key, reason in NOT_IN_PERMITS.items():
        if node.has(key):
            raise node.fault(reason, key)
    rule = read_rule(node, parties, permit=True, allowed=ROOT)
    disclosers = _disclosers(rule, controllers)
    left = _Left(frozenset(rule.classes) or SHAREABLE_CLASSES, frozenset(Label), (rule.days or Days(),))
    for inner in node.objs("provision"):
        _take_out(left, _exception(inner, parties), disclosers)
    begins, until = _period(node, ends, zone)
    return tuple(_permit(rule, left, disclosers, begins, until, span) for span in left.spans), rule.purposes


def _exception(node: Node, parties: Parties) -> Rule:
    if is_permit(node):
        raise node.fault(SAME_KIND, "type")
    rule = read_rule(node, parties, permit=False, allowed=COMMON)
    if rule.recipients:
        raise node.fault(ONE_RECIPIENT, "actor")
    kinds = (rule.classes, rule.labels, rule.items, rule.custodians, rule.days)
    if sum(map(bool, kinds)) != 1:
        raise node.fault(ONE_KIND)
    return rule


def _take_out(left: _Left, rule: Rule, disclosers: tuple[Party, ...]) -> None:
    left.classes -= frozenset(rule.classes)
    left.labels -= frozenset(rule.labels)
    left.items |= set(rule.items)
    left.holders |= set(rule.custodians)
    if rule.days is not None:
        left.spans = tuple(part for span in left.spans for part in span.minus(rule.days))
    gone = Party(PartyKind.RECORD) in left.holders or not set(disclosers) - left.holders
    if gone or not left.classes or not left.spans:
        raise rule.node.fault(NOTHING_LEFT)
    if len(left.spans) > MOST_SPANS:
        raise rule.node.fault("cuts the days into too many spans; one consent is needed for each")


def _disclosers(rule: Rule, controllers: tuple[Party, ...]) -> tuple[Party, ...]:
    """Whose items: the custodians' that the rule names, else those of who controls the Consent, else everybody's."""
    record = Party(PartyKind.RECORD)
    if rule.custodians and set(controllers) - {record, *rule.custodians}:
        raise rule.node.fault("names custodians, and the Consent another organization; state one of them", "actor")
    found = rule.custodians or controllers or (record,)
    return EVERYTHING if record in found else found


def _period(node: Node, ends: datetime | None, zone: tzinfo) -> tuple[datetime | None, datetime]:
    begins, until = validity(node, zone)
    if until is not None and ends is not None:
        raise node.fault(OWN_END, "period")
    last = until or ends
    if last is None:
        raise node.fault(NO_END, "period")
    if begins is not None and last <= begins:
        raise node.fault("begins after the end that `valid_until` names", "period")
    return begins, last


def _permit(
    rule: Rule, left: _Left, disclosers: tuple[Party, ...], begins: datetime | None, until: datetime, span: Days
) -> ReadPermit:
    return ReadPermit(
        disclosers=_texts(disclosers),
        recipients=recipients(rule.recipients) or ALL_RECIPIENTS,
        classes=tuple(sorted(left.classes)),
        labels=left.labels,
        except_items=tuple(sorted(left.items)),
        except_holders=_texts(left.holders),
        valid_from=begins,
        valid_until=until,
        data_from=span.first,
        data_through=span.last,
    )


def recipients(named: Iterable[Party]) -> tuple[str, ...]:
    """Return members by name, and the team as its two roles."""
    found = [ALL_RECIPIENTS if party.kind is PartyKind.TEAM else (str(party),) for party in named]
    return tuple(sorted({text for texts in found for text in texts}))


def _texts(parties: Iterable[Party]) -> tuple[str, ...]:
    return tuple(sorted(map(str, parties)))
