"""Whatever comes in: a Reading or one refusal, never another exception."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from careteam.fhir_reading import Limits, Reading, UnreadableBundle, read_bundle
from tests.fhir_reading.samples import bundle, note, observation, patient, practitioner, raw, request, statement

CARE_TEAM = {
    "resourceType": "CareTeam",
    "id": "t1",
    "subject": {"reference": "Patient/p1"},
    "participant": [{"role": [{"text": "x"}], "member": {"reference": "Practitioner/d1", "display": "Dr."}}],
}
WHOLE = bundle(
    patient(deceasedBoolean=False),
    practitioner(),
    CARE_TEAM,
    request(
        meta={"security": [{"system": "urn:x", "code": "HIV"}]},
        requester={"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999463757"},
        dosageInstruction=[
            {
                "text": "one",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1.5, "unit": "mg"}}],
            }
        ],
    ),
    statement(
        medicationCodeableConcept=None,
        medicationReference={"reference": "#x"},
        contained=[{"resourceType": "Medication", "id": "x", "code": {"text": "Lithium"}}],
        informationSource={"reference": "Patient/p1"},
        effectivePeriod={"start": "2023", "end": "2024-01"},
    ),
    note(author=[{"reference": "urn:uuid:1"}], docStatus="final"),
    observation(),
)

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**45), 10**45),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "#", "#x", "Patient/p1", "Patient/p2", "urn:uuid:0", "?", "Patient?identifier=|", "\ud800", "\x00", "2024",
         "2024-02-30", "0001-01-01T00:00:00-14:00", "9" * 400, "<script>", "NaN", "Medication", "Bundle", "text/plain"]
    ),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just([{}]),
    st.just({"reference": "#x"}),
    st.just([{"resourceType": "Patient", "id": "x"}]),
)  # fmt: skip
NAMES = st.sampled_from(
    ["resourceType", "id", "contained", "extension", "modifierExtension", "subject", "status", "_status", "reference",
     "identifier", "coding", "fhir_comments", "resource_type", "__class__", "text", "meta", "entry", "type"]
) | st.text(max_size=8)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """The whole bundle with up to four places changed, dropped or added to."""
    content = json.loads(json.dumps(WHOLE))
    for _ in range(draw(st.integers(1, 4))):
        _change(content, draw)
    return content


def _change(content: Any, draw: st.DrawFn) -> None:
    while isinstance(content, dict | list) and content:
        places = list(content) if isinstance(content, dict) else list(range(len(content)))
        place = draw(st.sampled_from(places))
        if not isinstance(content[place], dict | list) or not content[place] or draw(st.integers(0, 5)) == 0:
            break
        content = content[place]
    else:
        return
    match draw(st.sampled_from(["replace", "drop", "add", "copy"])):
        case "replace":
            content[place] = copy.deepcopy(draw(ODD))
        case "drop":
            del content[place]
        case "copy" if isinstance(content, list):
            content.append(copy.deepcopy(content[place]))
        case _ if isinstance(content, dict):
            content[draw(NAMES)] = copy.deepcopy(draw(ODD))
        case _:
            content.append(copy.deepcopy(draw(ODD)))


def outcome(content: bytes, **options: Any) -> Reading | UnreadableBundle:
    try:
        return read_bundle(content, **options)
    except UnreadableBundle as refusal:
        return refusal


def test_the_whole_bundle_is_good() -> None:
    assert isinstance(outcome(raw(WHOLE)), Reading)


@settings(max_examples=600, deadline=None)
@given(changed(), st.sampled_from([None, "p1", "Patient/p2", "urn:uuid:0"]))
def test_a_changed_bundle_is_read_or_refused(content: Any, subject: str | None) -> None:
    outcome(raw(content), subject=subject)


@settings(max_examples=200, deadline=None)
@given(changed(), st.integers(0, 6))
def test_a_changed_single_resource_is_read_or_refused(content: Any, number: int) -> None:
    entries = content.get("entry")
    outcome(raw(entries[number % len(entries)] if isinstance(entries, list) and entries else content))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_bytes_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(raw(WHOLE))
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    outcome(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 70))
def test_any_bytes_are_read_or_refused(content: bytes, depth: int) -> None:
    outcome(content, limits=Limits(max_depth=depth))
