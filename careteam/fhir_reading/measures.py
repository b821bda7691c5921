"""Observation and QuestionnaireResponse to scores of the questionnaires that are known here.

A total alone gives a score; a response with all its questions gives the answers too, and the score that they add up
to. What is neither, or has no whole day, stays sealed: a score is nothing without its day. Where a source gives a
total that its own answers contradict, the file is refused: nobody can tell which of the two is right.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from careteam import questionnaires
from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.concepts import LOINC, codes
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.modifiers import is_modified
from careteam.fhir_reading.moments import Precision, When
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.people import author_of
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import OutsideAuthor, ReadMeasure
from careteam.policy import measures as rules
from careteam.policy.questionnaires import Question, Questionnaire

KINDS = frozenset({"Observation", "QuestionnaireResponse"})
OBSERVED = frozenset({"final", "amended", "corrected"})
ANSWERED = frozenset({"completed", "amended"})
IN_ERROR = "entered-in-error"
DISAGREES = "not the score that its own answers add up to; correct the one or the other"


def read_measure(resource: Resource, person: Person, directory: Directory) -> ReadMeasure | None:
    """Return the score of a resource; None where it has to stay sealed. Raises where it contradicts itself."""
    if is_modified(resource.node):
        return None
    if resource.kind == "Observation":
        return _observed(resource, person, directory)
    return _responded(resource, person, directory)


def repeats(resource: Resource, person: Person, directory: Directory) -> bool:
    """Say whether an Observation is the total of a QuestionnaireResponse of the same file that is taken itself.

    Raises where the two totals differ.
    """
    total = _total_of(resource.node) if resource.kind == "Observation" else None
    for reference in resource.node.objs("derivedFrom") if total else ():
        found = directory.resolve(reference, resource)
        if found is None or found.kind != "QuestionnaireResponse" or not person.concerns(found, directory):
            continue
        response = read_measure(found, person, directory)
        if total is None or response is None or response.questionnaire != total[0].id:
            continue
        if total[1] != response.score:
            raise resource.node.fault(DISAGREES)
        return True
    return False


def _observed(resource: Resource, person: Person, directory: Directory) -> ReadMeasure | None:
    node = resource.node
    total = _total_of(node)
    if total is None or node.words("status") not in OBSERVED | {IN_ERROR}:
        return None
    asked, points = total
    named, reported = _people(resource, "performer", person, directory)
    when = node.moment("effectiveDateTime")
    return _read(resource, asked, points, None, when, authors=named, reported=reported)


def _responded(resource: Resource, person: Person, directory: Directory) -> ReadMeasure | None:
    node = resource.node
    found = _whole(resource)
    if found is None or node.words("status") not in ANSWERED | {IN_ERROR}:
        return None
    asked, answers = found
    points = rules.score(asked, answers)
    _agree(node, asked, points)
    named, reported = _people(resource, "author", person, directory)
    return _read(resource, asked, points, answers, node.moment("authored"), authors=named, reported=reported)


def _read(
    resource: Resource,
    asked: Questionnaire,
    points: int,
    answers: Mapping[str, int] | None,
    when: When | None,
    *,
    authors: tuple[OutsideAuthor, ...],
    reported: bool,
) -> ReadMeasure | None:
    if when is None or when.precision not in {Precision.DAY, Precision.TIME}:
        return None
    if not asked.lowest <= points <= asked.highest:
        return None
    node = resource.node
    return ReadMeasure(
        source_key=resource.source_key,
        content_sha256=content_sha256(node.value),
        path=node.path,
        sensitivity=sensitivity(node),
        codes=(),
        entered_in_error=node.words("status") == IN_ERROR,
        onset=None,
        recorded=when,
        remarks=(),
        reported=reported,
        authors=authors,
        resource_type=resource.kind,
        questionnaire=asked.id,
        version=asked.version,
        score=points,
        band=rules.band(asked, points).id,
        answers=tuple(answers.items()) if answers is not None else None,
        flagged=answers is not None and rules.flagged(asked, answers),
    )


def _total_of(node: Node) -> tuple[Questionnaire, int] | None:
    """Return of which questionnaire an Observation is the total, and the total; None where it is not one number."""
    totals = questionnaires.by_total()
    asked = next((totals[code] for code in codes(node.obj("code"), LOINC) if code in totals), None)
    quantity = node.obj("valueQuantity")
    if asked is None or (quantity is not None and quantity.has("comparator")):
        return None
    points = _number(quantity, "value") if quantity else _number(node, "valueInteger")
    text = node.words("valueString")
    if points is None and text is not None and text.isascii() and text.isdecimal() and len(text) <= 3:
        points = int(text)
    return None if points is None else (asked, points)


def _number(node: Node, key: str) -> int | None:
    """Return a whole number; None for a fraction, or what no score is."""
    found = node.value.get(key)
    if isinstance(found, bool) or not isinstance(found, int | Decimal) or not -1000 < found < 1000:
        return None
    return int(found) if found == int(found) else None


def _whole(resource: Resource) -> tuple[Questionnaire, dict[str, int]] | None:
    """Return of which questionnaire a response answers every question, and how; None where it does not.

    Nothing else may be answered in it but the total: what no field here holds stays sealed with the rest.
    """
    given = dict(_answered(resource.node))
    for asked in questionnaires.current().values():
        known = {question.code: question for question in asked.questions if question.code}
        needed = {question.code for question in asked.scored}
        if not asked.questions or not needed <= given.keys() <= {*known, asked.total_code}:
            continue
        chosen = {known[code].id: _chosen(known[code], node) for code, node in given.items() if code in known}
        if len(given) == sum(1 for _ in _answered(resource.node)) and all(v is not None for v in chosen.values()):
            return asked, {name: value for name, value in chosen.items() if value is not None}
    return None


def _answered(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield each question that has an answer, by the last part of its link (US Core: `/44250-9`), groups included."""
    for item in node.objs("item"):
        yield from _answered(item)
        for answer in item.objs("answer"):
            yield (item.words("linkId") or "").rpartition("/")[2], answer
            yield from _answered(answer)


def _chosen(question: Question, answer: Node) -> int | None:
    """Return the value of the option that was chosen, by its LOINC code, or as a number."""
    coding = answer.obj("valueCoding")
    if coding is not None:
        code = coding.words("code") if coding.words("system") == LOINC else None
        return next((option.value for option in question.options if option.code and option.code == code), None)
    number = next((n for key in ("valueInteger", "valueDecimal") if (n := _number(answer, key)) is not None), None)
    return number if number in {option.value for option in question.options} else None


def _agree(node: Node, asked: Questionnaire, points: int) -> None:
    for code, answer in _answered(node):
        if asked.total_code is None or code != asked.total_code:
            continue
        key = "valueInteger" if answer.has("valueInteger") else "valueDecimal"
        if _number(answer, key) != points:
            raise answer.fault(DISAGREES, key)


def _people(
    resource: Resource, key: str, person: Person, directory: Directory
) -> tuple[tuple[OutsideAuthor, ...], bool]:
    """Return who is named for it, and whether the patient or somebody close told it."""
    node = resource.node
    references = [*node.objs("performer")] if key == "performer" else [r for r in (node.obj(key),) if r]
    close = any(
        person.is_meant(r, resource, directory) or (r.words("reference") or "").startswith("RelatedPerson")
        for r in references
    )
    others = (r for r in references if not person.is_meant(r, resource, directory))
    named = (author_of(reference, resource, directory) for reference in others)
    return tuple(dict.fromkeys(author for author in named if author is not None)), close
