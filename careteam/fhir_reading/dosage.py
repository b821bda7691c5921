"""A FHIR Dosage: the words of the source and, apart from them, what it says in numbers."""

from dataclasses import dataclass
from decimal import Decimal

from careteam.fhir_reading.concepts import in_words, words_or_code
from careteam.fhir_reading.node import WORDS, Node

PERIOD_UNITS = {
    "s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year",
}  # fmt: skip
"""FHIR value set `units-of-time`, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosage:
    """One line of a dosage. Nothing is worked out: an element is None where the source does not give it."""

    text: str | None
    dose: Decimal | None
    dose_high: Decimal | None
    dose_unit: str | None
    route: str | None
    timing_text: str | None
    frequency: int | None
    frequency_max: int | None
    period: Decimal | None
    period_unit: str | None
    times: tuple[str, ...]
    as_needed: bool | None
    as_needed_for: str | None
    instructions: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The text of the source, else its numbers as a short line; empty if it gives neither."""
        return self.text or ", ".join(filter(None, (self._amount(), self._rhythm(), self._need(), self.route)))

    def _amount(self) -> str | None:
        if self.dose is None:
            return None
        high = "" if self.dose_high is None else f"-{self.dose_high}"
        return f"{self.dose}{high} {self.dose_unit or 'per dose'}"

    def _rhythm(self) -> str | None:
        if self.timing_text or self.frequency is None or self.period is None:
            return self.timing_text or " ".join(self.times) or None
        most = "" if self.frequency_max is None else f"-{self.frequency_max}"
        unit = PERIOD_UNITS[self.period_unit] if self.period_unit else "period"
        every = f"every {unit}" if self.period == 1 else f"every {self.period} {unit}s"
        return f"{self.frequency}{most} {'time' if self.frequency == 1 and not most else 'times'} {every}"

    def _need(self) -> str | None:
        if not self.as_needed:
            return None
        return f"as needed for {self.as_needed_for}" if self.as_needed_for else "as needed"


def read_dosage(node: Node) -> Dosage:
    """Refuses a dose below zero or beyond reason, and one that is only compared with (`<`, `>`)."""
    timing = node.obj("timing")
    repeat = timing.obj("repeat") if timing else None
    dose, dose_high, unit = _dose(node)
    as_needed_for = in_words(node.obj("asNeededCodeableConcept"))
    return Dosage(
        text=node.words("text", 4 * WORDS),
        dose=dose,
        dose_high=dose_high,
        dose_unit=unit,
        route=in_words(node.obj("route")),
        timing_text=words_or_code(timing.obj("code")) if timing else None,
        frequency=repeat.whole("frequency", least=1, most=1000) if repeat else None,
        frequency_max=repeat.whole("frequencyMax", least=1, most=1000) if repeat else None,
        period=repeat.number("period") if repeat else None,
        period_unit=repeat.code("periodUnit", PERIOD_UNITS) if repeat and repeat.has("periodUnit") else None,
        times=repeat.all_words("when") + repeat.all_words("timeOfDay") if repeat else (),
        as_needed=node.flag("asNeededBoolean") if not node.has("asNeededCodeableConcept") else True,
        as_needed_for=as_needed_for,
        instructions=_instructions(node),
    )


def _dose(node: Node) -> tuple[Decimal | None, Decimal | None, str | None]:
    for rate in node.objs("doseAndRate"):
        span = rate.obj("doseRange")
        low = rate.obj("doseQuantity") or (span.obj("low") if span else None)
        high = span.obj("high") if span else None
        if low or high:
            value, unit = _quantity(low)
            most, other = _quantity(high)
            return value, most, unit or other
    return None, None, None


def _quantity(node: Node | None) -> tuple[Decimal | None, str | None]:
    if node is None:
        return None, None
    if node.has("comparator"):
        raise node.fault("a dose is an amount, not a comparison; give the amount", "comparator")
    return node.number("value"), node.words("unit") or node.words("code")


def _instructions(node: Node) -> tuple[str, ...]:
    found = (in_words(item) for item in node.objs("additionalInstruction"))
    own = node.words("patientInstruction", 4 * WORDS)
    return tuple(words for words in (*found, own) if words)
