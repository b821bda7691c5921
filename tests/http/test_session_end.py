"""What ends a session or an access ends it on every worker: two gunicorn workers, every request on its own connection.

Each row of ENDINGS is one thing that ends something; then as many requests as `--session-ends` says ask with what was
good before, and none may be accepted.
"""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import select

from careteam.models import Membership, Staff
from careteam.policy.vocabulary import Role
from tests.http.server import Server
from tests.world import PASSWORD, Person, World

NEW = "another four unrelated words"
API = "/api/v1"

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Kept:
    """A cookie as a thief keeps it: what the browser was given at sign-in, and nothing that came later."""

    def __init__(self, server: Server, person: Person) -> None:
        self.server = server
        body = {"email": person.email, "password": PASSWORD}
        answer = requests.post(f"{server.url}{API}/session", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        self.csrf, self.cookies = answer.json()["csrf_token"], dict(answer.cookies)

    def ask(self, method: str, path: str, json: Any = None) -> int:
        """Return the status of one request with this cookie."""
        return self.send(method, path, json=json).status_code

    def change(self, path: str, json: Any) -> int:
        """Return the status of a change of what was just read, or would have been."""
        read = self.send("GET", path)
        return self.send("PATCH", path, json=json, headers={"If-Match": read.headers.get("ETag", '"1"')}).status_code

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request with this cookie, over a connection of its own."""
        headers = {"X-CSRFToken": self.csrf, "Connection": "close", **options.pop("headers", {})}
        url = f"{self.server.url}{path}"
        return requests.request(method, url, headers=headers, cookies=self.cookies, timeout=30, **options)


class Scene:
    """Tess, signed in twice and with a token, reads Maya's record; an administrator of her practice; two workers."""

    def __init__(self, world: World, server: Server) -> None:
        self.server = server
        self.maya, self.paul = world.patient(), world.prescriber()
        self.admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
        self.tess = world.therapist(practice_id=self.admin.practice_id)
        membership = world.join(self.maya, self.tess, Role.THERAPIST)
        world.join(self.maya, self.paul, Role.PRESCRIBER)
        world.consent(self.maya)
        self.note = f"{self.maya.record}/notes/{world.note(self.maya, self.paul).id}"
        self.place = f"{API}/memberships/{membership.id}"
        staff_id = world.session.scalars(select(Staff.id).where(Staff.user_id == self.tess.user_id)).one()
        self.role = f"{API}/practices/{self.admin.practice_id}/staff/{staff_id}"
        self.ended_at = select(Membership.ended_at).where(Membership.id == membership.id)
        world.session.rollback()
        self.browser, self.elsewhere = Kept(server, self.tess), Kept(server, self.tess)

    def token(self, method: str, path: str) -> int:
        """Return the status of one request with Tess's access token."""
        return self.server.call(method, path, self.tess.token).status_code

    def administer(self, method: str, rest: str) -> None:
        """Let the administrator act on Tess's role."""
        answer = self.server.call(method, self.role + rest, self.admin.token)
        assert answer.status_code < 300, answer.text


Ask = Callable[[Scene], int]


def cookie_of(name: str, *, of_note: bool = False) -> Ask:
    """Ask with one of the cookies: who one is, or for the note."""
    return lambda scene: getattr(scene, name).ask("GET", scene.note if of_note else f"{API}/me")


def writes(name: str) -> Ask:
    """Change one's own time zone with one of the cookies."""
    return lambda scene: getattr(scene, name).change(f"{API}/me", {"time_zone": "Europe/Berlin"})


def with_token(*, of_note: bool = False) -> Ask:
    """Ask with the access token."""
    return lambda scene: scene.token("GET", scene.note if of_note else f"{API}/me")


def sign_out(scene: Scene) -> None:
    assert scene.browser.ask("DELETE", f"{API}/session") == 204


def sign_out_elsewhere(scene: Scene) -> None:
    assert scene.elsewhere.ask("DELETE", f"{API}/sessions") == 200


def change_password(scene: Scene) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert scene.elsewhere.ask("PUT", f"{API}/me/password", body) == 200


def end_membership(scene: Scene) -> None:
    assert scene.server.call("POST", f"{scene.place}/end", scene.maya.token, json={}).status_code == 200


BROWSER = (cookie_of("browser"), writes("browser"), cookie_of("browser", of_note=True))
BOTH = (*BROWSER, cookie_of("elsewhere"), writes("elsewhere"))
NOTE = (cookie_of("browser", of_note=True), with_token(of_note=True))
ENDINGS: dict[str, tuple[Callable[[Scene], None], tuple[Ask, ...], set[int]]] = {
    "logout": (sign_out, BROWSER, {401}),
    "signed out from another browser": (sign_out_elsewhere, BROWSER, {401}),
    "password change": (change_password, (*BOTH, with_token()), {401}),
    "disabled": (lambda s: s.administer("PUT", "/disabled"), (*BOTH, with_token()), {401}),
    "sessions ended by an administrator": (lambda s: s.administer("DELETE", "/sessions"), (*BOTH, with_token()), {401}),
    "verification withdrawn": (lambda s: s.administer("DELETE", "/verification"), (*BOTH, *NOTE), {401, 404}),
    "role ended": (lambda s: s.administer("DELETE", ""), (*BOTH, *NOTE), {401, 404}),
    "membership ended": (end_membership, NOTE, {404}),
}
"""What ends it, who then asks with what was good before, and how each of them is refused."""


def answered_by(server: Server, before: int) -> set[str]:
    """The workers that have answered since the log had so many lines."""
    return {line.split()[0] for line in server.log.read_text().splitlines()[before:] if line}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_accepted_afterwards_by_either_worker(
    world: World, server: Server, session_ends: int, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    end, asks, refusals = ENDINGS[ending]
    scene = Scene(world, server)
    assert {ask(scene) for ask in asks} == {200}, "what is refused afterwards is good before"
    end(scene)
    lines = len(server.log.read_text().splitlines())
    wanted = max(session_ends, len(asks))
    statuses = [asks[n % len(asks)](scene) for n in range(wanted)]
    while len(answered_by(server, lines)) < 2 and len(statuses) < 50 * wanted:
        statuses.append(asks[len(statuses) % len(asks)](scene))
    accepted = [status for status in statuses if status not in refusals]
    with capsys.disabled():
        print(f"\n{ending}: {len(statuses)} requests afterwards, {len(accepted)} accepted", end="")
    assert accepted == []
    assert len(answered_by(server, lines)) == 2, "both workers were asked"
