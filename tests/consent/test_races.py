"""Acts that meet: whatever the order, there is one effect."""

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any

from careteam.models import Consent, Revocation, TermsText
from tests.consent.acts import begun, place, signature, signed
from tests.world import World

ROUNDS = 4


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do them at the same moment; return their answers in the order given."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        barrier.wait(10)
        answers[number] = act()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_signing_twice_signs_once(world: World) -> None:
    patient, _, _ = world.trio()
    for _ in range(ROUNDS):
        here = f"{place(patient, begun(world, patient, patient))}/signature"
        acting = [world.client(patient) for _ in range(3)]
        answers = together(*(partial(c.post, here, signature(patient.name), version=1) for c in acting))
        assert statuses(answers) == [200, 409, 409]
    assert world.session.query(TermsText).count() == 1


def test_one_consent_is_superseded_once(world: World) -> None:
    patient, _, _ = world.trio()
    for _ in range(ROUNDS):
        old = signed(world, patient)
        drafts = [begun(world, patient, patient, supersedes_id=old["id"]) for _ in range(3)]
        places = [f"{place(patient, draft)}/signature" for draft in drafts]
        acting = world.client(patient)
        answers = together(*(partial(acting.post, p, signature(patient.name), version=1) for p in places))
        assert statuses(answers) == [200, 409, 409]
        signed_now = world.session.query(Consent).filter(Consent.signed_at.is_not(None))
        assert len([c for c in signed_now if str(c.supersedes_id) == old["id"]]) == 1


def test_revoking_and_superseding_meet(world: World) -> None:
    patient, _, _ = world.trio()
    for _ in range(ROUNDS):
        old = signed(world, patient)
        draft = begun(world, patient, patient, supersedes_id=old["id"])
        acting = world.client(patient)
        renewed, revoked = together(
            partial(acting.post, f"{place(patient, draft)}/signature", signature(patient.name), version=1),
            partial(acting.post, f"{place(patient, old)}/revocation"),
        )
        assert {200} <= {renewed.status_code, revoked.status_code} <= {200, 409}
        old_now, new_now = (acting.get(place(patient, c)).json["status"] for c in (old, draft))
        assert old_now == ("revoked" if revoked.status_code == 200 else "superseded")
        assert new_now == ("active" if renewed.status_code == 200 else "draft")


def test_the_same_revocation_many_times_is_one_with_one_receipt(world: World) -> None:
    patient, _, _ = world.trio()
    for part in ({}, {"item_class": "medication"}):
        here = f"{place(patient, signed(world, patient))}/revocation"
        acting = world.client(patient)
        answers = together(*[partial(acting.post, here, part)] * 4)
        assert statuses(answers) == [200] * 4
        assert len({answer.data for answer in answers}) == 1


def test_parts_taken_back_at_the_same_moment_are_all_gone(world: World) -> None:
    patient, _, _ = world.trio()
    consent = signed(world, patient, disclosers=["team", "patient"])
    here, acting = f"{place(patient, consent)}/revocation", world.client(patient)
    parts = ({"item_class": "medication"}, {"recipient": "role:therapist"}, {"discloser": "patient"})
    assert statuses(together(*(partial(acting.post, here, p) for p in parts))) == [200] * 3
    left = world.client(patient).get(f"{patient.record}/consents?status=active").json["items"]
    assert [(c["classes"], c["recipients"], c["disclosers"]) for c in left] == [
        (["progress_note"], ["role:prescriber"], ["team"])
    ]
    assert world.session.query(Revocation).count() == 3
