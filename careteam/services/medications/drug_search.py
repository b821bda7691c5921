"""Search-as-you-type over the drugs that careteam knows. No patient is in it, and no statement is sent.

A drug that is not found is accepted as text wherever a drug is named.
"""

from functools import cache
from typing import Any

from careteam import drugs
from careteam.policy.drug_search import Term, found, term


def search(query: str, *, limit: int) -> dict[str, Any]:
    """Return the drugs whose name, brand or synonym fits what was typed, the best first."""
    return {"drugs": [_shown(one) for one in found(query, _terms(), limit=limit)]}


@cache
def _terms() -> tuple[Term, ...]:
    own = (term(name, (name,), own=True) for name in drugs.by_name())
    return (*own, *(term(brand, means, own=False) for brand, means in drugs.brands().items()))


@cache
def _brands_of(means: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(brand for brand, of in drugs.brands().items() if of == means))


def _shown(one: Term) -> dict[str, Any]:
    known = drugs.by_name()
    codes = [known[name].rxnorm if name in known else "" for name in one.means]
    return {
        "name": " / ".join(one.means),
        "matched": one.shown,
        "ingredients": [
            {"name": name, "rxnorm_code": code or None} for name, code in zip(one.means, codes, strict=True)
        ],
        "also_called": list(_brands_of(one.means)),
    }
