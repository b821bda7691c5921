"""Which outside author is which member: only where the caller says so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from careteam.fhir_reading import OutsideAuthor
from careteam.services.importing.refusals import RefusedFile


@dataclass(frozen=True, slots=True)
class Authors:
    """The members by the key of their outside author; `missing` were named and wrote nothing in this file."""

    members: Mapping[str, UUID] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def holder_of(self, authors: Iterable[OutsideAuthor]) -> UUID | None:
        """Return the member who is named for the first of these authors that has one; None is the patient."""
        return next((self.members[a.source_key] for a in authors if a.source_key in self.members), None)


def match(named: Mapping[str, UUID], known: Collection[OutsideAuthor], members: frozenset[UUID]) -> Authors:
    """Match names, or keys such as `Practitioner/17`, with the authors of a file.

    Raises RefusedFile where a name is that of several authors, and where somebody named is no member.
    """
    if not members.issuperset(named.values()):
        raise RefusedFile("Somebody who is named for an author is not a member of this team.")
    found: dict[str, UUID] = {}
    missing: list[str] = []
    for name, user_id in named.items():
        keys = {a.source_key for a in known if name in {a.source_key, a.name}}
        if len(keys) > 1:
            raise RefusedFile("Several authors in the file have a name that is given: name each by its key.")
        if not keys:
            missing.append(name)
        found |= dict.fromkeys(keys, user_id)
    return Authors(found, tuple(missing))
