"""Deliberate faults in the SQL of the gate (see `tests.policy.mutants`)."""

from tests.access.asking import Visible
from tests.policy.mutants import Mutant, modules


def visible(mutant: Mutant) -> Visible:
    """Return the gate's `visible` with this fault."""
    made: Visible = modules(mutant)["careteam.access"].visible
    return made


def _gate(name: str, old: str, new: str, *, behind: str = "") -> Mutant:
    return Mutant(name, "careteam.access", old, new, behind)


POLICY_SPENDS_IT = "the policy leaves special notes out of every permit"
LABELS = "_labels(item).bitwise_and(~label_mask(permit.labels)) == 0"

MUTANTS: tuple[Mutant, ...] = (
    _gate(
        "what no permit covers is open",
        "opened = false() if permit is None else permit.is_not(None)",
        "opened = not_(false())",
    ),
    _gate("other patients' items are open", "where(ITEM.patient_id == scope.patient_id, opened)", "where(opened)"),
    _gate("only the first permit counts", "enumerate(permits)", "enumerate(permits[:1])"),
    _gate("only the first three permits count", "enumerate(permits)", "enumerate(permits[:3])"),
    _gate("the last permit is the reason", "enumerate(permits))", "reversed(tuple(enumerate(permits))))"),
    _gate(
        "a patient reads others' drafts",
        "and_(not_(item.draft), item.item_class.not_in(SPECIAL_CLASSES))",
        "item.item_class.not_in(SPECIAL_CLASSES)",
    ),
    _gate(
        "a patient reads special notes",
        "and_(not_(item.draft), item.item_class.not_in(SPECIAL_CLASSES))",
        "not_(item.draft)",
    ),
    _gate("every user is the author", "return item.author_id == permit.user_id", "return item.author_id.is_not(None)"),
    _gate(
        "an author loses their drafts",
        "return item.author_id == permit.user_id",
        "return and_(item.author_id == permit.user_id, not_(item.draft))",
    ),
    _gate(
        "the holder is the author", "return item.author_id == permit.user_id", "return item.holder_id == permit.user_id"
    ),
    _gate(
        "a holder reads the author's draft",
        "and_(item.holder_id == permit.user_id, not_(item.draft))",
        "item.holder_id == permit.user_id",
    ),
    _gate(
        "every clinician is the holder",
        "and_(item.holder_id == permit.user_id, not_(item.draft))",
        "and_(item.holder_id.is_not(None), not_(item.draft))",
    ),
    _gate(
        "a consent opens drafts",
        "        not_(item.draft),\n        not_(item.awaits_review),\n",
        "        not_(item.awaits_review),\n",
    ),
    _gate("a consent opens unconfirmed imports", "        not_(item.awaits_review),\n", ""),
    _gate("a consent opens every class", "        item.item_class.in_(permit.classes),\n", ""),
    _gate(
        "a consent opens special notes",
        "        item.item_class.not_in(SPECIAL_CLASSES),\n        or_(",
        "        or_(",
        behind=POLICY_SPENDS_IT,
    ),
    _gate(
        "a consent opens every holder's items",
        "            item.holder_id.in_(permit.holders),\n",
        "            item.holder_id.is_not(None),\n",
    ),
    _gate(
        "a consent opens the patient's items too",
        "item.holder_id.is_(None) if permit.of_patient else false()",
        "item.holder_id.is_(None)",
    ),
    _gate(
        "a consent never opens the patient's items",
        "item.holder_id.is_(None) if permit.of_patient else false()",
        "false()",
    ),
    _gate("holder means author", "item.holder_id.in_(permit.holders)", "item.author_id.in_(permit.holders)"),
    _gate("a consent opens every label", f"        {LABELS},", "        not_(false()),"),
    _gate(
        "one listed label is enough",
        LABELS,
        "or_(_labels(item) == 0, _labels(item).bitwise_and(label_mask(permit.labels)) != 0)",
    ),
    _gate("the labels must be the same", LABELS, "_labels(item) == label_mask(permit.labels)"),
    _gate(
        "a label opens labelled items only",
        LABELS,
        f"and_({LABELS}, or_(_labels(item) != 0, label_mask(permit.labels) == 0))",
    ),
    _gate("the first day is outside the data period", "item.date >= permit.data_from", "item.date > permit.data_from"),
    _gate(
        "the last day is outside the data period", "item.date <= permit.data_through", "item.date < permit.data_through"
    ),
    _gate("the data period has no first day", "*([item.date >= permit.data_from] if permit.data_from else [])", "*[]"),
    _gate(
        "the data period has no last day", "*([item.date <= permit.data_through] if permit.data_through else [])", "*[]"
    ),
    _gate("an excepted item is open", "*([item.id.not_in(permit.except_items)] if permit.except_items else [])", "*[]"),
    _gate("no restriction matters", "        *(not_(_limited(item, limit)) for limit in permit.less),\n", ""),
    _gate("only the first restriction matters", "for limit in permit.less)", "for limit in permit.less[:1])"),
    _gate(
        "only an item that every restriction covers is closed",
        "*(not_(_limited(item, limit)) for limit in permit.less)",
        "not_(and_(*(_limited(item, limit) for limit in permit.less))) if permit.less else not_(false())",
    ),
    _gate("any part of a restriction is enough", "return and_(not_(false()), *parts)", "return or_(false(), *parts)"),
    _gate("a restriction's class is not looked at", "if limit.item_class is not None:", "if False:"),
    _gate("a restriction's label is not looked at", "if limit.label is not None:", "if False:"),
    _gate(
        "a restriction on a label covers items without it",
        "label_mask([limit.label])) != 0",
        "label_mask([limit.label])) == 0",
    ),
    _gate(
        "a restriction on a label covers items with that label alone",
        "_labels(item).bitwise_and(label_mask([limit.label])) != 0",
        "_labels(item) == label_mask([limit.label])",
    ),
    _gate("a restriction on the patient's own is not looked at", "if limit.of_patient:", "if False:"),
    _gate("a restriction's holder is not looked at", "if limit.holder_id is not None:", "if False:"),
    _gate(
        "a restriction on a member takes the patient's items with it",
        "item.holder_id.is_not_distinct_from(limit.holder_id)",
        "item.holder_id == limit.holder_id",
    ),
    _gate("a restriction's item is not looked at", "if limit.item_id is not None:", "if False:"),
)
