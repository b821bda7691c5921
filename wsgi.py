"""The WSGI entry: `gunicorn wsgi:app`."""

from careteam.app import create_app
from config import BadSettings

try:
    app = create_app()
except BadSettings as refusal:
    raise SystemExit(str(refusal)) from None
