"""Previews, each asked for once: Tess has written, Paul would read."""

from careteam.policy.vocabulary import ItemClass, Role
from tests.api.examples.consents import DOCUMENT, consent
from tests.api.examples.stage import Ask, Stage, asks
from tests.team.inviting import to_team


def written(stage: Stage) -> None:
    """A note of Tess and a medication of Paul."""
    stage.world.note(stage.maya, stage.tess, title="Sleep and the dose")
    stage.world.medication(stage.maya, stage.paul)


@asks("preview_document")
def _preview_document(stage: Stage) -> Ask:
    written(stage)
    return Ask(stage.maya, stage.record, DOCUMENT)


@asks("preview_signature")
def _preview_signature(stage: Stage) -> Ask:
    written(stage)
    old = consent(stage, "active")["consent_id"]
    draft = {"disclosers": ["team"], "recipients": ["role:prescriber"], "classes": ["medication"]}
    made = stage.do(stage.maya, "POST", f"{stage.maya.record}/consents", {**draft, "supersedes_id": str(old)})
    return Ask(stage.maya, {**stage.record, "consent_id": made.json["id"]})


@asks("preview_revocation")
def _preview_revocation(stage: Stage) -> Ask:
    written(stage)
    return Ask(stage.maya, consent(stage, "active"), {"item_class": "medication"})


@asks("preview_revocations")
def _preview_revocations(stage: Stage) -> Ask:
    written(stage)
    consent(stage, "active")
    return Ask(stage.maya, stage.record, {"recipient": f"member:{stage.paul.user_id}"})


@asks("preview_restriction")
def _preview_restriction(stage: Stage) -> Ask:
    written(stage)
    consent(stage, "active")
    return Ask(stage.maya, stage.record, {"against": f"member:{stage.paul.user_id}", "item_class": "progress_note"})


@asks("preview_lifting")
def _preview_lifting(stage: Stage) -> Ask:
    written(stage)
    consent(stage, "active")
    made = stage.world.restriction(stage.maya, item_class=ItemClass.PROGRESS_NOTE)
    return Ask(stage.maya, {**stage.record, "restriction_id": made.id})


@asks("preview_joining")
def _preview_joining(stage: Stage) -> Ask:
    written(stage)
    consent(stage, "active")
    asked = stage.world.join(stage.maya, stage.theo, Role.THERAPIST, patient_agreed_at=None)
    return Ask(stage.maya, {"membership_id": asked.id})


@asks("preview_invited")
def _preview_invited(stage: Stage) -> Ask:
    written(stage)
    consent(stage, "active")
    to_team(stage.world, stage.tess, stage.theo.email, Role.THERAPIST, patient_id=str(stage.maya.patient_id))
    (invitation,) = stage.do(stage.tess, "GET", "invitations").json["items"]
    return Ask(stage.maya, {"invitation_id": invitation["id"]})
