"""Acts about restrictions: the patient says no, and lifts it."""

from collections.abc import Callable

from tests.machine import promises
from tests.machine.cast import ROLES
from tests.machine.facts import PATIENT, Restriction
from tests.machine.papers import CLASSES, LABELS
from tests.machine.scene import Scene, holder_word


def restrict(s: Scene) -> None:
    """Let the patient say no to somebody, about something."""
    record = s.record()
    ever = [m.who for m in record.memberships.values() if m.began]
    against = s.one(("anyone", *(f"role:{r}" for r in ROLES), *(f"member:{who}" for who in ever)))
    items = [i.id for i in record.items.values() if not i.draft and not i.special]
    limits: dict[str, Callable[[], str | None]] = {
        "item_class": lambda: s.one(CLASSES),
        "label": lambda: s.one((*LABELS, "substance_use")),
        "holder": lambda: holder_word(s.one((PATIENT, *ever))),
        "item_id": lambda: s.one(items or [None]),
    }
    chosen = s.some(limits, least=1)
    body = {key: value for key in chosen if (value := limits[key]()) is not None}
    if not body:
        return
    emergency = s.one(("withhold", "allow"))
    path, said = f"{s.place(record)}/restrictions", {"against": against, "emergency": emergency, **body}
    promise = promises.ask(s, record, f"{path}/preview", said)
    made = s.act(record.patient, "POST", path, said)
    holder = body.get("holder", "").removeprefix("member:") or None
    limit = (body.get("item_class"), body.get("label"), holder, body.get("item_id"))
    record.restrictions[made["id"]] = Restriction(made["id"], against, *limit, emergency)
    promises.keep(promise)


def lift(s: Scene) -> None:
    """Let the patient lift a no."""
    standing = [(r, no) for r in s.model.records.values() for no in r.restrictions.values() if not no.lifted]
    if not standing:
        return restrict(s)
    record, no = s.one(standing)
    promise = promises.ask(s, record, f"{s.place(record)}/restrictions/{no.id}/lifting/preview")
    s.act(record.patient, "DELETE", f"{s.place(record)}/restrictions/{no.id}")
    no.lifted = True
    promises.keep(promise)
    return None
