"""Consents, revocations, restrictions and the access log, each asked for once."""

from typing import Any

from careteam.policy.vocabulary import ItemClass
from careteam.services.consents import terms
from tests.api.examples.stage import Ask, Stage, asks
from tests.consent.acts import EVENT, in_state, signature
from tests.fhir_consents.samples import LESS_SUBSTANCE_USE
from tests.fhir_consents.samples import consent as fhir_consent

DOCUMENT = {"disclosers": ["team"], "recipients": ["role:prescriber"], "classes": ["progress_note", "medication"]}


def consent(stage: Stage, state: str) -> dict[str, Any]:
    """A consent in this state; requests are Paul's."""
    return {**stage.record, "consent_id": in_state(stage.world, stage.maya, stage.paul, state).id}


@asks("list_consents")
def _list_consents(stage: Stage) -> Ask:
    consent(stage, "active")
    return Ask(stage.maya, stage.record, query={"status": "active"})


@asks("begin_consent")
def _begin_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record, {**DOCUMENT, "ends_when": EVENT})


@asks("import_consent")
def _import_consent(stage: Stage) -> Ask:
    rule = {**LESS_SUBSTANCE_USE, "period": {"end": "2099-01-01"}}
    return Ask(stage.maya, stage.record, fhir_consent(rule), {"parties": "Patient/17=patient Organization/3=record"})


@asks("read_consent")
def _read_consent(stage: Stage) -> Ask:
    return Ask(stage.paul, consent(stage, "active"))


@asks("edit_consent")
def _edit_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, consent(stage, "requested"), {"classes": ["medication"]}, version=1)


@asks("sign_consent")
def _sign_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, consent(stage, "draft"), signature(stage.maya.name), version=1)


@asks("decline_consent")
def _decline_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, consent(stage, "requested"))


@asks("withdraw_consent")
def _withdraw_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, consent(stage, "draft"))


@asks("end_consent")
def _end_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, consent(stage, "active"))


@asks("read_current_terms")
def _read_current_terms(stage: Stage) -> Ask:
    return Ask(stage.maya)


@asks("read_terms")
def _read_terms(stage: Stage) -> Ask:
    path = consent(stage, "draft")
    place = f"{stage.maya.record}/consents/{path['consent_id']}/signature"
    stage.do(stage.maya, "POST", place, signature(stage.maya.name), version=1)
    return Ask(stage.maya, {"sha256": terms.current().sha256})


@asks("revoke_consent")
def _revoke_consent(stage: Stage) -> Ask:
    return Ask(stage.maya, consent(stage, "active"), {"item_class": "medication"})


@asks("read_revocation")
def _read_revocation(stage: Stage) -> Ask:
    path = consent(stage, "active")
    stage.do(stage.maya, "POST", f"{stage.maya.record}/consents/{path['consent_id']}/revocation", {})
    return Ask(stage.maya, path)


@asks("revoke_everywhere")
def _revoke_everywhere(stage: Stage) -> Ask:
    consent(stage, "active")
    return Ask(stage.maya, stage.record, {"reason": "I want to think about it first."})


@asks("restrict")
def _restrict(stage: Stage) -> Ask:
    body = {"against": f"member:{stage.paul.user_id}", "item_class": "progress_note", "note": "Not before we talked."}
    return Ask(stage.maya, stage.record, body)


@asks("list_restrictions")
def _list_restrictions(stage: Stage) -> Ask:
    stage.world.restriction(stage.maya, item_class=ItemClass.MEDICATION)
    return Ask(stage.maya, stage.record, query={"state": "standing"})


@asks("read_restriction")
@asks("lift_restriction")
def _restriction(stage: Stage) -> Ask:
    made = stage.world.restriction(stage.maya, item_class=ItemClass.MEDICATION)
    return Ask(stage.maya, {**stage.record, "restriction_id": made.id})


@asks("read_sharing")
def _read_sharing(stage: Stage) -> Ask:
    stage.world.consent(stage.maya)
    return Ask(stage.maya, stage.record)


@asks("list_access")
@asks("export_access")
def _who_looked(stage: Stage) -> Ask:
    stage.world.note(stage.maya, stage.tess)
    stage.world.consent(stage.maya)
    stage.do(stage.paul, "GET", f"{stage.maya.record}/notes")
    return Ask(stage.maya, stage.record, query={"outcome": "disclosed"})
