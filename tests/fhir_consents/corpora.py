"""The consent corpora that others made: their cases, those that the model cannot express, and the resources as R4.

Nothing of the data is changed. What is no FHIR R4 is translated here, in the test, by shape alone: the words of the
gherkin cases, and the resources of FHIR R5's shape.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fhir_consents.samples import REASON, coding, concept, reference

DATA = Path(__file__).parents[3] / "shared" / "data" / "consent-decisions"
FOLDERS = ("ihe-pcf", "hl7-consent-examples", "moehrke-consent-gherkin")
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="the consent corpora are not beside this project")
LIST = Path(__file__).with_name("inexpressible.txt")
SCOPE = concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")
PATIENT = "Patient/ex-patient"
UNDATED = datetime(2022, 7, 1, tzinfo=UTC)
"""When a case is asked that gives no time."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request with the outcome that its source gives."""

    id: str
    resources: tuple[dict[str, Any], ...]
    request: Mapping[str, Any]
    expected: str
    stated: bool

    @property
    def asked_at(self) -> datetime:
        """The instant of the request."""
        text = self.request.get("time")
        return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else UNDATED

    @property
    def given_at(self) -> datetime:
        """Noon of the day after the one on which the source says that consent was given; else a month before."""
        days = [r["dateTime"] for r in self.resources if "dateTime" in r]
        if not days:
            return self.asked_at - timedelta(days=30)
        return datetime.fromisoformat(max(days)[:10]).replace(tzinfo=UTC) + timedelta(days=1, hours=12)

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The one thing that is asked for; None where anything is."""
        return self.request.get("data")

    @property
    def group(self) -> str:
        """Equal for cases that differ in the thing that is asked for alone."""
        rest = {key: value for key, value in self.request.items() if key != "data"}
        return json.dumps([self.resources, rest], sort_keys=True)


def cases() -> list[Case]:
    """Every case of the three corpora, in order."""
    return [_case(raw) for folder in FOLDERS for raw in json.loads((DATA / folder / "cases.json").read_text())]


def excluded() -> dict[str, str]:
    """The reason for each case that the model cannot express, as it was written down before any was run."""
    lines = (line.split("#")[0].split() for line in LIST.read_text().splitlines())
    return {words[0]: words[1] for words in lines if words}


def reasons() -> dict[str, str]:
    """What the words of the reasons stand for."""
    text = LIST.read_text().partition("# The reasons\n")[2]
    lines = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]
    entries = "\n".join(lines).replace("\n ", " ").splitlines()
    return {words[0]: " ".join(words[1:]) for words in map(str.split, entries)}


def ambiguous() -> Iterator[tuple[str, dict[str, Any]]]:
    """The published examples that contradict their own text."""
    for path in sorted((DATA / "hl7-consent-examples" / "r4-ambiguous").iterdir()):
        yield path.stem.removeprefix("Consent-consent-example-"), json.loads(path.read_text())


def references(value: Any) -> Iterator[str]:
    """Every reference that stands in a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _case(raw: dict[str, Any]) -> Case:
    return Case(
        id=raw["id"],
        resources=tuple(as_r4(resource) for resource in raw["consents"]),
        request=raw["request"],
        expected=raw["expected"],
        stated=raw["basis"] in {"asserted", "described"},
    )


def as_r4(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource as FHIR R4 writes it: unchanged where it is R4."""
    if resource.get("resourceType") != "Consent":
        return _of_gherkin(resource)
    return _of_r5(resource) if "decision" in resource else resource


def _of_gherkin(words: dict[str, Any]) -> dict[str, Any]:
    """A consent of the gherkin cases: a decision for any recipient, with purposes and perhaps a label."""
    rule: dict[str, Any] = {"type": words["decision"]}
    if "purpose" in words:
        rule["purpose"] = [coding(REASON, code) for code in words["purpose"]]
    if "securityLabel" in words:
        level = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
        rule["securityLabel"] = [coding(level, code) for code in words["securityLabel"]]
    head = {"resourceType": "Consent", "id": "gherkin", "status": words.get("status", "active"), "scope": SCOPE}
    category = [concept("http://loinc.org", "59284-0")]
    return {**head, "category": category, "patient": reference(PATIENT), "provision": rule}


def _of_r5(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource of R5's shape: its decision is the root rule, each provision an exception of it."""
    kept = {key: value for key, value in resource.items() if key in {"resourceType", "id", "status", "category"}}
    rules = [_rule(rule) for rule in _listed(resource["provision"])]
    root = {"type": resource["decision"], "provision": rules}
    return {**kept, "scope": SCOPE, "patient": resource["subject"], "provision": root}


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    named = {{"_type": "type"}.get(key, key): value for key, value in rule.items()}
    if "provision" in named:
        named["provision"] = [_rule(inner) for inner in _listed(named["provision"])]
    return named


def _listed(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]
