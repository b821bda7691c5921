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
LABELS = "_labels(item).bitwise_and(~label_mask(labels)) == 0"
OF_CONSENT = "        _in_classes(item, permit),\n        or_("
OF_RELEASE = "        item.item_class == permit.item_class,\n"

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
        "and_(not_(item.draft), _not_special(item, but=permit.released))",
        "_not_special(item, but=permit.released)",
    ),
    _gate(
        "a patient reads special notes",
        "and_(not_(item.draft), _not_special(item, but=permit.released))",
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
        "        not_(item.draft),\n        not_(item.awaits_review),\n" + OF_CONSENT,
        "        not_(item.awaits_review),\n" + OF_CONSENT,
    ),
    _gate("a consent opens unconfirmed imports", "        not_(item.awaits_review),\n" + OF_CONSENT, OF_CONSENT),
    _gate("a consent opens every class", OF_CONSENT, "        _not_special(item),\n        or_("),
    _gate(
        "a consent opens special notes",
        OF_CONSENT,
        "        item.item_class.in_(permit.classes),\n        or_(",
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
    _gate("a consent opens every label", LABELS, "not_(false())"),
    _gate(
        "one listed label is enough",
        LABELS,
        "or_(_labels(item) == 0, _labels(item).bitwise_and(label_mask(labels)) != 0)",
    ),
    _gate("the labels must be the same", LABELS, "_labels(item) == label_mask(labels)"),
    _gate(
        "a label opens labelled items only",
        LABELS,
        f"and_({LABELS}, or_(_labels(item) != 0, label_mask(labels) == 0))",
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
    _gate("no restriction matters", "return [not_(_limited(item, limit)) for limit in less]", "return []"),
    _gate("only the first restriction matters", "for limit in less]", "for limit in less[:1]]"),
    _gate(
        "only an item that every restriction covers is closed",
        "return [not_(_limited(item, limit)) for limit in less]",
        "return [not_(and_(*(_limited(item, limit) for limit in less)))] if less else []",
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
    _gate(
        "a released note is never the patient's",
        "return or_(ordinary, item.id.in_(but)) if but else ordinary",
        "return ordinary",
    ),
    _gate("one released note releases all to the patient", "item.id.in_(but)", "not_(false())"),
    _gate(
        "a release opens drafts",
        "        not_(item.draft),\n        not_(item.awaits_review),\n" + OF_RELEASE,
        "        not_(item.awaits_review),\n" + OF_RELEASE,
    ),
    _gate("a release opens unconfirmed imports", "        not_(item.awaits_review),\n" + OF_RELEASE, OF_RELEASE),
    _gate("a release is of every class", OF_RELEASE, ""),
    _gate("a release is of every note", "        item.id.in_(permit.items),\n", ""),
    _gate("a release is of every author's", "        item.author_id.in_(permit.authors),\n", ""),
    _gate(
        "a representation opens drafts",
        "ready = and_(not_(item.draft), not_(item.awaits_review))",
        "ready = not_(item.awaits_review)",
    ),
    _gate(
        "a representation opens unconfirmed imports",
        "ready = and_(not_(item.draft), not_(item.awaits_review))",
        "ready = not_(item.draft)",
    ),
    _gate(
        "a representation opens every class",
        "and_(ready, _in_classes(item, permit), _within",
        "and_(ready, _not_special(item), _within",
    ),
    _gate(
        "an emergency opens drafts",
        "and_(not_(item.draft), _in_classes(item, permit), *_unlimited",
        "and_(_in_classes(item, permit), *_unlimited",
    ),
    _gate(
        "an emergency opens every class",
        "_in_classes(item, permit), *_unlimited(item, permit.less))",
        "_not_special(item), *_unlimited(item, permit.less))",
    ),
    _gate(
        "no restriction holds in an emergency",
        "_in_classes(item, permit), *_unlimited(item, permit.less))",
        "_in_classes(item, permit))",
    ),
)
