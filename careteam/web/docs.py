"""The API's documentation page, from files installed with the application: no outside request."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, g, render_template, send_from_directory

blp = Blueprint("docs", __name__, url_prefix="/api/docs", template_folder="templates")
ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
SHOWN = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


@blp.get("/")
def page() -> Response:
    """Show the documentation."""
    shown = Response(render_template("docs.html"))
    shown.headers["Content-Security-Policy"] = POLICY
    return shown


@blp.get("/assets/<name>")
def asset(name: str) -> Response:
    """Send one file of the page."""
    folder = ASSETS if name in SHOWN else Path(__file__).parent / "static"
    g.cacheable = True
    return send_from_directory(folder, name, max_age=3600)
