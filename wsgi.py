"""The WSGI entry: `gunicorn wsgi:app`."""

from careteam.app import create_app

app = create_app()
