"""The scored questionnaires that careteam knows: the files of `careteam/data/questionnaires`, checked when read."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from careteam.policy.questionnaires import Questionnaire, described

FOLDER = Path(str(files("careteam").joinpath("data", "questionnaires")))
Catalogue = Mapping[tuple[str, str], Questionnaire]


@cache
def in_folder(folder: Path) -> Catalogue:
    """Return every questionnaire of a folder, by id and version.

    Raises ValueError, with the file's name, where one cannot be used, or two would mean the same total or version.
    """
    found: dict[tuple[str, str], Questionnaire] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            made = described(json.loads(file.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from error
        if (made.id, made.version) in found:
            raise ValueError(f"{file.name}: {made.id} in version {made.version} stands in another file too")
        found[made.id, made.version] = made
    _refuse_shared_totals(found)
    return found


def current() -> Mapping[str, Questionnaire]:
    """Return the latest version of each questionnaire, by id, in the order of the alphabet."""
    return _latest(FOLDER)


def find(questionnaire: str, version: str) -> Questionnaire | None:
    """Return the version that somebody answered; the current one where that version is gone; None for unknown ones."""
    return in_folder(FOLDER).get((questionnaire, version)) or current().get(questionnaire)


def by_total() -> Mapping[str, Questionnaire]:
    """Return the questionnaires by the LOINC code of their totals."""
    return {made.total_code: made for made in current().values() if made.total_code}


@cache
def _latest(folder: Path) -> Mapping[str, Questionnaire]:
    ordered = sorted(in_folder(folder).values(), key=lambda made: (made.id, int(made.version)))
    return {made.id: made for made in ordered}


def _refuse_shared_totals(found: Catalogue) -> None:
    owner: dict[str, str] = {}
    for made in found.values():
        if made.total_code and owner.setdefault(made.total_code, made.id) != made.id:
            raise ValueError(f"{made.id}: the total {made.total_code} is that of {owner[made.total_code]} already")
