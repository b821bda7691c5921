"""Care teams and memberships."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.team import MembershipOut, MembershipPage, Opens, RoleQuery, TeamOut
from careteam.context import actor, now, session
from careteam.policy.vocabulary import Role
from careteam.services.team import memberships, teams

blp = blueprint("team", "Who is in a patient's care team. Both sides agree, in either order; either ends it.")
TEAM = "/patients/<uuid:patient_id>/team"
MEMBERSHIP = "/memberships/<uuid:membership_id>"


@blp.route(TEAM)
@blp.response(200, TeamOut)
def read_team(patient_id: UUID) -> Response:
    """Read who is in the team; the patient also sees who asks to be."""
    return answer(teams.read(session(), actor(), patient_id, at=now()))


@blp.route(TEAM + "/preview")
@blp.arguments(RoleQuery, location="query")
@blp.response(200, Opens)
def preview_role(query: dict[str, Role], patient_id: UUID) -> Response:
    """See, before you invite somebody in a role, what they would read at once."""
    return answer(teams.preview_role(session(), actor(), patient_id, **query, at=now()))


@blp.route("/memberships")
@blp.arguments(PageQuery, location="query")
@blp.response(200, MembershipPage)
def list_memberships(query: dict[str, Any]) -> Response:
    """List the memberships that you are a side of, newest first, with those that wait for your answer."""
    return page(*memberships.page_of(session(), actor(), **query, at=now()))


@blp.route(MEMBERSHIP)
@blp.response(200, MembershipOut)
def read_membership(membership_id: UUID) -> Response:
    """Read one membership: one that you are a side of, or one in whose team you are."""
    return answer(teams.read_membership(session(), actor(), membership_id, at=now()))


@blp.route(MEMBERSHIP + "/preview")
@blp.response(200, Opens)
def preview_membership(membership_id: UUID) -> Response:
    """See, before you agree, what the membership opens under the consents in force."""
    return answer(teams.preview(session(), actor(), membership_id, at=now()))


@blp.route(MEMBERSHIP + "/agreement", methods=["POST"])
@blp.response(200, MembershipOut)
def agree_to_membership(membership_id: UUID) -> Response:
    """Say yes, as the patient or as the clinician."""
    return answer(memberships.agree(session(), actor(), membership_id, at=now()))


@blp.route(MEMBERSHIP + "/decline", methods=["POST"])
@blp.response(200, MembershipOut)
def decline_membership(membership_id: UUID) -> Response:
    """Say no to a proposal, or take your yes back before the other side agreed."""
    return answer(memberships.decline(session(), actor(), membership_id, at=now()))


@blp.route(MEMBERSHIP + "/end", methods=["POST"])
@blp.response(200, MembershipOut)
def end_membership(membership_id: UUID) -> Response:
    """End a membership. It holds from the next read on; ending it again changes nothing."""
    return answer(memberships.end(session(), actor(), membership_id, at=now()))
