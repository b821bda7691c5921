"""A preview in plain words, for the patient whose record it is."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from careteam.policy.changes import More
from careteam.policy.vocabulary import EmergencyRule, PreviewedAct, PreviewedReader, Role, WaitsFor
from careteam.services.log.access_words import CLASSES
from careteam.services.previews.comparing import Act, Change, Difference, Part

Names = Mapping[UUID, str]
AN: Mapping[Role, str] = {Role.THERAPIST: "a therapist", Role.PRESCRIBER: "a prescriber"}
EMERGENCY: Mapping[EmergencyRule, str] = {
    EmergencyRule.WITHHOLD: "It holds in an emergency too, even if you are unconscious and it would help to know.",
    EmergencyRule.ALLOW: "In an emergency, a clinician of your team may open what it covers; you are told at once.",
}
ALWAYS = "It holds against every consent, later ones too, until you lift it."
SEEN = "What was read before cannot be taken back; your access log says what that is."
SOMEBODY = "somebody outside the team"
ONLY_YOU = "Only you can see that."
_UNTIL: Mapping[WaitsFor, str] = {
    WaitsFor.PATIENT: "you agree to their joining",
    WaitsFor.CLINICIAN: "they agree to joining",
    WaitsFor.VERIFICATION: "a practice vouches for them",
}


def moment(at: datetime, zone: str) -> str:
    """Return an instant as the patient's day and time."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y}, {there:%H:%M}"


def name_of(difference: Difference) -> str:
    """Return what a reader is called at the beginning of a sentence."""
    person = difference.person
    if person.standing is PreviewedReader.ANYBODY:
        return f"Whoever joins as {AN[min(person.roles)]}"
    return person.name or "Whoever accepts this invitation"


def items(rows: Collection[Any], names: Names) -> str:
    """Return `3 items: 2 progress notes of Tess Okafor and 1 medication of yours`."""
    groups = Counter((row.item_class, row.holder_id) for row in rows)
    ordered = sorted(groups.items(), key=lambda one: (-one[1], one[0][0], whose(one[0][1], names)))
    parts = [f"{_counted(c, n)} {whose(holder_id, names)}" for (c, holder_id), n in ordered]
    return parts[0] if len(parts) == 1 else f"{len(rows)} items: {listed(parts)}"


def whose(holder_id: UUID | None, names: Names) -> str:
    """Return `of Tess Okafor`, `of yours`."""
    return "of yours" if holder_id is None else f"of {names.get(holder_id, SOMEBODY)}"


def listed(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def of_reader(difference: Difference, names: Names, *, at: datetime, zone: str) -> list[str]:
    """Return what changes for one reader, a sentence for each change."""
    name, person = name_of(difference), difference.person
    said = [sentence for c in difference.changes for sentence in _change(c, name, names, at=at, zone=zone)]
    if difference.kept_back:
        kept = items(difference.kept_back.rows, names)
        said.append(f"Kept back from {_inside(name)} by your restrictions: {kept}.")
    if person.waits_for:
        until = listed([_UNTIL[word] for word in person.waits_for])
        said.append(f"Until {until}, {_inside(name)} reads nothing by it.")
    return said or [f"Nothing changes for {_inside(name)}."]


def _change(change: Change, name: str, names: Names, *, at: datetime, zone: str) -> Iterable[str]:
    if change.at <= at:
        begins, ends = f"{name} begins to read", f"{name} no longer reads"
    else:
        when = f"From {moment(change.at, zone)} on, {_inside(name)}"
        begins, ends = f"{when} reads what would otherwise be closed to them then:", f"{when} no longer reads"
    for part, said in ((change.gained, begins), (change.lost, ends)):
        if part.rows:
            yield f"{said} {items(part.rows, names)}."
        empty = _empty(part, names)
        if empty:
            yield f"{said} {empty}{' as well' if part.rows else ''}: there is nothing so far that would be shown."


def _empty(part: Part, names: Names) -> str:
    """Return the whole sections in which there is nothing now, holder by holder."""
    filled = {(row.holder_id, row.item_class) for row in part.rows}
    by_holder: dict[UUID | None, list[str]] = {}
    for section in sorted(part.sections.keys() - filled, key=lambda one: (whose(one[0], names), one[1])):
        by_holder.setdefault(section[0], []).append(_many(section[1]) + _labelled(part.sections[section]))
    return listed([f"{listed(classes)} {whose(holder_id, names)}" for holder_id, classes in by_holder.items()])


def _labelled(more: More) -> str:
    return "" if more.whole else f" labelled {listed(sorted(more.labels))}"


def summary(act: Act, found: Sequence[Difference], *, at: datetime, zone: str) -> list[str]:
    """Return what the act does as a whole."""
    changed = [d for d in found if d.changes]
    starts = [f"It begins on {moment(act.begins, zone)}."] if act.begins > at else []
    now = "As your record is now, " if changed else "As your record is now, it changes nothing that anybody reads"
    who = listed([_inside(name_of(d)) for d in changed])
    return [*starts, f"{now}it changes what {who} can read." if changed else f"{now}."]


def also(act: Act) -> list[str]:
    """Return what is true of every act of this kind."""
    if act.word in {PreviewedAct.REVOKE, PreviewedAct.REVOKE_EVERYWHERE, PreviewedAct.RESTRICT}:
        return [SEEN]
    return []


NOT_ALONE = "You are not of age: it opens nothing before a parent or guardian has signed it too."
SPECIAL = (
    "It opens a note only once its author has released that note to the reader. "
    "Notes that were not released to you are not counted."
)


def waiting(count: int) -> list[str]:
    """Return what is said of imports that nobody but their holders and the patient reads yet."""
    if not count:
        return []
    if count == 1:
        return ["1 imported item waits until its holder has confirmed its labels, and is not shared before."]
    return [f"{count} imported items wait until their holders have confirmed the labels, and are not shared before."]


def one_way(reader: str, holder: str) -> str:
    """Return that sharing becomes one-way."""
    return f"Sharing becomes one-way: {reader} reads what {holder} holds, but not the other way round. {ONLY_YOU}"


def _counted(item_class: str, count: int) -> str:
    return f"1 {_words(item_class)[0]}" if count == 1 else f"{count} {_many(item_class)}"


def _many(item_class: str) -> str:
    return _words(item_class)[1]


def _words(item_class: str) -> tuple[str, str]:
    plain = str(item_class).replace("_", " ")
    return CLASSES.get(item_class, (plain, f"{plain}s"))


def _inside(name: str) -> str:
    """Return the name as it stands within a sentence."""
    return name[0].lower() + name[1:] if name.startswith("Whoever ") else name
