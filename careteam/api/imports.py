"""Files from other systems."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import structlog
from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from careteam.api.door import PREFIX, answer, blueprint, reads_up_to
from careteam.api.parts import settings
from careteam.api.schemas.imports import ImportQuery, ImportReport
from careteam.context import actor, now, origin, session
from careteam.errors import Invalid, NotFound, NotPermitted
from careteam.services import importing
from careteam.services.importing import RefusedFile, TooLarge
from careteam.services.log import access_log

blp = blueprint("imports", "FHIR R4 files from other systems, taken whole or not at all.")
log = structlog.get_logger()

KINDS = ("application/fhir+json", "application/json")
BUNDLE = {"$ref": "#/components/schemas/FhirBundle"}
BODY = {"required": True, "content": {kind: {"schema": BUNDLE} for kind in KINDS}}


@blp.route("/imports", methods=["POST"])
@blp.doc(requestBody=BODY)
@blp.arguments(ImportQuery, location="query")
@blp.response(201, ImportReport)
@reads_up_to("max_import_bytes")
def import_bundle(query: dict[str, Any]) -> Response:
    """Import a FHIR R4 bundle. What comes in waits until its holder confirms its labels.

    Importing the same file again changes nothing.
    """
    about = {"patient_id": query["patient_id"]} if "patient_id" in query else {}
    try:
        report = _imported(query)
        return answer(asdict(report), 201, location=f"{PREFIX}/patients/{report.patient_id}")
    except (NotFound, NotPermitted):
        request.view_args = about  # so that the log of refusals says whose record was asked for
        raise
    except RefusedFile as refusal:
        session().rollback()
        access_log.refused(session(), actor(), importing.ACT, origin=origin(), ids=about, at=now())
        session().commit()
        log.warning("import-refused", reason=refusal.reason)
        raise


def _imported(query: dict[str, Any]) -> importing.Report:
    most = settings().max_import_bytes
    named = _authors(query.pop("author", []))
    return importing.import_bundle(session(), actor(), _body(most), **query, authors=named, max_bytes=most, at=now())


def _body(most: int) -> bytes:
    if request.mimetype not in KINDS:
        raise UnsupportedMediaType(f"Send the bundle as {KINDS[0]}.")
    request.max_content_length = most
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise TooLarge(f"larger than {most} bytes: split it into smaller bundles") from None


def _authors(given: list[str]) -> dict[str, UUID]:
    named: dict[str, UUID] = {}
    for text in given:
        name, _, user_id = text.rpartition("=")
        try:
            named[name.strip()] = UUID(user_id.strip())
        except ValueError:
            raise Invalid("An author is a name and a user id.", {"author": ["Write `name=user id`."]}) from None
    return named
