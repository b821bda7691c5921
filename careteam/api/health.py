"""Whether the service lives, and whether it can answer."""

from flask import Response
from flask_smorest import Blueprint

from careteam.api.auth import anonymous
from careteam.api.door import answer
from careteam.context import session
from careteam.services import health

blp = Blueprint("health", "careteam.api.health", url_prefix="/health", description="For load balancers.")


@blp.route("/live")
@blp.response(200)
@anonymous
def live() -> Response:
    """Answer as long as the process runs."""
    return answer({"status": "ok"})


@blp.route("/ready")
@blp.response(200)
@anonymous
def ready() -> Response:
    """Answer when the database can be reached and has every migration."""
    health.check(session())
    return answer({"status": "ok"})
