"""Which passwords are accepted (NIST SP 800-63B-4, ASVS 6.2) and that the whole of one is verified."""

import subprocess
import sys
from collections.abc import Callable
from typing import Literal
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from careteam.passwords import Passwords, problems

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
TOP: list[str] = FREQUENCY_LISTS["passwords"][:3000]
FINE = "seven calm herons wade at dusk"


def length(count: int) -> str:
    """Text of so many characters that no other rule objects to."""
    return (FINE + " " + "".join(chr(0x4E00 + n) for n in range(1100)))[:count]


def says(found: list[str], words: str) -> bool:
    return any(words in sentence for sentence in found)


@pytest.mark.parametrize(
    ("count", "second_factor", "refusal"),
    [
        (0, False, "at least 15"),
        (14, False, "at least 15"),
        (15, False, None),
        (16, False, None),
        (7, True, "at least 8"),
        (8, True, None),
        (14, True, None),
        (64, False, None),
        (65, False, None),
        (128, False, None),
        (1000, False, None),
        (1024, False, None),
        (1024, True, None),
        (1025, False, "at most 1,024"),
        (1025, True, "at most 1,024"),
    ],
)
def test_length_has_a_floor_and_a_ceiling(count: int, second_factor: bool, refusal: str | None) -> None:
    found = problems(length(count), second_factor=second_factor)
    assert len(found) == (0 if refusal is None else 1)
    assert refusal is None or says(found, refusal)


def test_text_far_beyond_the_ceiling_is_refused_before_any_work_on_it() -> None:
    assert problems("\u0323\u0301" * 500_000) == ["Use at most 1,024 characters."]


def test_length_counts_code_points_after_composition() -> None:
    decomposed = normalize("NFD", "éàüöîçñãõêëïôû")
    assert (len(decomposed), len(normalize("NFC", decomposed))) == (28, 14)
    assert says(problems(decomposed), "at least 15")
    assert problems(decomposed + "é") == []


@pytest.mark.parametrize(
    "password",
    [
        FINE,
        "aaaaaaaaaaaaaaaB",
        " " * 15,
        "correcthorsebatterystaple",
        "four unrelated words",
        "медленный дождь в августе",
        "雨が静かに降る八月の夜に傘を忘れた",
        "🦊🐢🦉🐝🦋🐙🦀🐌🦔🐿🦜🐸🦎🐳🦩",
        "830294718475610",
        "83029abc9184756",
        "x7#Kp2!vQ9$mL4z",
        "my password is long and mine",
        "maya waters seven tall sunflowers",
    ],
)
def test_any_kind_of_character_will_do(password: str) -> None:
    assert problems(password, context=("maya.okafor@riverside.example", "Maya Okafor")) == []


def test_each_of_the_three_thousand_most_common_is_refused_as_common() -> None:
    assert len(TOP) == 3000
    assert [word for word in TOP if not says(problems(word, second_factor=True), "common passwords")] == []


@pytest.mark.parametrize("form", ["{}{}", "{} {}", "{}{}7", "{}{}{}{}", "{}_{}_{}"])
def test_repeating_a_common_password_does_not_help(form: str) -> None:
    plain = [word for word in TOP if word.isalnum() and not word.isdigit()]
    repeated = [form.replace("{}", word) for word in plain]
    assert [word for word in repeated if not says(problems(word), "common passwords")] == []


@pytest.mark.parametrize("form", ["{}1234567890", "{}!!!!!!!!!!!", "2026{}2026", "***{}...", "{}83920174651"])
def test_padding_a_common_password_does_not_help(form: str) -> None:
    padded = [form.format(word) for word in TOP if any(map(str.isalpha, word))]
    assert [word for word in padded if not says(problems(word), "common passwords")] == []


@pytest.mark.parametrize(
    "password",
    [
        "PasswordPassword",
        "Let me in, let me in!",
        "123456789012345",
        "111111111111111",
        "696969 696969 696969",
        "qwertyuiopqwert",
        "1qaz 2wsx 3edc 4rfv",
        "p@ssw0rd!!!!!!!",
        "trustno12345678",
    ],
)
def test_a_common_password_in_disguise_is_refused(password: str) -> None:
    assert says(problems(password), "common passwords")


@pytest.mark.parametrize(
    "password",
    [
        "careteamcareteam",
        "CareTeam-2026-2026",
        "maya.okafor@riverside.example",
        "Maya Okafor 1984",
        "okaformaya!!!!!!",
        "riverside-okafor",
        "maya careteam maya",
        "MAYAOKAFOR12345",
    ],
)
def test_a_persons_own_words_are_refused(password: str) -> None:
    found = problems(password, context=("maya.okafor@riverside.example", "Maya Okafor"))
    assert says(found, "made of your name")


def test_own_words_are_compared_in_one_unicode_form_and_case() -> None:
    assert says(problems("josébrontë JOSÉ-1", context=(normalize("NFD", "José Brontë"),)), "made of your name")


def test_an_address_of_digits_is_refused_whole() -> None:
    assert says(problems("830294718475610", context=("830294718475610@mail.example",)), "made of your name")


def test_names_that_overlap_themselves_are_judged_at_once() -> None:
    assert problems("aab" * 300 + " and then a heron", context=("aab aabaab aabaabaab baa aba",)) == []


def test_nothing_is_said_about_names_nobody_gave() -> None:
    assert problems("Maya Okafor 1984 ", context=("", "  ", "@")) == []


def test_every_refusal_is_a_sentence_that_says_what_to_do() -> None:
    for sentence in [*problems("careteam"), *problems("password"), *problems(length(2000))]:
        assert sentence.startswith(("Use ", "Choose "))
        assert sentence.endswith(".")


def test_a_hash_is_argon2id_salted_and_verifies_its_password_only() -> None:
    one, two = CHEAP.hash(FINE), CHEAP.hash(FINE)
    assert one.startswith("$argon2id$v=19$")
    assert one != two
    assert CHEAP.verify(one, FINE)
    assert not CHEAP.verify(one, FINE + "!")


def test_by_default_the_parameters_are_the_librarys_current_ones() -> None:
    assert Passwords().hasher.memory_cost >= 64 * 1024
    assert Passwords().hasher.time_cost >= 3


@pytest.mark.parametrize(
    ("password", "other"),
    [
        (FINE + " ", FINE),
        (" " + FINE, FINE),
        (FINE + "\n", FINE),
        (FINE, FINE.upper()),
        ("x" * 72 + "one", "x" * 72 + "two"),
        ("x" * 1023 + "1", "x" * 1023 + "2"),
        ("é" * 36 + "one", "é" * 36 + "two"),
        (FINE + "\0one", FINE + "\0two"),
        ("ﬁne heron feathers", "fine heron feathers"),
        ("heron \ud800", "heron \ud801"),
    ],
)
def test_the_whole_password_counts(password: str, other: str) -> None:
    stored = CHEAP.hash(password)
    assert CHEAP.verify(stored, password)
    assert not CHEAP.verify(stored, other)


def test_two_keyboards_that_write_the_same_letter_differently_both_open() -> None:
    composed, decomposed = (normalize(form, "été à Besançon, señor") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert CHEAP.verify(CHEAP.hash(composed), decomposed)
    assert CHEAP.verify(CHEAP.hash(decomposed), composed)


def test_a_longest_password_in_its_longest_form_still_opens() -> None:
    longest = "ǖ" * 1024
    assert problems(longest) == []
    assert CHEAP.verify(CHEAP.hash(longest), normalize("NFD", longest))


def test_a_damaged_hash_is_an_error_and_not_a_wrong_password() -> None:
    with pytest.raises(VerificationError):
        CHEAP.verify(CHEAP.hash(FINE)[:-30] + "!", FINE)


@pytest.mark.parametrize("stored", ["", "!", "plain text", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_value_that_is_no_hash_matches_nothing(stored: str) -> None:
    assert not CHEAP.verify(stored, "")
    assert not CHEAP.verify(stored, stored)


def test_an_endless_password_is_neither_hashed_nor_matched() -> None:
    endless = "x" * 1_000_000
    with pytest.raises(ValueError, match="too long"):
        CHEAP.hash(endless)
    assert not CHEAP.verify(CHEAP.hash("x" * 1024), endless)


@pytest.mark.parametrize("password", ["", FINE, "heron \ud800", "x" * 1_000_000])
def test_without_an_account_nothing_matches(password: str) -> None:
    assert CHEAP.verify_nothing(password) is False


class CountingHasher(PasswordHasher):
    """Counts argon2 computations, which is where the time goes."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.computed = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.computed += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.computed += str(hash).startswith("$argon2")
        return super().verify(hash, password)


@pytest.mark.parametrize(
    "refuse",
    [
        lambda passwords: passwords.verify_nothing(FINE),
        lambda passwords: passwords.verify(CHEAP.hash(FINE), "another one"),
        lambda passwords: passwords.verify(CHEAP.hash(FINE), "x" * 1_000_000),
        lambda passwords: passwords.verify("!", FINE),
    ],
    ids=["no account", "wrong password", "endless password", "no hash"],
)
def test_every_refused_sign_in_costs_one_computation(refuse: Callable[[Passwords], bool]) -> None:
    hasher = CountingHasher()
    assert refuse(Passwords(hasher)) is False
    assert hasher.computed == 1


def test_a_hash_with_other_parameters_asks_to_be_renewed() -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    stored = CHEAP.hash(FINE)
    assert not CHEAP.needs_rehash(stored)
    assert stronger.verify(stored, FINE)
    assert stronger.needs_rehash(stored)


def test_the_list_is_loaded_only_when_a_password_is_set() -> None:
    code = "import careteam.passwords, sys; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
