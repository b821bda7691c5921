"""Mails about news: to whom, what they say and never say, and that an act and its mail are one."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.models import Staff, User
from careteam.policy.vocabulary import Label, NoticeKind, Role
from careteam.services.notices.telling import tell
from tests.consent.acts import begun, member, revoked, signed
from tests.identity.browser import signed_in
from tests.notices.acts import kinds, listed
from tests.notices.conftest import SENDER, URL
from tests.notices.mailing import outbox, send, wants_mail
from tests.notices.server import MailBox
from tests.team.inviting import accept
from tests.world import Person, World


def test_a_mail_says_that_there_is_news_and_where(mailing: World, box: MailBox) -> None:
    patient, _, prescriber = mailing.trio()
    wants_mail(mailing, patient)
    begun(mailing, prescriber, patient, message="canary")
    assert send(mailing).output.strip() == "Sent: 1. Put off: 0. Given up, or not needed any more: 0."
    ((to, mail),) = box.taken
    assert (to, mail["To"], mail["From"]) == (patient.email, patient.email, f"careteam <{SENDER}>")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("You have news", "auto-generated")
    words = mail.get_content().replace("\r", "")
    assert words.startswith(f"You have news in careteam. Sign in to read it:\n\n{URL}/\n\nThis mail says no more")


def test_nobody_gets_a_mail_who_did_not_ask_for_it(mailing: World, box: MailBox) -> None:
    patient, _, prescriber = mailing.trio()
    begun(mailing, prescriber, patient)
    assert kinds(mailing, patient) == ["consent_requested"]
    assert (outbox(mailing), send(mailing).exit_code, box.taken) == ([], 0, [])


def test_a_person_switches_mails_on_and_off_for_themselves(mailing: World) -> None:
    patient = mailing.patient()
    browser = signed_in(mailing, patient)
    assert browser("GET", "me").json["news_by_mail"] is False
    for wish in (True, False, True):
        assert browser.edit({"news_by_mail": wish}).json["news_by_mail"] is wish
    assert browser.edit({"time_zone": "Europe/Berlin"}).json["news_by_mail"] is True
    assert browser.edit({"news_by_mail": "yes"}).status_code == 422


def test_who_switches_them_off_gets_not_even_the_one_that_waits(mailing: World, box: MailBox) -> None:
    patient, _, prescriber = mailing.trio()
    wants_mail(mailing, patient)
    begun(mailing, prescriber, patient)
    signed_in(mailing, patient).edit({"news_by_mail": False})
    send(mailing)
    assert (box.taken, outbox(mailing)[0].given_up_at is not None) == ([], True)


def test_much_news_is_one_mail_until_it_is_sent(mailing: World, box: MailBox) -> None:
    patient, _, prescriber = mailing.trio()
    wants_mail(mailing, patient)
    for _ in range(3):
        begun(mailing, prescriber, patient)
    send(mailing)
    assert len(box.taken) == 1
    begun(mailing, prescriber, patient)
    send(mailing)
    assert len(box.taken) == 2


def test_what_was_read_meanwhile_needs_no_mail(mailing: World, box: MailBox) -> None:
    patient, _, prescriber = mailing.trio()
    wants_mail(mailing, patient)
    begun(mailing, prescriber, patient)
    mailing.client(patient).post("me/notices/read")
    send(mailing)
    assert box.taken == []


GONE: dict[str, Any] = {
    "left the team": lambda world, who, place: world.session.merge(place).__setattr__("ended_at", world.now),
    "is not verified": lambda world, who, place: (
        world.session.query(Staff).filter_by(user_id=who.user_id).update({"verified_at": None})
    ),
    "is disabled": lambda world, who, place: (
        world.session.query(User).filter_by(id=who.user_id).update({"disabled_at": world.now})
    ),
}


@pytest.mark.parametrize("how", GONE)
def test_who_may_not_know_of_it_any_more_gets_no_mail(mailing: World, box: MailBox, how: str) -> None:
    patient, clinician = mailing.patient(), mailing.prescriber()
    place = mailing.join(patient, clinician, Role.PRESCRIBER)
    wants_mail(mailing, clinician)
    signed(mailing, patient)
    GONE[how](mailing, clinician, place)
    mailing.session.commit()
    send(mailing)
    assert box.taken == []


def test_an_act_that_does_not_happen_sends_no_mail(mailing: World, box: MailBox) -> None:
    patient, _, _ = mailing.trio()
    wants_mail(mailing, patient)
    tell(mailing.session, [patient.user_id], NoticeKind.BACKUP_RESTORED, patient_id=None, at=mailing.now)
    mailing.session.rollback()
    send(mailing)
    assert (outbox(mailing), box.taken) == ([], [])


def test_a_mail_follows_the_person_to_their_new_address(mailing: World, box: MailBox) -> None:
    patient, _, prescriber = mailing.trio()
    wants_mail(mailing, patient)
    begun(mailing, prescriber, patient)
    mailing.session.query(User).filter_by(id=patient.user_id).update({"email": "new@example.net"})
    mailing.session.commit()
    send(mailing)
    assert [to for to, _ in box.taken] == ["new@example.net"]
    assert outbox(mailing)[0].address is None


def everything(world: World, patient: Person, therapist: Person, prescriber: Person) -> None:
    """One of every act that is told, each followed by a round of mails."""
    canaries = {"message": "canarymessage", "ends_when": "canaryevent"}
    request = begun(world, prescriber, patient, labels=[Label.HIV.value], **canaries)
    send(world)
    signed(world, patient, request)
    send(world)
    restriction = {"against": member(therapist), "label": "violence", "note": "canarynote"}
    world.client(patient).post(f"{patient.record}/restrictions", restriction)
    revoked(world, patient, signed(world, patient), reason="canaryreason")
    send(world)
    place = world.join(patient, world.therapist("Canary Colleague"), Role.THERAPIST)
    world.client(patient).post(f"memberships/{place.id}/end")
    send(world)
    for who in ("canary.invited@example.org",):
        body = {"kind": "clinician", "email": who, "role": "therapist", "patient_id": str(patient.patient_id)}
        assert world.client(therapist).post("invitations", body).status_code == 201
    send(world)


def test_no_mail_names_anybody_or_a_class_or_says_what_happened(mailing: World, box: MailBox) -> None:
    patient = mailing.patient("Canary Quill")
    therapist, prescriber = mailing.therapist("Canary Therapist"), mailing.prescriber("Canary Prescriber")
    mailing.join(patient, therapist, Role.THERAPIST)
    mailing.join(patient, prescriber, Role.PRESCRIBER)
    wants_mail(mailing, patient, therapist, prescriber)
    everything(mailing, patient, therapist, prescriber)
    assert len(box.taken) >= 6
    for to, mail in box.taken:
        text = mail.as_string().replace(to, "").lower()
        hidden = ["canary", "consent", "revo", "restrict", "therapist", "prescriber", "patient", "hiv", "medication"]
        assert [word for word in hidden if word in text] == []
        assert str(patient.patient_id) not in text


def test_the_world_without_mail_writes_none(world: World) -> None:
    patient, _, prescriber = world.trio()
    wants_mail(world, patient)
    begun(world, prescriber, patient)
    result = send(world)
    assert (result.exit_code, "set CARETEAM_SMTP_HOST" in result.output) == (1, True)
    assert (outbox(world), kinds(world, patient)) == ([], ["consent_requested"])


def test_looking_at_what_ends_soon_sends_no_mail_about_it(mailing: World, box: MailBox) -> None:
    patient, _, _ = mailing.trio()
    wants_mail(mailing, patient)
    start = mailing.now - timedelta(days=300)
    mailing.consent(patient, valid_from=start, signed_at=start, valid_until=mailing.now + timedelta(days=6))
    assert listed(mailing, patient) == []
    assert accept(mailing.client(None), "no-such-link").status_code == 410
    assert outbox(mailing) == []
