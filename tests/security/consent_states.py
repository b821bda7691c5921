"""The consent states in which every address is asked: what Maya has signed, and what she has said no to.

The plain consent lets every therapist and prescriber of the team read the team's progress notes and medications.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from careteam.models import Revocation
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Label, Role

if TYPE_CHECKING:
    from tests.security.stage import Stage

OTHER_CLASSES = (ItemClass.COORDINATION_NOTE, ItemClass.ALLERGY, ItemClass.CONDITION)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _not_yet(stage: "Stage") -> None:
    now = stage.world.now
    stage.consent(valid_from=now + DAY, valid_until=now + 9 * DAY)


def _expired(stage: "Stage") -> None:
    now = stage.world.now
    stage.consent(valid_from=now - DAY, valid_until=now - HOUR)


def _other_recipient(stage: "Stage") -> None:
    stage.consent(recipients=[f"member:{stage.covering.user_id}"])


def _exception(stage: "Stage") -> None:
    item_id = stage.things["Paul's note"].ids["item_id"]
    stage.consent(except_items=[str(item_id)], except_holders=[f"member:{stage.former.user_id}"])


def _restriction(stage: "Stage") -> None:
    """No progress note for prescribers, and Paul's medication entry for nobody."""
    stage.consent()
    stage.world.restriction(stage.patient, against_role=Role.PRESCRIBER, item_class=ItemClass.PROGRESS_NOTE)
    stage.world.restriction(stage.patient, item_id=stage.things["Paul's entry"].ids["item_id"])


def _revoked(stage: "Stage") -> None:
    stage.consent(status=ConsentStatus.REVOKED)
    consent_id = stage.things["the consent"].ids["consent_id"]
    by = {"recorded_by": stage.patient.user_id, "revoked_at": stage.world.now - HOUR / 2}
    stage.world.add(Revocation(consent_id=consent_id, patient_id=stage.patient.patient_id, **by))


STATES: Mapping[str, Callable[["Stage"], None]] = {
    "none": lambda stage: None,
    "active": lambda stage: stage.consent(),
    "not yet": _not_yet,
    "expired": _expired,
    "revoked": _revoked,
    "other class": lambda stage: stage.consent(classes=OTHER_CLASSES),
    "other recipient": _other_recipient,
    "other holder": lambda stage: stage.consent(disclosers=["patient"]),
    "exception": _exception,
    "restriction": _restriction,
    "label": lambda stage: stage.consent(labels=[Label.HIV]),
}
"""In the order of the table's columns."""
