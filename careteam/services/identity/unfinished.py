"""Who is signed in only far enough to put their account in order, and to say no about their own record."""

from enum import StrEnum

from careteam.actor import Actor
from careteam.errors import NewPasswordRequired, NotPermitted, SecondFactorRequired


class Unfinished(StrEnum):
    """What somebody has to do before anything else."""

    NEW_PASSWORD = "new-password"  # noqa: S105 - a word
    SECOND_FACTOR = "second-factor"


def unfinished(actor: Actor, *, factor_required: bool) -> list[Unfinished]:
    """Return what the actor has to do first, in this order.

    `factor_required` says whether this installation asks a second factor of those for whom one can be required.
    """
    steps = {
        Unfinished.NEW_PASSWORD: actor.new_password_required,
        Unfinished.SECOND_FACTOR: factor_required and actor.needs_second_factor and not actor.second_factor,
    }
    return [step for step, needed in steps.items() if needed]


def refusal(step: Unfinished) -> NotPermitted:
    """Return what everything else is answered with until it is done."""
    if step is Unfinished.NEW_PASSWORD:
        return NewPasswordRequired("Your password may be known to others. Sign in, then change it: PUT /me/password.")
    return SecondFactorRequired(
        "Your roles need a second factor. Sign in with your password, then begin with POST /me/second-factor."
    )
