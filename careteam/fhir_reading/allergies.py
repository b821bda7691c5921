"""AllergyIntolerance to allergies, and to statements that no allergy is known."""

from collections.abc import Collection

from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.concepts import RXNORM
from careteam.fhir_reading.entries import (
    IN_ERROR,
    NOT_NAMED,
    SNOMED,
    all_codes,
    name_of,
    notes,
    status,
    when,
    written_by,
)
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.modifiers import is_modified
from careteam.fhir_reading.node import WORDS, Node
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import ReadAllergy, ReadReaction
from careteam.policy.vocabulary import (
    AllergyCategory,
    AllergyScope,
    AllergyStatus,
    AllergyVerification,
    Criticality,
    Severity,
)

IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
NONE_KNOWN = {
    (SNOMED, "716186003"): AllergyScope.EVERYTHING,  # No known allergy
    (SNOMED, "160244002"): AllergyScope.EVERYTHING,  # No Known Allergies
    (SNOMED, "409137002"): AllergyScope.MEDICATION,  # No known drug allergy
    (SNOMED, "429625007"): AllergyScope.FOOD,  # No known food allergy
    (SNOMED, "428607008"): AllergyScope.ENVIRONMENT,  # No known environmental allergy
    (SNOMED, "716184000"): AllergyScope.OTHER,  # No Known Latex Allergy
    (SNOMED, "716220001"): AllergyScope.OTHER,  # No known animal allergy
    (IPS, "no-known-allergies"): AllergyScope.EVERYTHING,
    (IPS, "no-known-medication-allergies"): AllergyScope.MEDICATION,
    (IPS, "no-known-food-allergies"): AllergyScope.FOOD,
    (IPS, "no-known-environmental-allergies"): AllergyScope.ENVIRONMENT,
}
"""Codes that say that no allergy is known: the HL7 concept map "Absence of Information Mappings - IPS to SNOMED CT"
(first four and IPS), the HL7 value set allergyintolerance-substance-code of DSTU 2 and STU 3 (160244002), the FHIR R4
example allergyintolerance-nkla (latex) and the HL7 Switzerland value set CHAllergyIntoleranceValueSet (animals)."""

NOTHING_KNOWN = frozenset({(IPS, "no-allergy-info")})
"""Says that there is no information, which is neither an allergy nor that none is known (HL7, as above)."""

IN_WORDS = {
    f"no known {kind}{noun}": scope
    for kind, scope in {
        "": AllergyScope.EVERYTHING,
        "drug ": AllergyScope.MEDICATION,
        "medication ": AllergyScope.MEDICATION,
        "food ": AllergyScope.FOOD,
        "environmental ": AllergyScope.ENVIRONMENT,
    }.items()
    for noun in ("allergy", "allergies")
}
"""The names of these codes, for sources that give words and no code: they must not read as allergies."""

CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
CLINICAL_CODES = {word.value: word for word in AllergyStatus}
VERIFICATION_CODES = {
    "unconfirmed": AllergyVerification.UNCONFIRMED,
    "presumed": AllergyVerification.UNCONFIRMED,
    "confirmed": AllergyVerification.CONFIRMED,
    "refuted": AllergyVerification.REFUTED,
    IN_ERROR: None,
}
CRITICALITY = {word.value.replace("_", "-"): word for word in Criticality}
CATEGORIES = {word.value: word for word in AllergyCategory}
SEVERITIES = {word.value: word for word in Severity}
TYPES = frozenset({"allergy", "intolerance"})


def is_unreadable(resource: Resource) -> bool:
    """Say whether it has to stay sealed: it may mean the opposite, or it says that there is no information."""
    found = all_codes(resource.node.obj("code"))
    return is_modified(resource.node) or not NOTHING_KNOWN.isdisjoint(found) or _says_both(found)


def _says_both(found: Collection[tuple[str, str]]) -> bool:
    """Say whether one coding denies what another names: of those two nobody but its author knows which is meant."""
    scopes = {NONE_KNOWN[pair] for pair in found if pair in NONE_KNOWN}
    named = any(system in {SNOMED, RXNORM} for system, code in found if (system, code) not in NONE_KNOWN)
    return len(scopes) > 1 or (bool(scopes) and named)


def read_allergy(resource: Resource, person: Person, directory: Directory) -> ReadAllergy:
    """Needs a check with `is_unreadable` before. Raises on codes that FHIR R4 does not have, and where no allergy is
    known and a reaction is given all the same."""
    node = resource.node
    code, covers = node.obj("code"), _covers(node)
    clinical, clinical_words = status(node, "clinicalStatus", CLINICAL, CLINICAL_CODES)
    verified, verified_words = status(node, "verificationStatus", VERIFICATION, VERIFICATION_CODES)
    onset, onset_words = when(node, "onset")
    writing = written_by(resource, person, directory)
    if covers and node.objs("reaction"):
        raise node.fault("says that no allergy is known, and gives a reaction; correct one of them", "reaction")
    named = covers is None or covers is AllergyScope.OTHER
    said = (clinical_words, verified_words, onset_words, _type(node), _last(node), writing.remark, *notes(node))
    return ReadAllergy(
        source_key=resource.source_key,
        content_sha256=content_sha256(node.value),
        path=node.path,
        sensitivity=sensitivity(node),
        codes=all_codes(code),
        entered_in_error=_in_error(node),
        onset=onset,
        recorded=node.moment("recordedDate"),
        remarks=tuple(words for words in said if words),
        reported=writing.reported,
        authors=writing.authors,
        substance=(name_of(code) or _substances(node) or NOT_NAMED) if named else None,
        covers=covers,
        category=_categories(node),
        criticality=CRITICALITY[node.code("criticality", CRITICALITY)] if node.has("criticality") else None,
        clinical_status=clinical,
        verification_status=verified,
        reactions=tuple(map(_reaction, node.objs("reaction"))),
    )


def _covers(node: Node) -> AllergyScope | None:
    code = node.obj("code")
    found = all_codes(code)
    coded = next((NONE_KNOWN[pair] for pair in found if pair in NONE_KNOWN), None)
    if coded or found:
        return coded
    words = (name_of(code) or "").casefold().removesuffix("(situation)").strip().rstrip(".")
    return IN_WORDS.get(words)


def _in_error(node: Node) -> bool:
    return (VERIFICATION, IN_ERROR) in all_codes(node.obj("verificationStatus"))


def _categories(node: Node) -> tuple[AllergyCategory, ...]:
    found = node.all_words("category")
    for word in found:
        if word not in CATEGORIES:
            raise node.fault(f"not a code that FHIR R4 has here; use {', '.join(sorted(CATEGORIES))}", "category")
    return tuple(dict.fromkeys(CATEGORIES[word] for word in found))


def _type(node: Node) -> str | None:
    told = node.code("type", TYPES) if node.has("type") else None
    return "The source calls this an intolerance." if told == "intolerance" else None


def _last(node: Node) -> str | None:
    last = node.moment("lastOccurrence")
    return f"The source gives the last reaction as {last.text}." if last else None


def _substances(node: Node) -> str | None:
    found = (name_of(reaction.obj("substance")) for reaction in node.objs("reaction"))
    return ", ".join(dict.fromkeys(words for words in found if words)) or None


def _reaction(node: Node) -> ReadReaction:
    signs = ", ".join(words for item in node.objs("manifestation") if (words := name_of(item)))
    route, substance = name_of(node.obj("exposureRoute")), name_of(node.obj("substance"))
    said = (
        signs,
        node.words("description", 4 * WORDS),
        f"to {substance}" if substance else None,
        f"exposure: {route}" if route else None,
        *notes(node),
    )
    return ReadReaction(
        manifestation="; ".join(words for words in said if words) or NOT_NAMED,
        severity=SEVERITIES[node.code("severity", SEVERITIES)] if node.has("severity") else None,
        onset=node.moment("onset"),
    )
