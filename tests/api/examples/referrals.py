"""Referrals, each act asked for once: Tess refers Maya to Pia, who is not in the team yet, or to somebody outside."""

from typing import Any

from tests.api.examples.stage import Ask, Stage, asks
from tests.consent.acts import signature
from tests.referrals.acts import accepted, agreed, draft, proposed
from tests.world import Person


def referred(stage: Stage, *, here: bool = True, yes: bool = False) -> tuple[Person, dict[str, Any]]:
    """A referral by Tess, with the yes of Maya or without it, and its addressee."""
    pia = stage.world.prescriber("Pia Moss")
    made = proposed(stage.world, stage.tess, stage.maya, pia if here else None)
    if yes:
        agreed(stage.world, stage.maya, made)
    return pia, made


def path(stage: Stage, made: dict[str, Any]) -> dict[str, Any]:
    """The ids of its address."""
    return {**stage.record, "referral_id": made["id"]}


@asks("propose_referral")
def _propose_referral(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, draft(stage.tess, stage.world.prescriber("Pia Moss")))


@asks("list_referrals")
def _list_referrals(stage: Stage) -> Ask:
    referred(stage)
    return Ask(stage.maya, stage.record)


@asks("read_referral")
@asks("preview_referral")
@asks("postpone_referral")
@asks("decline_referral")
def _by_maya(stage: Stage) -> Ask:
    return Ask(stage.maya, path(stage, referred(stage)[1]))


@asks("agree_to_referral")
def _agree_to_referral(stage: Stage) -> Ask:
    body = {**signature(stage.maya.name), "consent_version": 1}
    return Ask(stage.maya, path(stage, referred(stage)[1]), body, version=1)


@asks("withdraw_referral")
def _withdraw_referral(stage: Stage) -> Ask:
    return Ask(stage.tess, path(stage, referred(stage)[1]))


@asks("enter_referral_in_error")
def _enter_referral_in_error(stage: Stage) -> Ask:
    return Ask(stage.tess, path(stage, referred(stage)[1]), {"reason": "Another patient."}, version=1)


@asks("print_referral")
def _print_referral(stage: Stage) -> Ask:
    return Ask(stage.tess, path(stage, referred(stage, here=False, yes=True)[1]))


@asks("answer_referral")
def _answer_referral(stage: Stage) -> Ask:
    pia, made = referred(stage, yes=True)
    accepted(stage.world, pia, made)
    return Ask(pia, path(stage, made), {"outcome": "assessed", "text": "Started sertraline; seen again in two weeks."})


@asks("list_referrals_to_me")
def _list_referrals_to_me(stage: Stage) -> Ask:
    return Ask(referred(stage, yes=True)[0])


@asks("read_referral_to_me")
def _read_referral_to_me(stage: Stage) -> Ask:
    pia, made = referred(stage, yes=True)
    return Ask(pia, {"referral_id": made["id"]})


@asks("accept_referral")
def _accept_referral(stage: Stage) -> Ask:
    pia, made = referred(stage, yes=True)
    ask = {"disclosers": ["team", "patient"], "classes": ["medication", "allergy"]}
    return Ask(pia, {"referral_id": made["id"]}, {"ask": ask})


@asks("decline_referral_to_me")
def _decline_referral_to_me(stage: Stage) -> Ask:
    pia, made = referred(stage, yes=True)
    return Ask(pia, {"referral_id": made["id"]}, {"reason": "I have no room before May."})
