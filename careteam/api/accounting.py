"""The accounting of disclosures, as data, as a file and as a page to be printed."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import blueprint, file, page
from careteam.api.printing import printed
from careteam.api.schemas.accounting import AccountingFileQuery, AccountingPage, AccountingQuery
from careteam.context import actor, now, session
from careteam.services.log import accounting

blp = blueprint("accounting", "What was disclosed to whom, when, for what and by what right.")
ACCOUNTING = "/patients/<uuid:patient_id>/accounting"


@blp.route(ACCOUNTING)
@blp.arguments(AccountingQuery, location="query")
@blp.response(200, AccountingPage)
def list_disclosures(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the disclosures of your record, newest first."""
    return page(*accounting.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(ACCOUNTING + ".csv")
@blp.arguments(AccountingFileQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="text/csv")
def export_disclosures(query: dict[str, Any], patient_id: UUID) -> Response:
    """Save the accounting as CSV: up to 5,000 disclosures, and a `Link` to the next ones where there are more."""
    return file("accounting.csv", "text/csv", *accounting.export(session(), actor(), patient_id, **query, at=now()))


@blp.route(ACCOUNTING + ".html")
@blp.arguments(AccountingFileQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="text/html")
def print_disclosures(query: dict[str, Any], patient_id: UUID) -> Response:
    """Print the accounting."""
    return printed("accounting", **accounting.printable(session(), actor(), patient_id, **query, at=now()))
