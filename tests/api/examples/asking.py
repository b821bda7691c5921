"""Why somebody reads or does not, what was disclosed, and the receipt of a revocation as a page."""

from tests.api.examples.consents import consent
from tests.api.examples.stage import Ask, Stage, asks


@asks("explain_decision")
def _explain(stage: Stage) -> Ask:
    stage.world.consent(stage.maya, recipients=[f"member:{stage.paul.user_id}"])
    return Ask(stage.maya, stage.record, query={"actor": stage.paul.user_id, "class": "allergy"})


@asks("list_disclosures")
@asks("export_disclosures")
@asks("print_disclosures")
def _accounting(stage: Stage) -> Ask:
    stage.world.note(stage.maya, stage.tess)
    stage.world.consent(stage.maya)
    stage.do(stage.paul, "GET", f"{stage.maya.record}/notes")
    return Ask(stage.maya, stage.record)


@asks("print_revocation")
def _receipt(stage: Stage) -> Ask:
    path = consent(stage, "active")
    stage.do(stage.maya, "POST", f"{stage.maya.record}/consents/{path['consent_id']}/revocation", {})
    return Ask(stage.maya, path)


@asks("list_receipt_keys")
def _keys(stage: Stage) -> Ask:
    return Ask(stage.maya)
