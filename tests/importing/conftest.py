"""A limit that tests can reach."""

from dataclasses import replace

import pytest
from flask import Flask


@pytest.fixture
def small(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let imports have at most 1.5 MB, which is more than any other body may have."""
    parts, most = app.extensions["careteam"], 1_500_000
    assert most > parts.settings.max_body_bytes
    monkeypatch.setitem(
        app.extensions, "careteam", replace(parts, settings=replace(parts.settings, max_import_bytes=most))
    )
    return most
