"""What the source says about sensitivity: `meta.security`, HL7 v3 ActCode.

Codes and their meaning: the code system http://terminology.hl7.org/CodeSystem/v3-ActCode (CC0), groups
InformationSensitivityPolicy and ActPrivacyLaw. Codes without a counterpart among the labels (such as `PSY`
and `MH`, which would cover everything here) suggest none, but are handed on.
"""

from dataclasses import dataclass

from careteam.fhir_reading.node import Node
from careteam.policy.vocabulary import ItemClass, Label

ACT_CODE = frozenset({"http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://hl7.org/fhir/v3/ActCode"})

LABEL_OF = {
    "ETH": Label.SUBSTANCE_USE,  # substance abuse
    "SUD": Label.SUBSTANCE_USE,  # substance use disorder
    "ETHUD": Label.SUBSTANCE_USE,  # alcohol use disorder
    "OPIOIDUD": Label.SUBSTANCE_USE,  # opioid use disorder
    "42CFRPart2": Label.SUBSTANCE_USE,
    "HIV": Label.HIV,
    "SEX": Label.SEXUAL_HEALTH,  # sexuality and reproductive health
    "STD": Label.SEXUAL_HEALTH,  # sexually transmitted disease
    "SDV": Label.VIOLENCE,  # sexual assault, abuse, or domestic violence
    "VIO": Label.VIOLENCE,  # violence
    "MST": Label.VIOLENCE,  # military sexual trauma
    "GENDER": Label.GENDER_AND_REPRODUCTIVE,  # gender and sexual orientation
}
BESIDES = {"SEX": Label.GENDER_AND_REPRODUCTIVE, "MST": Label.SEXUAL_HEALTH}
"""Codes that cover a second label; suggesting both is the cautious reading."""

PSYCHOTHERAPY_NOTE = "PSYTHPN"
SUBSTANCE_USE_CODES = frozenset(code for code, label in LABEL_OF.items() if label is Label.SUBSTANCE_USE)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Suggestions only: the holder confirms labels. `codes` are all ActCode tags as the source wrote them."""

    labels: frozenset[Label] = frozenset()
    codes: tuple[str, ...] = ()

    @property
    def part2(self) -> bool:
        """The source says 42 CFR Part 2, or substance use without saying where it comes from."""
        return bool(SUBSTANCE_USE_CODES.intersection(self.codes))

    @property
    def note_class(self) -> ItemClass:
        """The class of a note with these tags: what is tagged as a psychotherapy note stays one."""
        tagged = PSYCHOTHERAPY_NOTE in self.codes
        return ItemClass.PSYCHOTHERAPY_NOTE if tagged else ItemClass.PROGRESS_NOTE


def sensitivity(resource: Node) -> Sensitivity:
    """The sensitivity tags of a resource."""
    meta = resource.obj("meta")
    tags = () if meta is None else meta.objs("security")
    codes = tuple(
        dict.fromkeys(code for tag in tags if tag.words("system") in ACT_CODE and (code := tag.words("code")))
    )
    found = [table[code] for code in codes for table in (LABEL_OF, BESIDES) if code in table]
    return Sensitivity(frozenset(found), codes)
