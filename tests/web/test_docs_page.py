"""The documentation page in a real browser: complete, offline, and without a breach of its own CSP."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address of the application on a port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser_page() -> Iterator[Page]:
    """A page of Debian's Chromium; under CI its absence is a failure."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("no Chromium: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser.new_page(viewport={"width": 1200, "height": 1600})
        browser.close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_shows_the_api_without_asking_anybody_else(served: str, browser_page: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    browser_page.goto(f"{served}/api/docs/")
    browser_page.get_by_role("link", name="notes", exact=True).click(timeout=20_000)
    browser_page.get_by_text("/api/v1/patients/{patient_id}/notes", exact=True).first.wait_for(timeout=20_000)
    browser_page.screenshot(path=tmp_path / "docs.png")
    assert complaints == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(served).netloc}
