"""What in a special note belongs in a progress note: shown to its author, who decides; nothing is ever blocked."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from careteam import drugs
from careteam.policy.special_check import Rule, check, rule
from careteam.policy.vocabulary import SPECIAL_CLASSES, Exclusion, ItemClass
from careteam.services.record.records import Record

LAW = {ItemClass.PSYCHOTHERAPY_NOTE: "45 CFR 164.501", ItemClass.SUD_COUNSELING_NOTE: "42 CFR 2.11"}
PARTS = ("title", "body")

_NOT_MEDICINE = frozenset({"caffeine", "ethanol", "nicotine", "platinum", "vitamin c", "aspirin", "quinine"})
"""Drugs of the table that a patient mentions for other reasons."""

WORDS: Mapping[Exclusion, str] = {
    Exclusion.MEDICATION: "Prescribing and monitoring medication",
    Exclusion.SESSION_TIMES: "When a session started and stopped",
    Exclusion.MODALITY_OR_FREQUENCY: "How and how often the patient is treated",
    Exclusion.TEST_RESULT: "The result of a clinical test",
    Exclusion.DIAGNOSIS: "A summary of the diagnosis",
    Exclusion.FUNCTIONAL_STATUS: "A summary of the functional status",
    Exclusion.TREATMENT_PLAN: "A summary of the treatment plan",
    Exclusion.SYMPTOMS: "A summary of symptoms",
    Exclusion.PROGNOSIS: "A summary of the prognosis",
    Exclusion.PROGRESS: "A summary of progress to date",
}


def checked(note: dict[str, Any], record: Record) -> dict[str, Any]:
    """Return a note as it was, a special one to its author with what belongs elsewhere (empty: nothing was found)."""
    if note["class"] not in SPECIAL_CLASSES or note["author_id"] != record.actor.user_id:
        return note
    return {**note, "belongs_elsewhere": list(_found(note))}


@cache
def rules() -> Sequence[Rule]:
    """Return the rules of `careteam/data/special_check.tsv`."""
    rows = list(_rows())
    names = {*drugs.by_name(), *drugs.same_as()} - _NOT_MEDICINE
    more = "|".join(pattern for category, pattern, _ in rows if category == "drug")
    return [rule(category, pattern, unless, names, more) for category, pattern, unless in rows if category != "drug"]


def _found(note: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    law = LAW[note["class"]]
    for part in PARTS:
        for found in check(note[part], rules()):
            yield {
                "part": part,
                "from": found.start,
                "to": found.end,
                "text": note[part][found.start : found.end],
                "category": found.category,
                "sentence": f"{WORDS[found.category]} belongs in a progress note, not here ({law}).",
            }


def _rows() -> Iterator[tuple[str, str, str]]:
    text = files("careteam").joinpath("data", "special_check.tsv").read_text(encoding="utf-8")
    _header, *lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    for line in lines:
        category, pattern, unless = line.split("\t")
        yield category, pattern, unless
