"""What to do now about a side effect, said before anything else; what cannot be excluded counts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import drugs, effects
from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.policy.drug_names import normal, read
from careteam.policy.treatment_words import Urgency
from careteam.policy.urgent_effects import Applies, Drug, Found, Rule, meant, urgent
from careteam.policy.vocabulary import ItemClass
from careteam.services.log import access_log
from careteam.services.measures.safety import crisis_texts
from careteam.services.medications import named
from careteam.services.record.records import Record, open_to_report

NOBODY_WATCHES = (
    "No one watches this live. If you are in danger, or it gets worse fast, call 911; do not wait for an answer here."
)


def ask(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID | None = None,
    effect: str | None = None,
    effect_code: str | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Say what to do now, before anything is reported; nothing is kept but the row of the access log.

    Raises NotFound, NotPermitted to who may not report, Invalid without an effect or on an entry that they do not read.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.SIDE_EFFECT, at=at)
    entry = None if medication_id is None else named.to_name(session, record, medication_id)
    words = words_of(effect, effect_code)
    said, seen = before_sending(session, record, entry, effect_code, words)
    items = record.seen([*([entry] if entry is not None else []), *seen])
    access_log.disclosed(session, record.actor, patient_id, "ask-side-effect-advice", items, at=at)
    return said


def codes() -> list[dict[str, str]]:
    """Return the effects that can be chosen, in the order of the list."""
    return [{"code": code, "words": words} for code, words in effects.codes().items()]


def words_of(effect: str | None, effect_code: str | None) -> str:
    """Return what was felt in words. Raises Invalid where nothing is said, or on a code that is not in the list."""
    if effect_code is not None and effect_code not in effects.codes():
        raise Invalid("This effect is not in the list.", {"effect_code": ["Choose one of GET /side-effect-codes."]})
    if effect is None and effect_code is None:
        raise Invalid("Say what you feel.", {"effect": ["Write it in your words, or choose an effect_code."]})
    return effect or effects.codes()[effect_code or ""]


def rules(effect_code: str | None, words: str) -> tuple[Rule, ...]:
    """Return the rules of which the effect is chosen or written; the words of what is chosen are read too."""
    chosen = effects.codes().get(effect_code or "", "")
    return meant(effects.urgent_rules(), code=effect_code, words=words if chosen == words else f"{words}\n{chosen}")


def drug(entry: Any) -> Drug | None:
    """Return what is known of the drug that an entry names; None where it names none."""
    if entry is None:
        return None
    parts = [part.name for part in read(entry.drug_name).parts]
    said = [name for part in parts for name in _brands().get(part, (part,))]
    coded = drugs.by_rxnorm().get(entry.rxnorm_code or "")
    rows = [*(_drugs()[name] for name in said if name in _drugs()), *([coded] if coded else [])]
    known = all(name in _drugs() for name in said)
    return Drug(
        said=entry.drug_name,
        names=frozenset({*parts, *said, *(normal(row.name) for row in rows)}),
        groups=frozenset(
            [f"atc:{code}" for row in rows for code in row.atc]
            + [f"class:{word}" for row in rows for word in row.classes]
        ),
        known=known,
        classed=known and all(row.atc or row.classes for row in rows),
    )


@cache
def _drugs() -> Mapping[str, drugs.Drug]:
    return {normal(name): row for name, row in drugs.by_name().items()}


@cache
def _brands() -> Mapping[str, Sequence[str]]:
    return {normal(name): tuple(map(normal, means)) for name, means in drugs.brands().items()}


def before_sending(
    session: Session, record: Record, entry: Any, effect_code: str | None, words: str
) -> tuple[dict[str, Any], list[Any]]:
    """Return what to do now, by all that the writer reads of what is taken, and the further entries that it names."""
    asked = rules(effect_code, words)
    others = [row for row in named.taken(session, record) if entry is None or row.id != entry.id] if asked else []
    known = [(row, one) for row in others if (one := drug(row)) is not None]
    found = urgent(asked, drug(entry), others=[one for _, one in known])
    also = {one.drug for one in found if one.applies is Applies.ALSO_TAKEN}
    urgency = Urgency.URGENT if found else Urgency.ROUTINE
    texts = crisis_texts(session, record) if in_crisis(found) else []
    return said(found, urgency, texts), [row for row, _ in known if row.drug_name in also]


def in_crisis(found: Iterable[Found]) -> bool:
    """Say whether the crisis text goes with what was found."""
    return any(one.rule.crisis for one in found)


def said(found: Sequence[Found], urgency: Urgency, texts: Sequence[Any]) -> dict[str, Any]:
    """Return what to do now as it is shown, the surest first."""
    return {
        "urgent": urgency is Urgency.URGENT,
        "crisis": list(texts),
        "steps": [_step(one) for one in found],
        "note": NOBODY_WATCHES,
    }


def _step(one: Found) -> Mapping[str, Any]:
    rule = one.rule
    return {
        "rule": rule.id,
        "applies": one.applies,
        "do_now": _BEFORE[one.applies].format(drug=one.drug, drugs=rule.drugs) + rule.do_now,
        "for_clinicians": rule.for_clinicians,
        "source": rule.source,
        "opened_on": rule.opened_on,
    }


_BEFORE: Mapping[Applies, str] = {
    Applies.ANY: "",
    Applies.NAMED: "",
    Applies.MAY_BE: "If you take {drugs}: ",
    Applies.ALSO_TAKEN: "You also take {drug}, and this may come from it; report it about that medicine too. ",
}
