"""`replay-decisions`: whether the log says what the rule says of those instants."""

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from careteam import context
from careteam.services import health
from careteam.services.decisions import replaying


@click.command("replay-decisions")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="UTC.")
@click.option("--sample", type=click.IntRange(1), help="Ask so many events, drawn at random, instead of all.")
@with_appcontext
def replay_decisions(since: datetime, sample: int | None) -> None:
    """Ask every decision of the access log again, by the facts of its instant, and report where they differ.

    Prints ids and clauses, never content. Ends with 1 when something differs.
    """
    session = context.session()
    health.check(session)
    asked = overlapping = wrong = 0
    for replayed in replaying.batches(session, since=since.replace(tzinfo=UTC), sample=sample):
        asked, overlapping = asked + replayed.decisions, overlapping + len(replayed.overlapping)
        wrong += len(replayed.mismatches)
        for mismatch in replayed.mismatches:
            click.echo(
                f"event {mismatch.event_id}, item {mismatch.item_id}: "
                f"logged {mismatch.logged}, by the facts of then {mismatch.replayed}"
            )
    session.rollback()
    click.echo(f"{asked} decisions asked again, {wrong} mismatches, {overlapping} explained by overlapping requests")
    if wrong:
        raise click.exceptions.Exit(1)


COMMANDS = (replay_decisions,)
