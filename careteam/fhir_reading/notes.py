"""DocumentReference to text notes. Only plain text that is in the file is taken."""

import base64
import binascii
import re

from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.concepts import LOINC, codes, in_words
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.modifiers import MODIFIED, is_modified
from careteam.fhir_reading.moments import When
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.people import author_of
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import OutsideAuthor, ReadNote

STATUSES = frozenset({"current", "superseded", "entered-in-error"})
DOC_STATUSES = frozenset({"preliminary", "final", "amended", "entered-in-error"})
CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252"})
LONGEST_NOTE = 1_048_576
"""Characters; FHIR's own limit for a string, and more than any written note."""

_LONGEST_DATA = 8 * LONGEST_NOTE
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,40}/[A-Za-z0-9.+-]{1,60}")


def why_not_taken(resource: Resource, _directory: Directory) -> str | None:
    """The reason to leave a document out, or None. Raises on a status that FHIR R4 does not have."""
    node = resource.node
    if is_modified(node):
        return MODIFIED
    if node.code("status", STATUSES) == "superseded":
        return "replaced by a newer document"
    if node.has("docStatus") and node.code("docStatus", DOC_STATUSES) == "preliminary":
        return "a preliminary document: not signed yet"
    plain = _plain(node)
    if plain is not None:
        return None if _text(plain).strip() else "holds no words"
    attachments = [content.obj("attachment") for content in node.objs("content")]
    kinds = sorted({_media_type(found) for found in attachments if found})
    if "text/plain" in kinds:
        return "its text is not in the file, or not in a character set that is read"
    return f"not plain text ({', '.join(kinds) or 'no content'})"


def read_note(resource: Resource, person: Person, directory: Directory) -> ReadNote:
    """Needs a check with `why_not_taken` before. Markup in the text stays text."""
    node, tags = resource.node, sensitivity(resource.node)
    attachment = _plain(node)
    if attachment is None:
        raise node.fault("holds no plain text", "content")
    return ReadNote(
        source_key=resource.source_key,
        content_sha256=content_sha256(node.value),
        path=node.path,
        sensitivity=tags,
        item_class=tags.note_class,
        title=_title(node, attachment),
        type_code=next(iter(codes(node.obj("type"), LOINC)), None),
        written=_written(node, attachment),
        authors=_authors(resource, person, directory),
        text=_text(attachment),
        entered_in_error="entered-in-error" in {node.words("status"), node.words("docStatus")},
    )


def _plain(node: Node) -> Node | None:
    for content in node.objs("content"):
        found = content.obj("attachment")
        if found and _media_type(found) == "text/plain" and found.has("data") and _charset(found) in CHARSETS:
            return found
    return None


def _media_type(attachment: Node) -> str:
    kind = (attachment.words("contentType") or "").partition(";")[0].strip()
    return kind.lower() if _MEDIA_TYPE.fullmatch(kind) else "no media type"


def _charset(attachment: Node) -> str:
    for part in (attachment.words("contentType") or "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            named = value.strip().strip('"').lower()
            return {"utf8": "utf-8", "ascii": "us-ascii", "latin1": "iso-8859-1"}.get(named, named)
    return "utf-8"


def _text(attachment: Node) -> str:
    data = "".join((attachment.words("data", _LONGEST_DATA) or "").split())
    try:
        text = base64.b64decode(data, validate=True).decode(_charset(attachment))
    except (binascii.Error, ValueError):
        raise attachment.fault("not base64 of text in its character set; encode it again", "data") from None
    if "\x00" in text:
        raise attachment.fault("holds a NUL character, which is no text", "data")
    if len(text) > LONGEST_NOTE:
        raise attachment.fault(f"longer than {LONGEST_NOTE} characters", "data")
    return text


def _title(node: Node, attachment: Node) -> str:
    return attachment.words("title") or node.words("description") or in_words(node.obj("type")) or "Imported document"


def _written(node: Node, attachment: Node) -> When | None:
    context = node.obj("context")
    period = context.obj("period") if context else None
    service = period.moment("start") if period else None
    return node.moment("date") or attachment.moment("creation") or service


def _authors(resource: Resource, person: Person, directory: Directory) -> tuple[OutsideAuthor, ...]:
    references = [ref for ref in resource.node.objs("author") if not person.is_meant(ref, resource, directory)]
    found = (author_of(reference, resource, directory) for reference in references)
    return tuple(author for author in found if author is not None)
