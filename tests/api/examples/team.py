"""Invitations, memberships and patients, each asked for once."""

from typing import Any

from careteam.policy.vocabulary import Role
from tests.api.examples.people import LINK_TOKEN
from tests.api.examples.stage import Ask, Stage, asks
from tests.team.inviting import to_team, to_treatment
from tests.world import PASSWORD, Person


def offered(stage: Stage, email: str = "nina@example.org") -> str:
    """The last part of the link with which Tess invites somebody to treatment."""
    token = to_treatment(stage.world, stage.tess, email)
    stage.stand_in(token, LINK_TOKEN)
    return token


def invited(stage: Stage, person: Person) -> dict[str, Any]:
    """The invitation with which Maya asks somebody into her team."""
    to_team(stage.world, stage.maya, person.email, Role.THERAPIST)
    (invitation,) = stage.do(stage.maya, "GET", "invitations").json["items"]
    return {"invitation_id": invitation["id"]}


def proposed(stage: Stage) -> dict[str, Any]:
    """A membership of Theo's that waits for Maya's yes."""
    return {"membership_id": stage.world.join(stage.maya, stage.theo, Role.THERAPIST, patient_agreed_at=None).id}


@asks("invite")
def _invite(stage: Stage) -> Ask:
    body = {"kind": "clinician", "email": "nina@example.org", "role": "prescriber", "patient_id": stage.maya.patient_id}
    return Ask(stage.maya, body=body)


@asks("list_invitations")
def _list_invitations(stage: Stage) -> Ask:
    invited(stage, stage.theo)
    return Ask(stage.maya)


@asks("read_invitation")
@asks("withdraw_invitation")
def _withdraw_invitation(stage: Stage) -> Ask:
    return Ask(stage.maya, invited(stage, stage.theo))


@asks("preview_invitation")
@asks("decline_invitation")
def _by_link(stage: Stage) -> Ask:
    return Ask(None, body={"token": offered(stage)})


@asks("accept_invitation")
def _accept_invitation(stage: Stage) -> Ask:
    said = {"name": "Nina Okoye", "password": PASSWORD, "birth_date": "1990-05-17"}
    return Ask(None, body={"token": offered(stage), **said})


@asks("preview_own_invitation")
@asks("decline_own_invitation")
def _own_invitation(stage: Stage) -> Ask:
    return Ask(stage.theo, invited(stage, stage.theo))


@asks("accept_own_invitation")
def _accept_own_invitation(stage: Stage) -> Ask:
    return Ask(stage.theo, invited(stage, stage.theo), {"practice_id": stage.theo.practice_id})


@asks("read_acceptance")
def _read_acceptance(stage: Stage) -> Ask:
    path = invited(stage, stage.theo)
    place = f"invitations/{path['invitation_id']}/acceptance"
    stage.do(stage.theo, "POST", place, {"practice_id": str(stage.theo.practice_id)})
    return Ask(stage.theo, path)


@asks("preview_proposal")
@asks("agree_to_proposal")
def _proposal(stage: Stage) -> Ask:
    to_team(stage.world, stage.tess, stage.theo.email, Role.THERAPIST, patient_id=str(stage.maya.patient_id))
    (invitation,) = stage.do(stage.tess, "GET", "invitations").json["items"]
    return Ask(stage.maya, {"invitation_id": invitation["id"]})


@asks("list_memberships")
def _list_memberships(stage: Stage) -> Ask:
    return Ask(stage.maya)


@asks("read_membership")
@asks("preview_membership")
@asks("agree_to_membership")
@asks("decline_membership")
def _membership(stage: Stage) -> Ask:
    return Ask(stage.maya, proposed(stage))


@asks("end_membership")
def _end_membership(stage: Stage) -> Ask:
    (membership,) = stage.do(stage.tess, "GET", "memberships").json["items"]
    return Ask(stage.maya, {"membership_id": membership["id"]})


@asks("read_team")
@asks("read_patient")
@asks("read_shared_record")
def _of_maya(stage: Stage) -> Ask:
    stage.world.consent(stage.maya)
    stage.world.note(stage.maya, stage.tess)
    stage.world.medication(stage.maya, stage.paul)
    return Ask(stage.tess, stage.record)


@asks("preview_role")
def _preview_role(stage: Stage) -> Ask:
    stage.world.consent(stage.maya)
    return Ask(stage.maya, stage.record, query={"role": "prescriber"})


@asks("list_patients")
def _list_patients(stage: Stage) -> Ask:
    stage.world.consent(stage.maya)
    return Ask(stage.paul, query={"name": "maya"})


@asks("change_patient")
def _change_patient(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record, {"time_zone": "America/Chicago"}, version=1)
