"""Acts that meet: whatever the order, there is one effect."""

from functools import partial

from careteam.models import AccessCase, EmergencyReview, EmergencySession
from tests.cases.acts import QUESTION, looked
from tests.consent.test_races import statuses, together
from tests.emergency.acts import officer, opened, place, statement
from tests.world import World


def test_two_statements_at_one_moment_open_one_session(world: World) -> None:
    patient, _, prescriber = world.trio()
    natures = (
        "She was found unconscious at home.",
        "She has stopped breathing just now.",
        "Seizures since an hour ago.",
    )
    acting = [world.client(prescriber) for _ in natures]
    said = [statement(nature=nature) for nature in natures]
    answers = together(*(partial(c.post, place(patient), body) for c, body in zip(acting, said, strict=True)))
    assert statuses(answers) == [201, 409, 409]
    assert (world.session.query(EmergencySession).count(), world.session.query(EmergencyReview).count()) == (1, 1)


def test_two_officers_at_one_moment_review_it_once(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    officers = [officer(world, prescriber, name) for name in ("Olga Officer", "Otto Officer")]
    address = f"practices/{prescriber.practice_id}/emergency-reviews/{made['id']}/review"
    said = [{"outcome": outcome, "words": "Looked into."} for outcome in ("justified", "not_justified")]
    pairs = zip([world.client(o) for o in officers], said, strict=True)
    answers = together(*(partial(c.post, address, body, version=1) for c, body in pairs))
    assert statuses(answers) in ([200, 409], [200, 412])


def test_one_access_questioned_twice_at_one_moment_has_one_case(world: World) -> None:
    patient, therapist, _ = world.trio()
    address = f"{patient.record}/access-log/{looked(world, therapist, patient)['id']}/question"
    acting = [world.client(patient) for _ in range(3)]
    answers = together(*(partial(c.post, address, {"words": QUESTION}) for c in acting))
    assert statuses(answers) == [201, 409, 409]
    assert world.session.query(AccessCase).count() == 1
