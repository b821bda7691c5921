"""Files that are refused before any resource is looked at."""

import pytest

from careteam.fhir_reading import Limits, UnreadableBundle, read_bundle
from tests.fhir_reading.samples import bundle, patient, raw, request

GOOD = raw(bundle(patient(), request()))
BIRTH = b'"birthDate": "1990-02-28"'


def changed(old: bytes, new: bytes) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new)


def with_value(json_text: bytes) -> bytes:
    return changed(BIRTH, BIRTH + b', "extension": [{"url": "u", "valueDecimal": ' + json_text + b"}]")


NOT_JSON = {
    "empty": (b"", "is the file whole"),
    "truncated": (GOOD[:-40], "is the file whole"),
    "two documents": (GOOD + GOOD, "is the file whole"),
    "trailing comma": (changed(BIRTH, BIRTH + b","), "is the file whole"),
    "single quotes": (b"{'resourceType': 'Bundle'}", "is the file whole"),
    "raw control character": (changed(b"Okafor", b"Oka\x00for"), "is the file whole"),
    "latin-1": (changed(b"Okafor", b"Ok\xe5for"), "not UTF-8"),
    "utf-16": (GOOD.decode().encode("utf-16"), "not UTF-8"),
    "surrogate as bytes": (changed(b"Okafor", b"\xed\xa0\x80"), "not UTF-8"),
    "xml": (b"<Bundle/>", "is the file whole"),
}

NOT_STRICT = {
    "duplicate key": (changed(BIRTH, BIRTH + b"," + BIRTH), "twice", "Bundle.entry[0].resource"),
    "duplicate key at the top": (changed(b'"entry"', b'"type": "batch", "entry"'), "twice", "$"),
    "NaN": (with_value(b"NaN"), "NaN", "Bundle.entry[0].resource.extension[0].valueDecimal"),
    "infinity": (with_value(b"-Infinity"), "NaN", "Bundle.entry[0].resource.extension[0].valueDecimal"),
    "huge integer": (with_value(b"9" * 5000), "cannot hold", "Bundle.entry[0].resource.extension[0].valueDecimal"),
    "huge exponent": (with_value(b"1e999"), "cannot hold", "Bundle.entry[0].resource.extension[0].valueDecimal"),
    "vast exponent": (with_value(b"1e" + b"9" * 30), "cannot hold", "extension[0].valueDecimal"),
    "tiny exponent": (with_value(b"0e-999"), "cannot hold", "extension[0].valueDecimal"),
    "nul": (changed(b"Okafor", b"Oka\\u0000for"), "NUL", "Bundle.entry[0].resource.name[0].family"),
    "lone surrogate": (changed(b"Okafor", b"\\ud83d"), "surrogate", "Bundle.entry[0].resource.name[0].family"),
    "nul in a name": (changed(b'"family"', b'"fam\\u0000ily"'), "NUL", "Bundle.entry[0].resource.name[0].?"),
    "list at the top": (b"[" + GOOD + b"]", "no JSON object", ""),
    "text at the top": (b'"Bundle"', "no JSON object", ""),
    "null": (b"null", "no JSON object", ""),
}


@pytest.mark.parametrize(("content", "reason"), NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableBundle, match=reason):
        read_bundle(content)


@pytest.mark.parametrize(("content", "reason", "path"), NOT_STRICT.values(), ids=NOT_STRICT.keys())
def test_json_that_readers_could_take_differently_is_refused(content: bytes, reason: str, path: str) -> None:
    with pytest.raises(UnreadableBundle, match=reason) as refusal:
        read_bundle(content)
    assert refusal.value.path.endswith(path)


@pytest.mark.parametrize("depth", [70, 5_000, 2_000_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    with pytest.raises(UnreadableBundle, match="nested"):
        read_bundle(with_value(nested))
    with pytest.raises(UnreadableBundle, match="nested"):
        read_bundle(with_value(b"[" * depth + b"]" * depth))


def test_the_limit_of_50_mb_is_exact() -> None:
    limit = Limits().max_bytes
    assert limit == 50 * 1024 * 1024
    assert read_bundle(GOOD + b" " * (limit - len(GOOD))).patient is not None
    with pytest.raises(UnreadableBundle, match="larger than 50 MB"):
        read_bundle(GOOD + b" " * (limit - len(GOOD) + 1))


def test_limits_can_be_set() -> None:
    for limits in (Limits(max_bytes=10), Limits(max_depth=3), Limits(max_elements=5)):
        with pytest.raises(UnreadableBundle):
            read_bundle(GOOD, limits=limits)


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert read_bundle(b"\xef\xbb\xbf" + GOOD).patient is not None


def test_the_refusal_quotes_nothing_of_the_file() -> None:
    with pytest.raises(UnreadableBundle) as refusal:
        read_bundle(changed(BIRTH, b'"birthDate": "<script>secret</script>"'))
    assert "secret" not in str(refusal.value)
    assert str(refusal.value).startswith("Bundle.entry[0].resource.birthDate: ")
