"""Invitations, new passwords and new addresses by mail: the link goes to the address, and nobody else is shown it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccountLink, Invitation, OutgoingMail
from careteam.policy.vocabulary import MailKind, Role
from careteam.services.identity.account_links import LASTS
from careteam.services.identity.addresses import BY_MAIL as ADDRESS_BY_MAIL
from careteam.services.identity.password_resets import BY_MAIL
from careteam.services.notices.preparing import NOT_AGAIN_FOR
from careteam.vault import unseal
from tests.identity.browser import Browser, signed_in
from tests.identity.factor import at, enrolled
from tests.notices.conftest import URL
from tests.notices.mailing import MINUTE, NOW, outbox, send
from tests.notices.server import MailBox
from tests.team.inviting import BORN, account, register
from tests.world import PASSWORD, Person, World

WHO = "nia.new@example.org"
NEW = "another four unrelated words"


def invited(world: World, inviter: Person, email: str = WHO) -> Any:
    """The answer to an invitation to treatment."""
    offer = {"kind": "patient", "email": email, "role": "therapist", "practice_id": str(inviter.practice_id)}
    return world.client(inviter).post("invitations", offer)


def test_an_invitations_link_goes_to_the_address_and_not_to_the_inviter(mailing: World, box: MailBox) -> None:
    therapist = mailing.therapist()
    made = invited(mailing, therapist)
    assert (made.status_code, made.json["link"]) == (201, None)
    send(mailing)
    ((to, mail),) = box.taken
    assert (to, mail["Subject"]) == (WHO, "You have an invitation")
    page, _, token = box.link().rpartition("/")
    assert page == f"{URL}/invitations"
    assert token not in made.text + str(made.headers)
    assert register(mailing, token, birth_date=BORN).status_code == 201
    assert account(mailing, WHO) is not None


def test_the_answer_to_the_inviter_is_the_same_whoever_has_an_account(mailing: World) -> None:
    therapist, known = mailing.therapist(), mailing.user("Kay Known")
    answers = [invited(mailing, therapist, email).json for email in (WHO, known.email)]
    assert {**answers[0], "id": 0, "email": 0, "created_at": 0, "expires_at": 0} == {
        **answers[1], "id": 0, "email": 0, "created_at": 0, "expires_at": 0,
    }  # fmt: skip


def test_the_token_lies_sealed_in_the_outbox_and_is_gone_once_sent(mailing: World, box: MailBox) -> None:
    invited(mailing, mailing.therapist())
    (mail,) = outbox(mailing)
    token = unseal(mailing.session, OutgoingMail.link, mail.id, mail.link)
    assert mail.link is not None
    assert token is not None
    assert token.encode() not in mail.link
    assert mail.address == WHO
    send(mailing)
    (mail,) = outbox(mailing)
    assert (mail.link, mail.address, mail.sent_at is None) == (None, None, False)
    assert box.link().endswith(token)


def test_a_withdrawn_or_expired_invitation_is_not_sent(mailing: World, box: MailBox) -> None:
    therapist = mailing.therapist()
    first = invited(mailing, therapist).json
    mailing.client(therapist)("DELETE", f"invitations/{first['id']}")
    invited(mailing, therapist, "other@example.org")
    send(mailing, mailing.now + timedelta(days=15))
    assert box.taken == []
    assert [mail.link for mail in outbox(mailing)] == [None, None]


def test_inviting_again_sends_another_link_and_the_first_is_dead(mailing: World, box: MailBox) -> None:
    therapist = mailing.therapist()
    invited(mailing, therapist)
    send(mailing)
    invited(mailing, therapist)
    send(mailing)
    first, second = (box.link(number).rpartition("/")[2] for number in (0, 1))
    looks = [mailing.client(None).post("invitations/preview", {"token": t}).status_code for t in (first, second)]
    assert looks == [410, 200]


def test_without_mail_the_inviter_is_shown_the_link_as_before(world: World) -> None:
    made = invited(world, world.therapist())
    assert made.json["link"].startswith("http://127.0.0.1:5000/invitations/")
    assert outbox(world) == []


# new passwords --------------------------------------------------------------------------------------


def asked(world: World, email: str) -> Any:
    """Somebody says that they forgot the password of this address."""
    return Browser(world.app)("POST", "password-reset-requests", {"email": email})


def test_who_forgot_a_password_gets_a_link_by_themselves(mailing: World, box: MailBox) -> None:
    person = mailing.patient()
    assert asked(mailing, person.email.upper()).status_code == 202
    send(mailing)
    ((to, mail),) = box.taken
    page, _, token = box.link().partition("#")
    assert (to, mail["Subject"], page) == (person.email, "A new password", f"{URL}/password-reset")
    assert Browser(mailing.app)("POST", "password-resets", {"token": token, "password": NEW}).status_code == 204
    assert Browser(mailing.app).sign_in(person.email, NEW).status_code == 201
    assert Browser(mailing.app).sign_in(person.email, PASSWORD).status_code == 401


def test_known_and_unknown_addresses_are_answered_and_stored_alike(mailing: World, box: MailBox) -> None:
    person, disabled = mailing.patient(), mailing.user("Dan Disabled", disabled_at=mailing.now)
    addresses = [person.email, disabled.email, "nobody@example.org", "no address at all"]
    answers = [asked(mailing, email) for email in addresses]
    assert {(a.status_code, a.get_data()) for a in answers} == {(202, answers[0].get_data())}
    assert answers[0].json == {"detail": BY_MAIL}
    rows = [(mail.kind, mail.user_id, mail.link, mail.link_expires_at, mail.tries) for mail in outbox(mailing)]
    assert rows == [(MailKind.PASSWORD_RESET, None, None, None, 0)] * 4
    assert mailing.session.scalars(select(AccountLink)).all() == []
    send(mailing)
    assert [to for to, _ in box.taken] == [person.email]
    assert [mail.address for mail in outbox(mailing)] == [None] * 4


def test_asking_again_and_again_neither_floods_nor_kills_the_link_that_was_sent(mailing: World, box: MailBox) -> None:
    person = mailing.patient()
    for _ in range(3):
        with at(NOW):
            asked(mailing, person.email)
    send(mailing, NOW)
    with at(NOW + MINUTE):
        asked(mailing, person.email)
    send(mailing, NOW + MINUTE)
    assert len(box.taken) == 1
    with at(NOW + NOT_AGAIN_FOR):
        asked(mailing, person.email)
    send(mailing, NOW + NOT_AGAIN_FOR)
    assert len(box.taken) == 2
    tokens = [box.link(number).partition("#")[2] for number in (0, 1)]
    with at(NOW + NOT_AGAIN_FOR):
        body = [{"token": token, "password": NEW} for token in tokens]
        assert [Browser(mailing.app)("POST", "password-resets", one).status_code for one in body] == [410, 204]


def test_a_link_that_was_put_off_stays_the_same_and_is_not_sent_once_it_is_over(mailing: World, box: MailBox) -> None:
    person = mailing.patient()
    with at(NOW):
        asked(mailing, person.email)
    box.rcpt += ["451 later"] * 9
    send(mailing, NOW)
    kept = outbox(mailing)[0].link
    send(mailing, NOW + MINUTE)
    assert outbox(mailing)[0].link == kept
    send(mailing, NOW + LASTS[next(iter(LASTS))])
    assert (box.taken, outbox(mailing)[0].link) == ([], None)


def test_the_wish_and_the_link_are_logged_without_the_address(mailing: World, box: MailBox) -> None:
    person = mailing.patient()
    asked(mailing, person.email)
    send(mailing)
    events = mailing.session.execute(select(AccessEvent.act, AccessEvent.target).order_by(AccessEvent.id)).all()
    assert [(e.act, e.target) for e in events] == [
        ("ask-password-reset", str(person.user_id)),
        ("issue-password-reset", str(person.user_id)),
    ]


def test_an_administrators_link_goes_to_the_person_too(mailing: World, box: MailBox) -> None:
    tess = mailing.therapist()
    admin = mailing.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=tess.practice_id)
    with at(NOW):
        browser = signed_in(mailing, tess)
    enrolled(browser, NOW)
    role = mailing.client(admin).get(f"practices/{tess.practice_id}/staff").json["items"]
    (mine,) = [r["id"] for r in role if r["user_id"] == str(tess.user_id)]
    with at(NOW):
        made = mailing.client(admin).post(
            f"practices/{tess.practice_id}/staff/{mine}/password-reset", {"password": PASSWORD}
        )
    assert (made.status_code, made.json["link"]) == (201, None), made.json
    send(mailing, NOW)
    assert [to for to, _ in box.taken] == [tess.email]


# new addresses --------------------------------------------------------------------------------------


def test_a_new_address_counts_once_its_link_was_opened(mailing: World, box: MailBox) -> None:
    person, taken = mailing.patient(), mailing.user("Tia Taken")
    browser = signed_in(mailing, person)
    wishes = [{"email": email, "password": PASSWORD} for email in (taken.email, "new@example.net")]
    answers = [browser("POST", "me/address-changes", wish) for wish in wishes]
    assert [(a.status_code, a.json) for a in answers] == [(202, {"detail": ADDRESS_BY_MAIL})] * 2
    send(mailing)
    ((to, mail),) = box.taken
    page, _, token = box.link().partition("#")
    assert (to, mail["Subject"], page) == ("new@example.net", "Your new address", f"{URL}/address-change")
    assert browser("GET", "me").json["email"] == person.email
    assert browser("POST", "me/address-changes/confirmation", {"token": token}).status_code == 204
    assert browser("GET", "me").json["email"] == "new@example.net"


@pytest.mark.parametrize("kind", [MailKind.INVITATION, MailKind.PASSWORD_RESET, MailKind.ADDRESS_CHANGE])
def test_no_link_stands_anywhere_but_in_its_mail(mailing: World, box: MailBox, kind: MailKind) -> None:
    person = mailing.therapist()
    answers = {
        MailKind.INVITATION: lambda: invited(mailing, person),
        MailKind.PASSWORD_RESET: lambda: asked(mailing, person.email),
        MailKind.ADDRESS_CHANGE: lambda: signed_in(mailing, person)(
            "POST", "me/address-changes", {"email": "new@example.net", "password": PASSWORD}
        ),
    }
    answer = answers[kind]()
    result = send(mailing)
    token = box.link().replace("#", "/").rpartition("/")[2]
    rows = [
        repr(row) for model in (Invitation, AccountLink, OutgoingMail, AccessEvent) for row in _rows(mailing, model)
    ]
    assert len(token) > 40
    assert token not in answer.text + str(answer.headers) + result.output + "".join(rows)


def _rows(world: World, model: Any) -> list[Any]:
    return list(world.session.execute(select(*model.__table__.columns)))
