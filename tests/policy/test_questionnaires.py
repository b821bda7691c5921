"""Descriptions of questionnaires: what ships, what else can be added, and every fault that refuses one."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from careteam import questionnaires
from careteam.policy.questionnaires import described

SMALL: dict[str, Any] = {
    "id": "sleep-2",
    "version": "1",
    "title": "Sleep",
    "about": "Two questions about sleep",
    "instruction": "Over the last week:",
    "codes": {"panel": None, "total": None},
    "options": {"often": [{"value": 0, "text": "never"}, {"value": 2, "text": "often"}]},
    "items": [
        {"id": "wake", "text": "Woke early", "options": "often"},
        {"id": "doze", "text": "Dozed by day", "options": "often"},
    ],
    "range": [0, 4],
    "bands": [{"id": "good", "from": 0, "title": "good"}, {"id": "poor", "from": 3, "title": "poor"}],
    "response_percent": 50,
    "remission_below": 2,
    "safety": [{"item": "doze", "above": 1}],
    "sources": [{"what": "all", "reference": "made for a test", "read_on": "2026-11-23"}],
    "licence": "none",
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small one with something else at a path; `...` leaves it out."""
    made: Any = copy.deepcopy(SMALL)
    *steps, last = (int(step) if step.isdecimal() else step for step in path.split("."))
    place = made
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return dict(made)


def test_what_ships_is_what_the_sources_say() -> None:
    found = questionnaires.current()
    assert {k: (len(q.scored), q.lowest, q.highest, q.total_code) for k, q in found.items()} == {
        "phq-9": (9, 0, 27, "44261-6"),
        "gad-7": (7, 0, 21, "70274-6"),
        "phq-9-teens": (0, 0, 27, "89204-2"),
    }
    phq, gad = found["phq-9"], found["gad-7"]
    assert (phq.remission_below, gad.remission_below, phq.response_percent) == (5, None, 50)
    assert [(rule.question, rule.above) for rule in phq.safety] == [("9", 0)]
    assert phq.questions[8].text.startswith("Thoughts that you would be better off dead")
    assert all(q.sources and q.licence for q in found.values())


PHQ_9 = Path(__file__).parents[3] / "shared" / "data" / "us-core" / "Questionnaire-phq-9-example.json"


@pytest.mark.skipif(not PHQ_9.exists(), reason="needs the example data beside the project (../shared/data)")
def test_phq_9_has_the_codes_options_and_order_of_us_core() -> None:
    asked = [item for item in json.loads(PHQ_9.read_bytes())["item"] if item["type"] == "choice"]
    ours = questionnaires.current()["phq-9"].questions
    assert [question.code for question in ours] == [item["code"][0]["code"] for item in asked]
    for question, item in zip(ours, asked, strict=True):
        codes = [(option["valueCoding"]["code"], option["valueCoding"]["display"]) for option in item["answerOption"]]
        assert [(option.code, option.text) for option in question.options] == codes
        assert question.scored is (item["linkId"] != "/69722-7")
        said = (
            item["text"]
            .removesuffix("?")
            .removesuffix(" in last 2 weeks [Reported.PHQ]")
            .removesuffix(" [Reported.PHQ]")
        )
        assert question.text == said


FAULTS = [
    ("id", "Sleep 2", "form"),
    ("version", "one", "form"),
    ("title", " ", "not a text"),
    ("about", ..., "missing"),
    ("unheard", 1, "not known here"),
    ("codes.total", "x", "form"),
    ("items.0.options", "rarely", "none of the lists"),
    ("items.0.scored", "yes", "true or false"),
    ("items.0.id", "doze", "an id stands twice"),
    ("items.0.weight", 2, "not known here"),
    ("items", [], "safety"),
    ("items", {}, "not a list"),
    ("options.often.0.value", 2, "a value twice"),
    ("options.often.0.value", 0.5, "whole number"),
    ("options.often.0.value", True, "whole number"),
    ("range", [0, 5], "add up to 0 to 4"),
    ("range", [0], "lowest and the highest"),
    ("bands.0.from", 1, "begins with the lowest"),
    ("bands.1.from", 0, "begins above"),
    ("bands.1.from", 9, "begins above"),
    ("bands.1.id", "good", "an id stands twice"),
    ("bands", [], "begins with the lowest"),
    ("response_percent", 0, "1 to 100"),
    ("response_percent", 101, "1 to 100"),
    ("remission_below", 0, "within the range"),
    ("remission_below", 5, "within the range"),
    ("safety.0.item", "snore", "safety"),
    ("safety.0.above", 2, "safety"),
    ("sources", [], "where this comes from"),
    ("sources.0.read_on", "lately", "not a day"),
    ("licence", ..., "missing"),
]


@pytest.mark.parametrize(("path", "value", "why"), FAULTS)
def test_what_cannot_be_used_is_refused_with_its_place(path: str, value: Any, why: str) -> None:
    assert described(SMALL).id == "sleep-2"
    with pytest.raises(ValueError, match=why):
        described(changed(path, value))


def test_no_object_is_no_questionnaire() -> None:
    with pytest.raises(ValueError, match="not an object"):
        described([SMALL])


@pytest.mark.parametrize("second", [{}, {"id": "sleep-3", "codes": {"total": "12345-6"}}])
def test_two_files_do_not_stand_for_the_same(tmp_path: Path, second: dict[str, Any]) -> None:
    first = SMALL | ({"codes": {"total": "12345-6"}} if second else {})
    for name, content in (("a", first), ("b", first | second)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"in another file too|already"):
        questionnaires.in_folder(tmp_path)


def test_a_file_that_is_broken_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(ValueError, match=r"broken\.json"):
        questionnaires.in_folder(tmp_path)


def test_the_latest_version_is_the_current_one_and_earlier_ones_stay_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("2", "10", "9"):
        (tmp_path / f"{version}.json").write_text(json.dumps(SMALL | {"version": version, "title": f"v{version}"}))
    monkeypatch.setattr(questionnaires, "FOLDER", tmp_path)
    assert questionnaires.current()["sleep-2"].title == "v10"
    found = {version: questionnaires.find("sleep-2", version) for version in ("2", "9", "3")}
    assert {k: v and v.title for k, v in found.items()} == {"2": "v2", "9": "v9", "3": "v10"}
    assert questionnaires.find("unknown", "1") is None


def test_without_questions_a_total_needs_its_code() -> None:
    bare = changed("items", []) | {"safety": []}
    with pytest.raises(ValueError, match="neither a question"):
        described(bare)
    assert not described(bare | {"codes": {"total": "12345-6"}}).questions
