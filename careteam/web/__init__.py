"""The browser door."""

from flask import Flask

from careteam.web import docs


def register(app: Flask) -> None:
    """Open the door."""
    app.register_blueprint(docs.blp)
