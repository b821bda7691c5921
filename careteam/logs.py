"""Structured logs: JSON lines, an allow-list of keys, no personal data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from config import Settings

KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "kind",
        "path_rule",
        "request_id",
        "status",
        "method",
        "ms",
        "count",
        "reason",
    }
)


def set_up(settings: Settings) -> None:
    """Send log lines to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_known_keys,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def only_known_keys(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list, so that nothing personal gets in by a new log call."""
    return {key: value for key, value in event.items() if key in KEYS}
