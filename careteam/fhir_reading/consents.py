"""A FHIR R4 Consent to consents and restrictions of ours, where they can say exactly the same; else a refusal.

Read is FHIR R4 (4.0.1; R4B is the same here) in JSON, one Consent by itself, whose every rule says whether it permits
or denies, the root too (as IHE Privacy Consent on FHIR writes it; where it does not, FHIR R4 leaves the root to a base
policy, and none is assumed here, nor an opt-in or opt-out). Terms that the source names (`policy`, `source`) are law or
paper and no rules: "if the policyRule is absent, computable consent would need to be constructed from the elements of
the Consent resource" (FHIR R4, Consent.policyRule). What is signed here is what is shown here, and nothing that is read
permits anything before the patient has signed it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from careteam.fhir_reading import consents_codes as codes
from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.consents_denials import read_denials
from careteam.fhir_reading.consents_permits import read_permits
from careteam.fhir_reading.consents_results import Party, PartyKind, ReadConsent, ReadDenial, ReadPermit
from careteam.fhir_reading.consents_rules import Parties, is_permit
from careteam.fhir_reading.consents_strict import TOP, check_all, check_whole, only
from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.resources import as_resource
from careteam.fhir_reading.shapes import check_shape
from careteam.fhir_reading.strict_json import Json, Limits, parse

LIMITS = Limits(max_bytes=256 * 1024, max_depth=24, max_elements=20_000)
CONTROLLERS = (PartyKind.RECORD, PartyKind.TEAM, PartyKind.MEMBER, PartyKind.PATIENT)
NOT_ALONE = "not a Consent; send one Consent by itself"
NOT_IN_FORCE = "not active; only a Consent that is in force at its source is read"
OTHER_PURPOSES = "The source permits other purposes beside treatment too: they open nothing here, and are left out."
OTHER_TERMS = "The source names terms or papers of its own: they were not read, and are not what is signed here."


def read_consent(
    raw: bytes, parties: Mapping[str, Party], *, ends: datetime | None = None, zone: tzinfo = UTC
) -> ReadConsent:
    """Return what a Consent says in our words, neither more nor less.

    `parties` says whom and what its references mean here; `ends` is the end of a permit that names none, and `zone`
    is the patient's. Raises UnreadableBundle (a path, a reason, and what to do) and nothing else.
    """
    top = parse(raw, LIMITS)
    if top.get("resourceType") != "Consent":
        raise UnreadableBundle(NOT_ALONE, "$.resourceType")
    node = Node(top, "Consent")
    check_all(node)
    only(node, TOP)
    check_shape(as_resource(node))
    check_whole(node)
    named = Parties(parties)
    _check_kind(node)
    _check_people(node, named)
    _check_named(node, parties)
    return _read(node, named, ends, zone)


def _read(node: Node, parties: Parties, ends: datetime | None, zone: tzinfo) -> ReadConsent:
    rule = node.obj("provision")
    if rule is None:
        raise node.fault("missing; the Consent says neither yes nor no", "provision")
    controllers = tuple(dict.fromkeys(parties.of(one, *CONTROLLERS) for one in node.objs("organization")))
    permits: tuple[ReadPermit, ...] = ()
    denials: tuple[ReadDenial, ...] = ()
    purposes: frozenset[str] = frozenset()
    if is_permit(rule):
        permits, purposes = read_permits(rule, parties, controllers, ends=ends, zone=zone)
    else:
        denials = read_denials(rule, parties, controllers)
        if ends is not None:
            raise rule.fault("a no stands until the patient lifts it; leave `valid_until` out", "type")
    said = (
        OTHER_PURPOSES if purposes - {codes.TREATMENT} else None,
        OTHER_TERMS if any(map(node.has, ("policy", "sourceAttachment", "sourceReference"))) else None,
    )
    return ReadConsent(
        content_sha256=content_sha256(node.value),
        path=rule.path,
        permits=permits,
        denials=denials,
        remarks=tuple(words for words in said if words),
    )


def _check_kind(node: Node) -> None:
    """Raises unless it is an active privacy consent, verified where the source says anything of that."""
    if node.words("status") != "active":
        raise node.fault(NOT_IN_FORCE, "status")
    scope = node.obj("scope")
    if scope is None or codes.sole_coding(scope) != (codes.SCOPE, "patient-privacy"):
        raise node.fault("not about privacy; only Consents of the scope patient-privacy are read", "scope")
    for category in node.objs("category"):
        if codes.sole_coding(category) not in codes.CATEGORIES:
            raise category.fault("a kind of Consent that is not known here; LOINC 59284-0 and 64292-6 are")
    for policy in node.objs("policy"):
        only(policy, {"authority", "uri"})
    for check in node.objs("verification"):
        only(check, {"verified", "verifiedWith", "verificationDate"})
        if check.flag("verified") is not True:
            raise check.fault("not verified at its source; have it verified there, or draft a consent here", "verified")


def _check_people(node: Node, parties: Parties) -> None:
    """Raises unless the patient is whom the caller says, and gave the Consent in person."""
    patient = node.obj("patient")
    if patient is None:
        raise node.fault("missing; nothing says whose Consent this is", "patient")
    parties.of(patient, PartyKind.PATIENT)
    for performer in node.objs("performer"):
        parties.of(performer, PartyKind.PATIENT)


def _check_named(node: Node, parties: Mapping[str, Party]) -> None:
    if set(parties) - set(_references(node.value)):
        raise node.fault("holds no such reference as one that `parties` names; write each as it stands in the Consent")


def _references(value: Json) -> Iterator[str]:
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            reference = inner.get("reference")
            if isinstance(reference, str):
                yield reference.strip().partition("/_history/")[0]
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)
