"""The sharing matrix."""

from uuid import UUID

from flask import Response, request

from careteam.api.door import answer, blueprint
from careteam.api.schemas.sharing import SharingMatrix
from careteam.context import actor, now, session
from careteam.services.team import sharing_matrix

blp = blueprint("sharing", "Who reads which class of whose items, until when, and by which consents.")


@blp.route("/patients/<uuid:patient_id>/sharing")
@blp.response(200, SharingMatrix)
@blp.alt_response(304, description="Nothing changed since the answer whose ETag you sent as If-None-Match.")
def read_sharing(patient_id: UUID) -> Response:
    """See who reads what of whom; as a clinician, what is shared with you."""
    return _unless_known(answer(sharing_matrix.read(session(), actor(), patient_id, at=now())))


def _unless_known(made: Response) -> Response:
    """Return the answer with its ETag, or 304 with nothing in it to who has the same one already."""
    made.add_etag()
    tag, _ = made.get_etag()
    if tag is not None and request.if_none_match.contains(tag):
        made.status_code = 304
        made.set_data(b"")
        del made.headers["Content-Type"]
    return made
