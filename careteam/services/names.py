"""Names as they are looked for: without case and accents."""

from unicodedata import combining, normalize

LONGEST_KEY = 200
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart, as people type them without the right keyboard."""


def name_key(name: str) -> str:
    """Return the form of a name that lists are ordered by and searches compare.

    `Søren  MÜLLER` and `soren muller` have the same key.
    """
    apart = normalize("NFKD", normalize("NFKC", name).casefold())
    bare = "".join(c for c in apart if not combining(c)).casefold().translate(_LETTERS)
    return " ".join(bare.split())[:LONGEST_KEY]
