"""The drugs and names that careteam knows, as pairing looks them up."""

from functools import cache

from careteam import drugs
from careteam.policy.drug_names import KnownDrugs, normal


@cache
def known_drugs() -> KnownDrugs:
    """Return the ingredient codes and the names that stand for others, by normalised name."""
    codes = {normal(drug.name): drug.rxnorm for drug in drugs.by_name().values() if drug.rxnorm}
    same = {normal(name): tuple(map(normal, means)) for name, means in drugs.same_as().items()}
    return KnownDrugs(codes, same)


def ingredient(token: str) -> dict[str, str | None]:
    """Return the name and the code of one ingredient of an `Identity`."""
    kind, _, value = token.partition(":")
    if kind == "rxnorm":
        return {"name": drugs.by_rxnorm()[value].name, "rxnorm_code": value}
    return {"name": value, "rxnorm_code": None}
