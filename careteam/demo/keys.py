"""Access tokens for everybody in the demo, kept in a file that only its owner reads, so that they can be shown again.

Outside the demo a token is shown once and kept nowhere.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from careteam.actor import Actor
from careteam.demo.cast import CAST
from careteam.demo.stage import ORIGIN, Stage
from careteam.policy.vocabulary import TokenAccess
from careteam.services.identity import credentials, tokens

GOOD_FOR = timedelta(days=1)
"""How long a kept token must still be good to be shown again."""


def file_beside(database: Path) -> Path:
    """Return where the tokens of this database are kept."""
    return database.with_name(f"{database.name}.demo-tokens.json")


def read(path: Path) -> dict[str, str]:
    """Return the kept tokens, by e-mail address; none where the file is absent or damaged."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) and all(isinstance(v, str) for v in kept.values()) else {}


def write(path: Path, made: Mapping[str, str]) -> None:
    """Keep the tokens; only the owner of the file reads it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file, indent=1)


def for_everybody(stage: Stage, kept: Mapping[str, str], *, days: int) -> dict[str, str]:
    """Return a token that works for each of the cast: the kept one, or a new one where that is no longer good."""
    return {player.email: _for(stage, who, kept.get(player.email, ""), days) for who, player in CAST.items()}


def _for(stage: Stage, who: str, kept: str, days: int) -> str:
    actor = stage.actor(who)
    if _works(stage, actor, kept, stage.now):
        return kept
    access = TokenAccess.READ_WRITE
    made = tokens.issue(
        stage.session, actor, name="demo", access=access, expires_in_days=days, longest_days=days, at=stage.now
    )
    return str(made["token"])


def _works(stage: Stage, actor: Actor, token: str, at: datetime) -> bool:
    found = credentials.by_token(stage.session, token, ORIGIN, at=at + GOOD_FOR)
    return found is not None and found.writes and found.actor.user_id == actor.user_id
