"""Facts that say nothing, or two things at once, cannot be made; and a disabled account has no role anywhere."""

from dataclasses import replace
from uuid import UUID

import pytest

from careteam.policy.facts import Discloser, Limit, Recipient
from careteam.policy.team import roles_now
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.policy.cast import ITEM, NOW, PAUL, PRESCRIBER, TESS, as_paul, team


@pytest.mark.parametrize(
    ("kind", "user_id"), [("member", None), ("patient", TESS), ("team", TESS), ("practice", None), ("", None)]
)
def test_a_discloser_is_one_member_the_patient_or_the_team(kind: str, user_id: object) -> None:
    with pytest.raises(ValueError, match="not a discloser"):
        Discloser(kind, user_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(("user_id", "role"), [(None, None), (PAUL, PRESCRIBER)])
def test_a_recipient_is_one_member_or_one_role(user_id: UUID | None, role: Role | None) -> None:
    with pytest.raises(ValueError, match="one member or one role"):
        Recipient(user_id, role)


@pytest.mark.parametrize(
    "part",
    [
        {"item_class": ItemClass.ALLERGY},
        {"label": Label.HIV},
        {"holder_id": TESS},
        {"of_patient": True},
        {"item_id": ITEM},
    ],
)
def test_a_limit_is_empty_only_when_nothing_is_set(part: dict[str, object]) -> None:
    assert Limit().empty
    assert not Limit(**part).empty  # type: ignore[arg-type]


def test_a_disabled_account_is_a_current_member_of_nothing() -> None:
    assert roles_now(as_paul, team(), NOW) == {PRESCRIBER}
    assert roles_now(replace(as_paul, disabled=True), team(), NOW) == frozenset()
