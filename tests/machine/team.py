"""Acts about who is in a team, and who may act at all: joining, leaving, verification, signing in and out."""

from datetime import datetime, timedelta
from typing import Any

from tests.machine import looks, promises
from tests.machine.facts import Membership, Record
from tests.machine.scene import Leak, Scene

Post = tuple[str, str, str]


def link(s: Scene) -> None:
    """Let a clinician join in one of the ways there are: each side first, for good or covering, or half of it."""
    record = s.record()
    posts = [post for post in s.cast.posts if _can_join(s, record, *post)]
    if not posts:
        return looks.some(s, 2)
    who, role, practice = s.one(posts)
    way = s.one((_patient_asks, _patient_asks, _clinician_asks, _member_proposes))
    made: Membership | None = way(s, record, (who, role, practice))
    if made is not None:
        record.memberships[made.id] = made
    return None


def answer(s: Scene) -> None:
    """Let the patient, or the clinician, say yes or no to what waits."""
    waiting = [(r, m) for r in s.model.records.values() for m in r.memberships.values() if m.open and not m.began]
    if not waiting:
        return link(s)
    record, place = s.one(waiting)
    if s.chance(3):
        sides = [record.patient] if s.model.shut_out(place.who) else [record.patient, place.who]
        s.act(s.one(sides), "POST", f"/api/v1/memberships/{place.id}/decline")
        place.declined = True
    else:
        path = f"/api/v1/memberships/{place.id}"
        promise = promises.ask(s, record, f"{path}/preview")
        s.act(record.patient, "POST", f"{path}/agreement")
        place.agreed = True
        promises.keep(promise)
    return None


def unlink(s: Scene) -> None:
    """Let either side end a membership."""
    current = [(r, m) for r in s.model.records.values() for m in r.memberships.values() if m.current(s.at)]
    if not current:
        return link(s)
    record, place = s.one(current)
    sides = [record.patient] if s.model.shut_out(place.who) else [record.patient, place.who]
    s.act(s.one(sides), "POST", f"/api/v1/memberships/{place.id}/end")
    place.ended = True
    return None


def vouch(s: Scene) -> None:
    """Let an administrator withdraw a verification, or give it back."""
    who, role, practice = post = s.one(s.cast.posts)
    clinician = s.model.clinicians[who]
    verified = (role, practice) in clinician.verified
    s.act(_admin(s, practice), "DELETE" if verified else "PUT", f"{_role(s, post)}/verification")
    clinician.verified ^= {(role, practice)}
    s.signed_out.add(who)


def shut(s: Scene) -> None:
    """Let an administrator disable somebody, or enable them again."""
    who, _, practice = post = s.one(s.cast.posts)
    clinician = s.model.clinicians[who]
    disabled = practice in clinician.disabled_in
    s.act(_admin(s, practice), "DELETE" if disabled else "PUT", f"{_role(s, post)}/disabled")
    clinician.disabled_in ^= {practice}
    s.signed_out.add(who)


def sign_out(s: Scene) -> None:
    """Sign in, look, sign out: the cookie opens what the token opens, and afterwards nothing."""
    who = s.one([p for p in (*s.model.clinicians, s.record().patient) if not s.model.shut_out(p)])
    headers = s.browser(who)
    address = f"{s.place(s.record())}/team"
    before = s.speak(None, "GET", address, headers=headers).status_code
    assert before == s.ask(who, "GET", address).status_code, (s.name(who), before)
    assert s.speak(None, "DELETE", "/api/v1/session", headers=headers).status_code == 204
    after = s.speak(None, "GET", address, headers=headers)
    if after.status_code != 401:
        raise Leak(f"{s.name(who)} signed out and reads {address}: {after.status_code}")


def _can_join(s: Scene, record: Record, who: str, role: str, practice: str) -> bool:
    mine = [m for m in record.memberships.values() if (m.who, m.role) == (who, role) and m.open]
    free = all(m.until is not None and m.until <= s.at for m in mine)
    return free and (role, practice) in s.model.clinicians[who].stands_for


def _patient_asks(s: Scene, record: Record, post: Post) -> Membership:
    made = _invited(s, record.patient, post, kind="clinician", **(period := _period(s)))
    return _made(s, post, _accepted(s, post[0], made), period, agreed=True)


def _clinician_asks(s: Scene, record: Record, post: Post) -> Membership:
    email = s.cast.people[record.patient].email
    made = _invited(s, post[0], post, kind="patient", email=email, practice_id=post[2])
    return _made(s, post, _accepted(s, record.patient, made), {}, agreed=True)


def _member_proposes(s: Scene, record: Record, post: Post) -> Membership | None:
    """Both answers come in either order, or the patient's not yet."""
    members = [who for who in s.model.clinicians if who != post[0] and s.model.roles(who, record, s.at)]
    if not members:
        return None
    made = _invited(s, s.one(members), post, kind="clinician", patient_id=record.id)
    first = s.one((True, False))
    if first:
        s.act(record.patient, "POST", f"/api/v1/invitations/{made}/agreement")
    return _made(s, post, _accepted(s, post[0], made), {}, agreed=first)


def _period(s: Scene) -> dict[str, Any]:
    if not s.chance(3):
        return {}
    since = s.at + timedelta(hours=s.one((0, 0, 30)))
    until = since + timedelta(days=s.one((1, 9, 90)))
    return {
        "membership_kind": "covering",
        "valid_from": since.isoformat(),
        "valid_until": until.isoformat(),
    }


def _invited(s: Scene, inviter: str, post: Post, **body: Any) -> str:
    body = {"email": s.cast.people[post[0]].email, "role": post[1], **body}
    made: str = s.act(inviter, "POST", "/api/v1/invitations", body)["id"]
    return made


def _accepted(s: Scene, who: str, invitation: str) -> str:
    made: str = s.act(who, "POST", f"/api/v1/invitations/{invitation}/acceptance")["membership_id"]
    return made


def _made(s: Scene, post: Post, place: str, period: dict[str, Any], *, agreed: bool) -> Membership:
    since, until = (_instant(period.get(key)) for key in ("valid_from", "valid_until"))
    return Membership(place, *post, agreed=agreed, accepted=True, since=since, until=until)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _admin(s: Scene, practice: str) -> str:
    return str(s.cast.admins[practice].user_id)


def _role(s: Scene, post: Post) -> str:
    return f"/api/v1/practices/{post[2]}/staff/{s.cast.posts[post]}"
