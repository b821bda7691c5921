"""Every act on consents and restrictions, and every look at them, is in the patient's access log."""

from typing import Any

from careteam.models import AccessEvent
from careteam.services.log.access_words import DONE
from tests.consent.acts import EVENT, begun, consents, place, revoked, signature, signed
from tests.world import Person, World


def logged(world: World, who: Person) -> list[tuple[str, str, str]]:
    """Act, outcome and target of this person's events, in their order."""
    rows = world.session.query(AccessEvent).filter_by(actor_id=who.user_id).order_by(AccessEvent.id)
    return [(row.act, row.outcome, row.target) for row in rows]


def test_each_act_is_one_event_that_names_its_consent(world: World) -> None:
    patient, _, prescriber = world.trio()
    declined, withdrawn = (begun(world, prescriber, patient) for _ in range(2))
    world.client(patient).post(f"{place(patient, declined)}/decline")
    world.client(prescriber).post(f"{place(patient, withdrawn)}/withdrawal")
    draft = begun(world, patient, patient, ends_when=EVENT)
    world.client(patient).patch(place(patient, draft), {"labels": ["hiv"]}, version=1)
    world.client(patient).post(f"{place(patient, draft)}/signature", signature(patient.name), version=2)
    world.client(prescriber).post(f"{place(patient, draft)}/ended")
    here = draft["id"]
    assert logged(world, patient) == [
        ("decline-consent", "changed", declined["id"]),
        ("draft-consent", "changed", here),
        ("edit-consent", "changed", here),
        ("sign-consent", "changed", here),
    ]
    assert logged(world, prescriber) == [
        ("request-consent", "changed", declined["id"]),
        ("request-consent", "changed", withdrawn["id"]),
        ("withdraw-consent", "changed", withdrawn["id"]),
        ("end-consent", "changed", here),
    ]


def test_revocations_and_restrictions_are_logged(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent, _ = signed(world, patient), signed(world, patient)
    before = len(logged(world, patient))
    revoked(world, patient, consent)
    world.client(patient).get(f"{place(patient, consent)}/revocation")
    made = world.client(patient).post(f"{patient.record}/restrictions", {"against": "anyone", "label": "hiv"}).json
    world.client(patient)("DELETE", f"{patient.record}/restrictions/{made['id']}")
    world.client(patient).post(f"{patient.record}/revocations")
    world.client(prescriber).post(f"{patient.record}/revocations", {"given": "orally"})
    assert logged(world, patient)[before:] == [
        ("revoke-consent", "changed", consent["id"]),
        ("read-revocation", "disclosed", ""),
        ("restrict", "changed", made["id"]),
        ("lift-restriction", "changed", made["id"]),
        ("revoke-everywhere", "changed", ""),
    ]
    assert logged(world, prescriber) == [("record-revocation", "changed", "")]


def test_every_look_is_logged_and_every_refusal(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = world.consent(patient, recipients=["role:therapist"])
    world.client(prescriber).get(consents(patient))
    world.client(prescriber).get(place(patient, consent))
    world.client(prescriber).get(f"{patient.record}/restrictions")
    assert [(act, outcome) for act, outcome, _ in logged(world, prescriber)] == [
        ("read-consents", "disclosed"),
        ("consents.read_consent", "refused"),
        ("restrictions.list_restrictions", "refused"),
    ]


def test_a_wrong_password_at_signing_is_logged_as_refused(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    body = signature(patient.name, password="not the password at all")
    world.client(patient).post(f"{place(patient, draft)}/signature", body, version=1)
    assert logged(world, patient)[-1] == ("consents.sign_consent", "refused", draft["id"])


def test_the_patient_reads_each_act_in_plain_words(world: World) -> None:
    patient, _, prescriber = world.trio()
    signed(world, patient, begun(world, prescriber, patient))
    world.client(prescriber).post(f"{patient.record}/revocations", {"given": "orally"})
    told: Any = world.client(patient).get(f"{patient.record}/access-log").json
    sentences = " ".join(event["sentence"] for event in told["items"])
    for act in ("request-consent", "sign-consent", "record-revocation"):
        assert DONE[act] in sentences
