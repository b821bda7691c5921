"""How a caller says whom the references of a FHIR Consent mean here: `reference=party`, separated by blanks."""

from collections.abc import Mapping
from uuid import UUID

from careteam.errors import Invalid
from careteam.fhir_reading import Party, PartyKind

SAID = "Write `reference=party`, separated by blanks; a party is patient, team, record, member:<id> or item:<id>."
WITH_ID = frozenset({PartyKind.MEMBER, PartyKind.ITEM})


def parties_of(text: str) -> Mapping[str, Party]:
    """Return the parties by reference. Raises Invalid; each reference stands once.

    A reference may hold `=` itself (`Patient?identifier=...`): the last one counts.
    """
    found: dict[str, Party] = {}
    for word in text.split():
        reference, _, party = word.rpartition("=")
        if not reference or reference in found:
            raise _refusal()
        found[reference] = _party(party)
    return found


def _party(text: str) -> Party:
    kind, _, named = text.partition(":")
    if kind not in set(PartyKind) or (kind in WITH_ID) != bool(named):
        raise _refusal()
    try:
        return Party(PartyKind(kind), UUID(named) if named else None)
    except ValueError:
        raise _refusal() from None


def _refusal() -> Invalid:
    return Invalid("A party cannot be read.", {"parties": [SAID]})
