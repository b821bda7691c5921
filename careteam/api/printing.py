"""Pages to be printed: plain HTML with one style of ours, which the page's policy names by its hash."""

import base64
import hashlib
from typing import Any

from flask import Response, render_template

STYLE = """body { font: 11pt/1.4 Georgia, serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #777; padding: .3rem .5rem; }
th, td { text-align: left; vertical-align: top; } code { font-size: .8rem; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def printed(template: str, **values: Any) -> Response:
    """Return a page made of a template of `print/`."""
    page = Response(render_template(f"print/{template}.html", style=STYLE, **values))
    page.headers["Content-Security-Policy"] = POLICY
    return page
