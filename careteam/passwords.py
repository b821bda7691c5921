"""Passwords: what is accepted, and how it is kept (argon2id, RFC 9106).

A password is its Unicode NFC form (NIST SP 800-63B-4, 3.1.1.2), whole: nothing is trimmed, cut or folded
before it is hashed.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MINIMUM = 15
MINIMUM_WITH_SECOND_FACTOR = 8
MAXIMUM = 1024
SERVICE_NAME = "careteam"

_DIGITS = "0123456789"
_RAW_MAXIMUM = 4 * MAXIMUM
"""NFC joins at most four code points into one; longer text is refused before the cost of normalising it."""

_SHORTEST_CONTEXT_WORD = 3

_COMMON = (
    "Choose another password: this one is on the list of common passwords, "
    "or is one of them repeated or with digits or signs added. Several unrelated words work well."
)
_PERSONAL = "Choose another password: this one is made of your name, your e-mail address or the name of this service."


@dataclass(frozen=True)
class Passwords:
    """Hashes and verifies; each call but `needs_rehash` costs one argon2id computation."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def hash(self, password: str) -> str:
        """Return the encoded hash to store; raises ValueError on text longer than `problems` accepts."""
        if len(password) > _RAW_MAXIMUM:
            raise ValueError("the password is too long to hash")
        return self.hasher.hash(_encoded(password))

    def verify(self, stored: str, password: str) -> bool:
        """Tell whether this is the password behind the hash.

        A value that is no argon2 hash matches nothing; a damaged one raises argon2's VerificationError.
        """
        if len(password) > _RAW_MAXIMUM:
            return self.verify_nothing("")
        try:
            return self.hasher.verify(stored, _encoded(password))
        except VerifyMismatchError:
            return False
        except InvalidHashError:
            return self.verify_nothing(password)

    def verify_nothing(self, password: str) -> bool:
        """Take as long as `verify` and return False: for an address without an account."""
        self.hasher.hash(_encoded(password[:_RAW_MAXIMUM]))
        return False

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether the hash was made with other parameters; ask while the verified password is known."""
        return self.hasher.check_needs_rehash(stored)


def same(one: str, other: str) -> bool:
    """Tell whether two texts are one password, however their accents were typed."""
    return _encoded(one) == _encoded(other)


def problems(password: str, *, second_factor: bool = False, context: Collection[str] = ()) -> list[str]:
    """Return what to change before this password is accepted, one sentence each; empty when it is fine.

    `context` holds the person's own e-mail address and name. Lengths count Unicode code points after NFC.
    There are no rules on which kinds of characters to use (ASVS V6.2.5).
    """
    if len(password) > _RAW_MAXIMUM:
        return [_too_long()]
    text = normalize("NFC", password)
    minimum = MINIMUM_WITH_SECOND_FACTOR if second_factor else MINIMUM
    findings = {
        f"Use at least {minimum} characters; a short sentence of your own works well.": len(text) < minimum,
        _too_long(): len(text) > MAXIMUM,
        _COMMON: _is_common(text.casefold()),
        _PERSONAL: _is_personal(text.casefold(), (SERVICE_NAME, *context)),
    }
    return [sentence for sentence, found in findings.items() if found]


def _encoded(password: str) -> bytes:
    # A lone surrogate, which JSON can carry, is kept as it came and never raises.
    return normalize("NFC", password).encode("utf-8", "surrogatepass")


def _too_long() -> str:
    return f"Use at most {MAXIMUM:,} characters."


@cache
def _common_passwords() -> frozenset[str]:
    # Imported at the first password that is set: the module is large and most processes never need it.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _longest_common() -> int:
    return max(map(len, _common_passwords()))


def _is_common(folded: str) -> bool:
    joined = "".join(filter(str.isalnum, folded))
    readings = {folded, joined, joined.strip(_DIGITS), joined.lstrip(_DIGITS), joined.rstrip(_DIGITS)}
    return any(_is_common_one_padded(text) or _is_common_one_repeated(text) for text in readings)


def _is_common_one_padded(text: str) -> bool:
    """Tell whether the text is a common password, perhaps with digits and signs before or after it.

    Around a common password without letters nothing counts as padding: other digits make another number.
    """
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    if not letters:
        return text in _common_passwords()
    first, end = letters[0], letters[-1] + 1
    return any(
        text[start:stop] in _common_passwords()
        for start in range(max(0, end - _longest_common()), first + 1)
        for stop in range(end, min(len(text), start + _longest_common()) + 1)
    )


def _is_common_one_repeated(text: str) -> bool:
    """Tell whether the text is a common password over and over, the last time perhaps cut short."""
    heads = (text[:length] for length in range(1, min(len(text), _longest_common()) + 1))
    return any(head in _common_passwords() and _is_tiled_by(head, text) for head in heads)


def _is_tiled_by(head: str, text: str) -> bool:
    return (head * (len(text) // len(head) + 1)).startswith(text)


def _is_personal(folded: str, context: Collection[str]) -> bool:
    entries = {normalize("NFC", entry).casefold() for entry in context}
    exact = entries | {part for entry in entries for part in entry.split("@")}
    return folded in exact or _is_made_of(_letters(folded), _words(entries))


def _words(entries: Collection[str]) -> set[str]:
    """Each entry's letters run together, and each run of letters in it that is long enough to be a word."""
    runs = {run for entry in entries for run in re.findall(r"[^\W\d_]+", entry)}
    words = {run for run in runs if len(run) >= _SHORTEST_CONTEXT_WORD}
    return words | {whole for entry in entries if len(whole := _letters(entry)) >= _SHORTEST_CONTEXT_WORD}


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _is_made_of(text: str, words: Collection[str]) -> bool:
    """Tell whether the text is these words and nothing else, in any order and number; linear in the text."""
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached.update(start + len(word) for word in words if text.startswith(word, start))
    return bool(text) and len(text) in reached
