"""What the codes of a FHIR R4 Consent mean here; a code that is not listed is refused, never overlooked.

Sources: the HL7 terminology (v3-ActReason, v3-ActCode, v3-ParticipationType, consentscope, consentaction, CC0) and the
value sets that FHIR R4 binds in Consent.
"""

from collections.abc import Mapping

from careteam.fhir_reading.labels import ACT_CODE
from careteam.fhir_reading.node import Node
from careteam.policy.vocabulary import ItemClass, Label

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"

SENSITIVITY = ACT_CODE | {"http://terminology.hl7.org/ValueSet/v3-InformationSensitivityPolicy"}
"""HL7 v3 ActCode, and the value set of its sensitivity codes, which HL7's own R5 example `notSecLabel` gives as the
system. Sensitivities are read in denials only, so that the second spelling can open nothing."""

CATEGORIES = frozenset({("http://loinc.org", "59284-0"), ("http://loinc.org", "64292-6")})
"""Consents to share: LOINC "Patient Consent" and "Release of information consent" (FHIR R4, consent-category)."""

TREATMENT = "TREAT"
OPEN_NOTHING = frozenset({"ETREAT", "HPAYMT", "HOPERAT", "HRESCH"})
"""Purposes that may stand beside treatment: a clinician's reads here are always for treatment, so they change nothing.
(ETREAT is a kind of TREAT.)"""

RECIPIENTS = frozenset({"PRCP", "IRCP"})
"""Primary information recipient, information recipient."""
CUSTODIAN = "CST"

READING = "access"
ACTIONS = frozenset({"collect", "access", "use", "disclose", "correct"})

CLASS_OF: Mapping[str, ItemClass] = {
    "AllergyIntolerance": ItemClass.ALLERGY,
    "Condition": ItemClass.CONDITION,
}
"""The types of resource that are one class of items, neither more nor less. (A MedicationRequest is not: the class
`medication` holds what the patient reports, refills and costs too.)"""

LABEL_OF: Mapping[str, Label] = {
    "ETH": Label.SUBSTANCE_USE,  # substance abuse information sensitivity
    "HIV": Label.HIV,  # HIV/AIDS information sensitivity
    "VIO": Label.VIOLENCE,  # violence information sensitivity
}
"""The sensitivities that are one label, neither more nor less. Finer ones (ETHUD, STD, SDV, GENDER) are a part of a
label, SEX is two: a denial of those could not be said exactly."""


def coding(node: Node) -> tuple[str, str]:
    """The system and the code of a Coding; both have to be there."""
    return node.needed("system"), node.needed("code")


def sole_coding(concept: Node) -> tuple[str, str]:
    """The one coding of a CodeableConcept. Words alone, or several codings, leave open what is meant."""
    found = concept.objs("coding")
    if len(found) != 1:
        raise concept.fault("has to be one code: words, or several codings, leave open what is meant", "coding")
    return coding(found[0])


def purposes(node: Node) -> frozenset[str]:
    """The purposes of a rule; empty where it names none, which means all. Raises unless treatment is one of them."""
    found = [(item, coding(item)) for item in node.objs("purpose")]
    for item, (system, code) in found:
        if system != ACT_REASON or code not in OPEN_NOTHING | {TREATMENT}:
            raise item.fault("a purpose that is not known here; name TREAT (and HPAYMT, HOPERAT, HRESCH beside it)")
    codes = frozenset(code for _, (_, code) in found)
    if codes and TREATMENT not in codes:
        raise node.fault("leaves out TREAT; only what is about treatment opens or closes anything here", "purpose")
    return codes


def check_actions(node: Node, *, permit: bool) -> None:
    """Raises unless the rule is about reading: a permit of that alone, a denial of that among others."""
    found = [(item, *sole_coding(item)) for item in node.objs("action")]
    for item, system, code in found:
        if system != ACTION or code not in ACTIONS:
            raise item.fault(f"an action that is not known here; use one of {', '.join(sorted(ACTIONS))} of {ACTION}")
    codes = {code for _, _, code in found}
    if codes and (codes != {READING} if permit else READING not in codes):
        raise node.fault("a consent here is about reading (access), and nothing else; say that, or no action", "action")


def classes(node: Node) -> tuple[ItemClass, ...]:
    """The classes that a rule names; empty where it names none."""
    found = []
    for item in node.objs("class"):
        system, code = coding(item)
        if system != RESOURCE_TYPES or code not in CLASS_OF:
            known = ", ".join(sorted(CLASS_OF))
            raise item.fault(f"not exactly one class of items here; {known} are, or leave the class out")
        found.append(CLASS_OF[code])
    return tuple(dict.fromkeys(found))


def labels(node: Node) -> tuple[Label, ...]:
    """The labels that a denial names; empty where it names none. Several mean any of them."""
    found = []
    for item in node.objs("securityLabel"):
        system, code = coding(item)
        if system == CONFIDENTIALITY:
            raise item.fault("a level of confidentiality; items here have sensitivities and no level: name those")
        if system not in SENSITIVITY or code not in LABEL_OF:
            known = ", ".join(sorted(LABEL_OF))
            raise item.fault(f"not exactly one label of items here; {known} of HL7 v3 ActCode are")
        found.append(LABEL_OF[code])
    return tuple(dict.fromkeys(found))
