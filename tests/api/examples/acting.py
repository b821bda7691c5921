"""Representations, each asked for once."""

from careteam.policy.vocabulary import RepresentationBasis
from tests.api.examples.stage import Ask, Stage, asks

SEEN = {"document": "Order of the Family Court, no. 17-204", "seen_on": "2026-03-01"}


def _acting(stage: Stage) -> dict[str, object]:
    """Theo's authority to act for Maya, to which she agreed."""
    made = stage.world.acts_for(stage.maya, stage.theo)
    return {"patient_id": stage.maya.patient_id, "representation_id": made.id}


@asks("add_representation")
def _add(stage: Stage) -> Ask:
    body = {"email": "nora@example.org", "basis": "guardian", "powers": ["read", "sign"], "attestation": SEEN}
    return Ask(stage.tess, {"patient_id": stage.maya.patient_id}, body)


@asks("list_representations")
@asks("read_representation")
def _read(stage: Stage) -> Ask:
    return Ask(stage.maya, _acting(stage))


@asks("list_own_representations")
def _own(stage: Stage) -> Ask:
    _acting(stage)
    return Ask(stage.theo)


@asks("change_representation")
def _change(stage: Stage) -> Ask:
    return Ask(stage.maya, _acting(stage), {"labels": ["hiv"]}, version=1)


@asks("end_representation")
def _end(stage: Stage) -> Ask:
    made = stage.world.acts_for(stage.maya, stage.theo, basis=RepresentationBasis.GUARDIAN)
    path = {"patient_id": stage.maya.patient_id, "representation_id": made.id}
    return Ask(stage.tess, path, {"document": SEEN})
