"""What notices say of places in a care team: to each side what their own list of memberships shows."""

from typing import Any

from careteam.models import Notice
from careteam.policy.vocabulary import MembershipState, Role
from careteam.services.notices.things import Things


def proposed(notice: Notice, things: Things) -> str:
    """Say who would join, or whose team one is asked to join."""
    place = things.place(notice.target)
    if place is None:
        return _invited(notice, things)
    if not _is_patient(notice, things):
        return f"You are asked to join {_team(place)} {_role(place)}."
    if place["state"] is MembershipState.PROPOSED:
        return (
            f"{place['name']} would join your care team {_role(place)}. Look at what that opens, then agree or decline."
        )
    return f"{place['name']} was proposed for your care team {_role(place)}."


def accepted(notice: Notice, things: Things) -> str:
    """Say that both sides have agreed."""
    place = things.place(notice.target)
    if place is None:
        return "Both sides have agreed to a place in a care team."
    if not _is_patient(notice, things):
        return f"Both sides have agreed that you join {_team(place)} {_role(place)}."
    return f"Both sides have agreed that {place['name']} joins your care team {_role(place)}."


def declined(notice: Notice, things: Things) -> str:
    """Say that a proposal was declined."""
    place = things.place(notice.target)
    if place is None:
        return "A place in a care team was declined."
    if not _is_patient(notice, things):
        return f"That you join {_team(place)} {_role(place)} was declined."
    return f"{place['name']} has declined to join your care team {_role(place)}."


def ended(notice: Notice, things: Things) -> str:
    """Say that somebody is in a team no more, or that a proposal was taken back."""
    place = things.place(notice.target)
    if place is None:
        return "A place in a care team has ended."
    taken_back = place["state"] is MembershipState.WITHDRAWN
    if not _is_patient(notice, things):
        word = "The proposal that you join" if taken_back else "Your place in"
        return f"{word} {_team(place)} {_role(place)} has {'been taken back' if taken_back else 'ended'}."
    if taken_back:
        return f"The proposal that {place['name']} joins your care team {_role(place)} has been taken back."
    return f"{place['name']} is not in your care team {_role(place)} any more."


def _invited(notice: Notice, things: Things) -> str:
    """Say, to the patient, which member has invited somebody to their team."""
    offer: Any = things.invitations.get(notice.target) if notice.target else None
    if offer is None or not things.known.is_own(notice.patient_id):
        return "Somebody is asked to join a care team."
    return (
        f"{offer.inviter_name} has invited somebody to your care team {_as(offer.role)}. Look at what that would open,"
        " then agree, or withdraw the invitation."
    )


def _is_patient(notice: Notice, things: Things) -> bool:
    return things.known.is_own(notice.patient_id)


def _team(place: dict[str, Any]) -> str:
    return f"the care team of {place['patient']['name']}" if place["patient"] else "a care team"


def _role(place: dict[str, Any]) -> str:
    return _as(place["role"])


def _as(role: Role) -> str:
    return f"as a {role.value}"
