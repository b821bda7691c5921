"""Who may read what: the numbered rules of the domain, written a second time from its words alone.

Imports nothing of the program. It works item by item and is as slow as it is plain; whatever the program answers
differently is a leak or a wrongful refusal, or this page is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.machine.facts import (
    PATIENT,
    Clinician,
    Consent,
    Emergency,
    Item,
    Membership,
    Record,
    Representation,
    Restriction,
)

OWN, AUTHOR, HOLDER, REPRESENTATION, EMERGENCY = "own", "author", "holder", "representation", "emergency"
SENT = "sent"


@dataclass(slots=True)
class Model:
    """All records and everybody who might read in them."""

    clinicians: dict[str, Clinician] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    def readable(self, reader: str, record: Record, at: datetime) -> set[str]:
        """Return the ids of all items of a record that the reader may read."""
        return {i.id for i in record.items.values() if self.why(reader, i, at)}

    def why(self, reader: str, item: Item, at: datetime) -> set[str]:
        """Return every reason to let this reader read the item: a rule's name, or the id of a consent; none: deny."""
        record = self.records[item.record]
        if self.shut_out(reader):
            return set()
        if item.draft:
            return {AUTHOR} if reader == item.author else set()
        if reader == record.patient:  # rule 0
            hidden = item.special and reader not in item.released_to and item.author != reader
            return set() if hidden else {OWN}
        own = {why for why, who in ((AUTHOR, item.author), (HOLDER, item.holder)) if who == reader}  # rule 1
        return own or self._represented(reader, record, item, at) or self._shared(reader, record, item, at)

    def shut_out(self, reader: str) -> bool:
        """Say whether this is a clinician who reads and writes nothing: disabled, or verified for nothing."""
        clinician = self.clinicians.get(reader)
        return clinician is not None and not clinician.stands_for

    def roles(self, who: str, record: Record, at: datetime) -> set[str]:
        """Return the roles in which somebody is a current accepted member."""
        return {m.role for m in self.places(who, record, at)}

    def places(self, who: str, record: Record, at: datetime) -> list[Membership]:
        """Return the memberships by which somebody is one."""
        clinician = self.clinicians.get(who)
        if clinician is None or self.shut_out(who):
            return []
        mine = [m for m in record.memberships.values() if m.who == who and m.current(at)]
        return [m for m in mine if (m.role, m.practice) in clinician.stands_for]

    def running(self, who: str, record: Record, at: datetime) -> list[Emergency]:
        """Return the sessions whose hour runs, while somebody has the place in which they opened them."""
        here = {m.id for m in self.places(who, record, at)}
        mine = (e for e in record.emergencies.values() if e.who == who and e.in_force(at))
        return [e for e in mine if here & e.places]

    def was_member(self, who: str, record: Record) -> bool:
        """Say whether somebody is or was a member of the team."""
        return any(m.who == who and m.began for m in record.memberships.values())

    def _represented(self, reader: str, record: Record, item: Item, at: datetime) -> set[str]:
        acting = (r for r in record.representations.values() if r.who == reader and r.in_force(at))
        return {REPRESENTATION for r in acting if self._within(r, record, item)}

    def _within(self, r: Representation, record: Record, item: Item) -> bool:
        named = (no for no in _standing(record) if no.against in {"anyone", f"representation:{r.id}"})
        allowed = "read" in r.powers and item.item_class in r.classes and item.needs <= r.labels
        ready = not (item.special or item.awaits_review)
        return allowed and ready and not any(no.limits(item) for no in named)

    def _shared(self, reader: str, record: Record, item: Item, at: datetime) -> set[str]:
        roles = self.roles(reader, record, at)
        if not roles:  # rule 2
            return set()
        noes = [no for no in _standing(record) if _is_against(no, reader, roles) and no.limits(item)]
        found = {c.id for c in record.consents.values() if self._permits(c, reader, roles, item, at)}  # 3 and 4
        found |= {SENT} if self._was_sent(reader, item) else set()
        if item.awaits_review or noes:  # 6
            found = set()
        return found or self._in_emergency(reader, record, item, noes, at)  # 7, 8

    def _permits(self, c: Consent, reader: str, roles: set[str], item: Item, at: datetime) -> bool:
        if not c.in_force(at) or c.purpose != "treatment" or not _names(c, reader, roles):
            return False
        excepted = item.id in c.except_items or item.holder in c.except_holders
        if excepted or not (item.needs <= c.labels and c.covers_day(item.day)):
            return False
        if item.special:
            named = f"member:{reader}" in c.recipients and f"member:{item.author}" in c.disclosers
            return c.kind == item.special and named and reader in item.released_to
        return c.kind == "sharing" and item.item_class in c.classes and self._discloses(c, item)

    def _was_sent(self, reader: str, item: Item) -> bool:
        """The patient's permit for one item of theirs; never for a special note."""
        return item.holder == PATIENT and not item.special and reader in item.sent_to

    def reached(self, who: str, record: Record, item: Item, at: datetime) -> bool:
        """Say whether an item like this one, sent to a member, opens to them: no standing no is about such items."""
        roles = self.roles(who, record, at)
        noes = (no for no in _standing(record) if no.item is None and _is_against(no, who, roles))
        return bool(roles) and not any(no.limits(item) for no in noes)

    def _discloses(self, c: Consent, item: Item) -> bool:
        if item.holder == PATIENT:
            return PATIENT in c.disclosers
        of_team = "team" in c.disclosers and self.was_member(item.holder, self.records[item.record])
        return of_team or f"member:{item.holder}" in c.disclosers

    def _in_emergency(self, reader: str, record: Record, item: Item, noes: list[Restriction], at: datetime) -> set[str]:
        asked = any(item.item_class in e.classes for e in self.running(reader, record, at))
        withheld = item.special or any(no.emergency == "withhold" for no in noes)
        return {EMERGENCY} if asked and not withheld else set()


def _names(c: Consent, reader: str, roles: set[str]) -> bool:
    return f"member:{reader}" in c.recipients or any(f"role:{role}" in c.recipients for role in roles)


def _standing(record: Record) -> Iterator[Restriction]:
    return (no for no in record.restrictions.values() if not no.lifted)


def _is_against(no: Restriction, reader: str, roles: set[str]) -> bool:
    return no.against in {"anyone", f"member:{reader}", *(f"role:{role}" for role in roles)}
