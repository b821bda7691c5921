"""Sending: whatever the mail server does, nothing is lost, nothing is blocked, and no two senders send one mail."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from careteam.cli import mailing as command
from careteam.models import OutgoingMail, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import MailKind, NoticeKind
from careteam.services.notices.sending import CLAIMED_FOR, GIVEN_UP_AFTER, KEPT_FOR, Outcome, pause
from careteam.services.notices.telling import tell
from careteam.vault import seal
from tests.identity.test_command_line import run
from tests.notices.mailing import MINUTE, NOW, outbox, send
from tests.notices.server import MailBox, serving
from tests.world import Person, World

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def waiting(world: World, count: int = 1, since: datetime = NOW) -> list[Person]:
    """People for each of whom one mail waits."""
    people = [world.user(f"Person {number}", news_by_mail=True) for number in range(count)]
    told = [person.user_id for person in people]
    tell(world.session, told, NoticeKind.BACKUP_RESTORED, patient_id=None, at=since)
    world.session.commit()
    return people


def test_a_server_that_is_down_loses_nothing(mailing: World, idle: MailBox) -> None:
    waiting(mailing, 3)
    result = send(mailing, NOW)
    assert result.exit_code == 1
    assert "Sent: 0. Put off: 1." in result.output
    assert "The mail server cannot be used: ConnectionRefusedError." in result.output
    assert [mail.tries for mail in outbox(mailing)] == [1, 0, 0]
    with serving(idle):
        assert send(mailing, NOW + 5 * MINUTE).exit_code == 0
    assert len(idle.taken) == 3


TROUBLE: dict[str, Callable[[MailBox], Any]] = {
    "puts the address off": lambda box: box.rcpt.append("451 later"),
    "is too busy": lambda box: box.rcpt.append("421 busy"),
    "puts the mail off": lambda box: box.data.append("452 full"),
    "is slow": lambda box: box.data.append("dawdle"),
    "hangs up in the middle": lambda box: box.data.append("hang up"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_puts_a_mail_off_and_sends_it_once_later(mailing: World, box: MailBox, trouble: str) -> None:
    (person,) = waiting(mailing)
    TROUBLE[trouble](box)
    assert "Put off: 1." in send(mailing, NOW).output
    (mail,) = outbox(mailing)
    assert (mail.sent_at, mail.claimed_until, mail.next_try_at) == (None, None, NOW + MINUTE)
    assert "Sent: 0. Put off: 0." in send(mailing, NOW + MINUTE - SECOND).output
    assert "Sent: 1." in send(mailing, NOW + MINUTE).output
    assert [to for to, _ in box.taken] == [person.email]
    assert outbox(mailing)[0].sent_at == NOW + MINUTE


def test_a_connection_cut_before_the_answer_means_twice_and_never_lost(mailing: World, box: MailBox) -> None:
    waiting(mailing)
    box.data.append("hang up after taking")
    send(mailing, NOW)
    send(mailing, NOW + MINUTE)
    assert len(box.taken) == 2
    assert len({mail["Message-ID"] for _, mail in box.taken}) == 1


REFUSED: dict[str, Callable[[MailBox], Any]] = {
    "the address": lambda box: box.rcpt.append("550 no such person@example.org"),
    "the mail": lambda box: box.data.append("554 no"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_for_good_is_given_up_and_holds_up_nobody(mailing: World, box: MailBox, what: str) -> None:
    _, other = waiting(mailing, 2)
    REFUSED[what](box)
    assert "Sent: 1. Put off: 0. Given up, or not needed any more: 1." in send(mailing, NOW).output
    assert [to for to, _ in box.taken] == [other.email]
    assert "Sent: 0. Put off: 0." in send(mailing, NOW + DAY).output


def test_what_a_server_says_of_an_address_reaches_no_log(mailing: World, box: MailBox) -> None:
    (person,) = waiting(mailing)
    box.rcpt.append(f"550 no such person as {person.email}")
    with capture_logs() as logged:
        result = send(mailing, NOW)
    assert [(line["event"], line["why"]) for line in logged] == [("mail-not-sent", "refused for good (550)")]
    assert person.email not in result.output + repr(logged)


def test_tries_are_further_and_further_apart_and_end_after_three_days(mailing: World, idle: MailBox) -> None:
    waiting(mailing)
    moment, tries = NOW, 0
    while (mail := outbox(mailing)[0]).given_up_at is None:
        send(mailing, mail.next_try_at)
        moment, tries = mail.next_try_at, tries + 1
    assert GIVEN_UP_AFTER - timedelta(hours=5) < moment - NOW <= GIVEN_UP_AFTER
    assert tries == outbox(mailing)[0].tries < 30
    assert [pause(n) / MINUTE for n in (1, 2, 3, 8, 9, 99)] == [1, 2, 4, 128, 240, 240]


def test_a_sender_that_dies_leaves_a_claim_that_runs_out(mailing: World, box: MailBox) -> None:
    waiting(mailing)
    mailing.session.query(OutgoingMail).update({"claimed_until": NOW + CLAIMED_FOR, "tries": 1})
    mailing.session.commit()
    send(mailing, NOW + CLAIMED_FOR - SECOND)
    assert box.taken == []
    send(mailing, NOW + CLAIMED_FOR)
    assert len(box.taken) == 1


def test_several_senders_at_once_send_each_mail_once(mailing: World, box: MailBox) -> None:
    people = waiting(mailing, 24, mailing.now)
    mailing.session.rollback()
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(_sent_by_a_host, [mailing.app] * 3))
    assert sum(outcome.sent for outcome in done) == 24
    assert sorted(to for to, _ in box.taken) == sorted(person.email for person in people)


def _sent_by_a_host(app: Flask) -> Outcome:
    with app.app_context():
        return command._round()


def test_while_a_mail_is_being_sent_nothing_waits_for_it(mailing: World, box: MailBox) -> None:
    (person,) = waiting(mailing, since=mailing.now)
    box.data.append("dawdle")
    mailing.session.rollback()
    sending = threading.Thread(target=_sent_by_a_host, args=(mailing.app,))
    sending.start()
    answers = [mailing.client(person).get("me/notices").status_code for _ in range(3)]
    alive = sending.is_alive()
    sending.join()
    assert (answers, alive) == ([200] * 3, True)


INJECTIONS = (
    "a@b.example\r\nBcc: all@example.org",
    "a@b.example, c@d.example",
    "a@b.example\n\nHello",
    "a b@c.example",
)


@pytest.mark.parametrize("address", INJECTIONS)
def test_an_address_never_becomes_another_header_or_another_address(mailing: World, box: MailBox, address: str) -> None:
    (person,) = waiting(mailing)
    mailing.session.query(User).filter_by(id=person.user_id).update({"email": address})
    mailing.session.commit()
    assert "Given up, or not needed any more: 1." in send(mailing, NOW).output
    assert (box.taken, box.seen) == ([], 0)


@pytest.mark.parametrize("address", INJECTIONS[:3])
def test_nobody_is_invited_at_such_an_address(mailing: World, address: str) -> None:
    patient = mailing.patient()
    made = mailing.client(patient).post("invitations", {"kind": "clinician", "email": address, "role": "therapist"})
    assert (made.status_code, outbox(mailing)) == (422, [])


def test_a_mail_to_an_international_address_goes_where_the_server_takes_it(mailing: World, box: MailBox) -> None:
    (person,) = waiting(mailing)
    mailing.session.query(User).filter_by(id=person.user_id).update({"email": "jörg@beispiel.example"})
    mailing.session.commit()
    said = send(mailing, NOW).output
    assert "Sent: 1." in said or "Given up, or not needed any more: 1." in said
    assert outbox(mailing)[0].claimed_until is None


def test_what_was_sent_long_ago_is_forgotten(mailing: World, box: MailBox) -> None:
    waiting(mailing)
    send(mailing, NOW)
    send(mailing, NOW + KEPT_FOR)
    assert len(outbox(mailing)) == 1
    send(mailing, NOW + KEPT_FOR + SECOND)
    assert outbox(mailing) == []


def test_it_goes_on_in_rounds_until_it_is_stopped(
    mailing: World, box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []

    def rest(seconds: int) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            waiting(mailing, since=mailing.now)
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr("careteam.cli.mailing.time.sleep", rest)
    result = send_every(mailing)
    assert (pauses, len(box.taken)) == ([7, 7], 1)
    assert "Sent: 1." in result.output


def send_every(world: World) -> Any:
    world.session.rollback()
    return run(world.app, "send-mail", "--every", "7")


@pytest.fixture
def sealed(mailing: World) -> OutgoingMail:
    """A mail with a link that belongs to nobody any more."""
    mail_id = new_id()
    mail = OutgoingMail(id=mail_id, kind=MailKind.INVITATION, address="a@example.org", created_at=NOW, next_try_at=NOW)
    mail.link, mail.link_expires_at = seal(mailing.session, OutgoingMail.link, mail_id, "secret"), NOW + DAY
    mailing.add(mail)
    return mail


def test_a_link_that_works_no_more_is_not_sent(mailing: World, box: MailBox, sealed: OutgoingMail) -> None:
    send(mailing, NOW)
    assert box.taken == []
    (mail,) = outbox(mailing)
    assert (mail.link, mail.address, mail.given_up_at) == (None, None, NOW)
