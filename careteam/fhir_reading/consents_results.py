"""What the reading of a Consent yields, and whom the caller says its references mean."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from careteam.policy.vocabulary import ItemClass, Label

ANYONE = "anyone"


class PartyKind(StrEnum):
    """What a reference of the source can stand for here."""

    PATIENT = "patient"
    MEMBER = "member"
    TEAM = "team"
    RECORD = "record"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Party:
    """Whom or what the caller says a reference means: `record` is all that this patient's record holds, `team` what
    members hold (as a recipient: whoever is in the team). `id` is that of the member or the item."""

    kind: PartyKind
    id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPermit:
    """One consent of the kind `sharing` for treatment, as it would have to be signed. Parties are written as
    `team`, `patient`, `member:<uuid>`, `role:<role>`; `valid_from` is None where the source names no start."""

    disclosers: tuple[str, ...]
    recipients: tuple[str, ...]
    classes: tuple[ItemClass, ...]
    labels: frozenset[Label]
    except_items: tuple[UUID, ...]
    except_holders: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime
    data_from: date | None
    data_through: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDenial:
    """One restriction: `against` is `anyone`, `role:<role>` or `member:<uuid>`; what is set must all match."""

    against: str
    item_class: ItemClass | None = None
    label: Label | None = None
    holder: str | None = None
    item_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadConsent:
    """A Consent that is expressed exactly: by permits (all of them together), or by denials. `remarks` are what the
    source says besides and that opens and closes nothing here; `path` is where its rule stands."""

    content_sha256: str
    path: str
    permits: tuple[ReadPermit, ...]
    denials: tuple[ReadDenial, ...]
    remarks: tuple[str, ...]
