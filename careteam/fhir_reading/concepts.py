"""What is taken of a CodeableConcept: words that a person can read, and codes of a named system."""

import re

from careteam.fhir_reading.node import WORDS, Node

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"

_RXCUI = re.compile(r"[0-9]{1,8}")


def in_words(concept: Node | None) -> str | None:
    """The text as the source entered it, else the first display."""
    if concept is None:
        return None
    displays = (coding.words("display") for coding in concept.objs("coding"))
    return concept.words("text", 4 * WORDS) or next((words for words in displays if words), None)


def words_or_code(concept: Node | None) -> str | None:
    """As `in_words`, else the first code: for codes that clinicians read as words, like BID."""
    found = () if concept is None else (coding.words("code") for coding in concept.objs("coding"))
    return in_words(concept) or next((code for code in found if code), None)


def codes(concept: Node | None, system: str) -> tuple[str, ...]:
    """The codes of one system, in the order of the source."""
    found = [] if concept is None else [c for c in concept.objs("coding") if c.words("system") == system]
    return tuple(code for coding in found if (code := coding.words("code")))


def rxnorm(concept: Node) -> str | None:
    """The RxNorm code that the source gives: the one marked as chosen by a user, else the first."""
    found = [coding for coding in concept.objs("coding") if coding.words("system") == RXNORM]
    found.sort(key=lambda coding: not coding.flag("userSelected"))
    for coding in found:
        if _RXCUI.fullmatch(coding.needed("code")) is None:
            raise coding.fault("not an RxNorm code, which is up to 8 digits; correct or remove it", "code")
    return found[0].words("code") if found else None


def drug_name(concept: Node) -> str:
    """The words for a medicine; a concept with a code only is named by its code and system."""
    named = in_words(concept)
    if named:
        return named
    for coding in concept.objs("coding"):
        if code := coding.words("code"):
            return f"code {code} of {coding.words('system') or 'an unnamed system'}"
    raise concept.fault("names no medicine; give a text or a coding")
