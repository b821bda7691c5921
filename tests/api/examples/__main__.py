"""Writes the examples of the OpenAPI document: `python -m tests.api.examples [operation ...]`."""

import json
import sys
import tempfile
from collections import defaultdict
from contextvars import Context
from pathlib import Path
from typing import Any

import careteam.api.examples as kept
from careteam.app import create_app
from careteam.migrating import upgrade
from tests.api.examples.played import played
from tests.api.examples.stage import ASKS, rules
from tests.conftest import empty, settings_for
from tests.world import World

FOLDER = Path(kept.__file__).parent


def main(chosen: set[str]) -> None:
    """Play every example, or the chosen ones, and write them by feature."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/examples.db"
        upgrade(url)
        app = create_app(settings_for(url, Path(folder)))
        for operation, (_, _, endpoint) in sorted(rules(app).items()):
            known = kept.all_of_them().get(operation)
            if operation in ASKS and (not chosen or operation in chosen or known is None):
                known = Context().run(_played, app, url, operation)
            if known is not None:
                found[endpoint.partition(".")[0]][operation] = known
    for feature, examples in found.items():
        text = json.dumps(examples, indent=2, ensure_ascii=False)
        (FOLDER / f"{feature}.json").write_text(text + "\n", encoding="utf-8")


def _played(app: Any, url: str, operation: str) -> dict[str, Any] | None:
    empty(url)
    app.testing = True
    try:
        with World(app) as world:
            return played(world, operation)
    except Exception as error:
        print(operation, type(error).__name__, str(error)[:300], file=sys.stderr)
        return None


if __name__ == "__main__":
    main(set(sys.argv[1:]))
