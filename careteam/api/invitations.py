"""Invitations: made, listed, withdrawn by their inviter; looked at and answered by whom they are for."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.actor import Actor
from careteam.api.auth import acting_session, anonymous
from careteam.api.door import PREFIX, answer, blueprint, page
from careteam.api.parts import passwords, settings
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.invitations import (
    Acceptance,
    AcceptanceById,
    Accepted,
    InvitationDraft,
    InvitationMade,
    InvitationPage,
    InvitationPreview,
    Token,
)
from careteam.api.schemas.team import InvitationOut, Opens
from careteam.context import actor, now, origin, session
from careteam.errors import NotAuthenticated
from careteam.policy.vocabulary import MailKind
from careteam.services.notices.links import link_to
from careteam.services.team import acceptance, accepted, invitations, proposals
from careteam.services.team.acceptance import ById, ByLink, Sought
from careteam.services.team.joining import Answer

blp = blueprint(
    "invitations",
    "Single-use, expiring, bound to one address. Only the address and its holder learn whether it has an account.",
)
ONE = "/invitations/<uuid:invitation_id>"


@blp.route("/invitations", methods=["POST"])
@blp.arguments(InvitationDraft)
@blp.response(201, InvitationMade)
def invite(body: dict[str, Any]) -> Response:
    """Invite an address. The link goes there by mail, or is shown once; inviting again ends the old one."""
    made, token = invitations.invite(session(), actor(), **body, days=settings().invitation_days, at=now())
    link = token and link_to(MailKind.INVITATION, token, public_url=settings().public_url)
    return answer({**made, "link": link}, 201, location=f"{PREFIX}/invitations/{made['id']}")


@blp.route("/invitations")
@blp.arguments(PageQuery, location="query")
@blp.response(200, InvitationPage)
def list_invitations(query: dict[str, Any]) -> Response:
    """List the invitations that you made, and those to your own address."""
    return page(*invitations.page_of(session(), actor(), **query, at=now()))


@blp.route(ONE)
@blp.response(200, InvitationOut)
def read_invitation(invitation_id: UUID) -> Response:
    """Read an invitation that you made, that is to your own address, or that is about your team; never its link."""
    return answer(invitations.read(session(), actor(), invitation_id, at=now()))


@blp.route(ONE, methods=["DELETE"])
@blp.response(200, InvitationOut)
def withdraw_invitation(invitation_id: UUID) -> Response:
    """Take an invitation back, as its inviter or as the patient whose team it is about."""
    return answer(invitations.withdraw(session(), actor(), invitation_id, at=now()))


@blp.route("/invitations/preview", methods=["POST"])
@blp.arguments(Token)
@blp.response(200, InvitationPreview)
@anonymous
def preview_invitation(body: dict[str, str]) -> Response:
    """Look at an invitation by its link. Used, expired, withdrawn and unknown links answer alike: 410."""
    return _preview(ByLink(**body))


@blp.route("/invitations/acceptance", methods=["POST"])
@blp.arguments(Acceptance)
@blp.response(201, Accepted)
@anonymous
def accept_invitation(body: dict[str, Any]) -> Response:
    """Accept by the link: signed in with its address, or registering where the address has no account."""
    said = {field: value for field, value in body.items() if field != "token"}
    return _accept(ByLink(body["token"]), Answer(**said))


@blp.route("/invitations/decline", methods=["POST"])
@blp.arguments(Token)
@blp.response(204)
@anonymous
def decline_invitation(body: dict[str, str]) -> Response:
    """Say no by the link; it stops working."""
    return _decline(ByLink(**body))


@blp.route(ONE + "/preview")
@blp.response(200, InvitationPreview)
def preview_own_invitation(invitation_id: UUID) -> Response:
    """Look at an invitation to your own address."""
    return _preview(ById(invitation_id))


@blp.route(ONE + "/acceptance", methods=["POST"])
@blp.arguments(AcceptanceById)
@blp.response(201, Accepted)
def accept_own_invitation(body: dict[str, Any], invitation_id: UUID) -> Response:
    """Accept an invitation to your own address, without its link."""
    return _accept(ById(invitation_id), Answer(**body))


@blp.route(ONE + "/acceptance")
@blp.response(200, Accepted)
def read_acceptance(invitation_id: UUID) -> Response:
    """Read what came of an invitation that you accepted."""
    return answer(accepted.read(session(), actor(), invitation_id, at=now()))


@blp.route(ONE + "/decline", methods=["POST"])
@blp.response(204)
def decline_own_invitation(invitation_id: UUID) -> Response:
    """Say no to an invitation to your own address."""
    return _decline(ById(invitation_id))


@blp.route(ONE + "/opens")
@blp.response(200, Opens)
def preview_proposal(invitation_id: UUID) -> Response:
    """See, as the patient, what the membership that a member of your team proposes would open."""
    return answer(proposals.preview(session(), actor(), invitation_id, at=now()))


@blp.route(ONE + "/agreement", methods=["POST"])
@blp.response(200, InvitationOut)
def agree_to_proposal(invitation_id: UUID) -> Response:
    """Say yes, as the patient, to whom a member of your team has invited; their own yes may come before or after."""
    return answer(proposals.agree(session(), actor(), invitation_id, at=now()))


def _whoever() -> Actor | None:
    try:
        return actor()
    except NotAuthenticated:
        return None


def _preview(sought: Sought) -> Response:
    return answer(acceptance.preview(session(), _whoever(), sought, at=now()))


def _accept(sought: Sought, said: Answer) -> Response:
    who = _whoever()
    keep = acting_session() if who else None
    made = acceptance.accept(session(), passwords(), who, sought, said, origin=origin(), keep=keep, at=now())
    return answer(made, 201, location=f"{PREFIX}/invitations/{made['invitation_id']}/acceptance")


def _decline(sought: Sought) -> Response:
    acceptance.decline(session(), _whoever(), sought, origin=origin(), at=now())
    return Response(status=204)
