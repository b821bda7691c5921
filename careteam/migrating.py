"""Brings a database to the newest revision, from inside the application (demo, tests)."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent


def configuration(url: str) -> Config:
    """Return the migration settings for this database."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to the revision."""
    command.upgrade(configuration(url), revision)
