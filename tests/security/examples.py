"""A query and a body that are right in form and meaning, for every address that takes one.

Words in braces stand for ids of the stage: `{maya}`, `{tess}`, `{paul}` and `{cora}` are people, `{record}` is Maya's
record, `{practice}` is Tess's, `{import}` waits for Paul; `PATIENTS` holds what Maya herself sends where it differs.
"""

from collections.abc import Mapping
from typing import Any

from careteam.services.consents import terms
from tests.consent.acts import signature
from tests.fhir_consents import samples as fhir_consents
from tests.fhir_reading.samples import bundle, request
from tests.fhir_reading.samples import patient as fhir_patient
from tests.security.stage import LINK, MAYA, Stage
from tests.world import PASSWORD

DOCUMENT = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["progress_note"]}
BODIES: Mapping[str, Any] = {
    "addresses.ask_address_change": {"email": "another@example.org", "password": PASSWORD},
    "addresses.confirm_address_change": {"token": "x" * 43},
    "directed.send_item": {"send_to": ["{paul}"]},
    "messages.send_message": {"text": "Slept badly.", "subject": "Sleep"},
    "messages.enter_message_in_error": {"reason": "no"},
    "questions.write_question": {"text": "Why?", "send_to": ["{paul}"]},
    "questions.change_question": {"text": "Why not?"},
    "questions.answer_question": {"outcome": "answered", "text": "So."},
    "questions.enter_question_in_error": {"reason": "no"},
    "emergency_access.begin_emergency_access": {
        "nature": "Found unconscious at home by a neighbour.",
        "why_no_consent": "She cannot be woken and nobody else may sign.",
        "classes": ["medication"],
        "password": PASSWORD,
    },
    "emergency_access.explain_emergency_access": {"words": "no"},
    "emergency_reviews.review_emergency_access": {"outcome": "justified", "words": "yes"},
    "cases.question_access": {"words": "why"},
    "cases.write_in_case": {"words": "why"},
    "practice_cases.write_in_practice_case": {"words": "when"},
    "practice_cases.answer_case": {"outcome": "explained", "words": "so"},
    "plan.write_plan_item": {"kind": "therapy", "text": "A session a week."},
    "plan.change_plan_item": {"text": "A session every other week."},
    "plan.close_plan_item": {"state": "ended"},
    "plan.enter_plan_item_in_error": {"reason": "no"},
    "plan.acknowledge_plan_item": {"number": 1, "answer": "agree"},
    "plan.enter_plan_acknowledgement_in_error": {"reason": "no"},
    "plan_reviews.open_plan_review": {"text": "It is not working."},
    "plan_reviews.answer_plan_review": {"outcome": "plan_kept"},
    "plan_reviews.enter_plan_review_in_error": {"reason": "no"},
    "intakes.write_intake_part": {"section": "goals", "text": "Sleep."},
    "intakes.enter_intake_part_in_error": {"reason": "no"},
    "intakes.record_prior_trial": {"drug_name": "Fluoxetine"},
    "intakes.enter_prior_trial_in_error": {"reason": "no"},
    "allergies.record_allergy": {"substance": "Penicillin V"},
    "allergies.state_no_known_allergies": {"covers": "food"},
    "allergies.change_allergy": {"criticality": "high"},
    "allergies.enter_allergy_in_error": {"reason": "no"},
    "side_effects.ask_side_effect_advice": {"effect": "A rash"},
    "side_effects.report_side_effect": {"effect": "A rash", "severity": "mild", "impact": "bothers"},
    "side_effects.answer_side_effect": {"outcome": "manage", "text": "So."},
    "side_effects.enter_side_effect_in_error": {"reason": "no"},
    "answers.enter_answer_in_error": {"reason": "no"},
    "check_ins.do_check_in": {
        "medication_id": "{import}",
        "mode": "virtual",
        "outcome": "continue",
        "extra": True,
    },
    "check_ins.enter_check_in_in_error": {"reason": "no"},
    "check_ins.set_check_in_schedule": {"days": [3, 7]},
    "supplies.record_supply": {
        "medication_id": "{import}",
        "quantity": 30,
        "days_supply": 30,
        "refills_left": 2,
        "visit_needed": False,
        "virtual_allowed": True,
    },
    "supplies.enter_supply_in_error": {"reason": "no"},
    "refill_requests.ask_for_refill": {"medication_id": "{import}", "days_left": 5, "send_to": ["{paul}"]},
    "refill_requests.answer_refill_request": {"outcome": "approved"},
    "refill_requests.enter_refill_request_in_error": {"reason": "no"},
    "cost_requests.ask_about_cost": {"medication_id": "{import}", "concern": "cost", "send_to": ["{paul}"]},
    "cost_requests.answer_cost_request": {"outcome": "coupon", "text": "So."},
    "cost_requests.enter_cost_request_in_error": {"reason": "no"},
    "conditions.record_condition": {"name": "Insomnia"},
    "conditions.change_condition": {"severity": "mild"},
    "conditions.enter_condition_in_error": {"reason": "no"},
    "consents.begin_consent": DOCUMENT,
    "consents.edit_consent": {"classes": ["medication"]},
    "consents.sign_consent": signature(MAYA),
    "fhir_consents.import_consent": fhir_consents.consent(fhir_consents.LESS_SUBSTANCE_USE),
    "imports.import_bundle": bundle(fhir_patient(birthDate="1990-05-17"), request()),
    "invitations.invite": {
        "kind": "clinician",
        "email": "somebody@example.org",
        "role": "prescriber",
        "patient_id": "{record}",
    },
    "invitations.accept_invitation": {"token": LINK, "name": "Nobody Yet", "password": PASSWORD},
    "invitations.decline_invitation": {"token": LINK},
    "invitations.preview_invitation": {"token": LINK},
    "invitations.accept_own_invitation": {},
    "labels.review_many_labels": {"reviews": [{"item_id": "{import}", "version": 1, "labels": []}]},
    "labels.review_labels": {"labels": []},
    "labels.remove_label": {"reason": "no"},
    "labels.deny_part2": {"reason": "no"},
    "measures.record_measure": {"questionnaire": "gad-7", "answers": {str(n): 1 for n in range(1, 8)}},
    "measures.enter_measure_in_error": {"reason": "no"},
    "measures.request_measure": {"questionnaire": "gad-7"},
    "measures.enter_measure_request_in_error": {"reason": "no"},
    "me.edit_me": {"time_zone": "Europe/Berlin"},
    "me.change_password": {"current_password": PASSWORD, "new_password": "another few words of mine"},
    "medication_pairs.reconcile_medications": {
        "typed_name": "Paul Reyes",
        "decisions": [{"entries": [{"id": "{record}", "version": 1}], "decision": "accept_taken"}],
    },
    "medication_pairs.enter_reconciliation_in_error": {"reason": "no"},
    "medications.start_medication": {"drug_name": "Sertraline", "started_on": "2026-01-01"},
    "medications.enter_medication_in_error": {"reason": "no"},
    "medications.change_medication": {"kind": "stop"},
    "notes.draft_note": {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-01-01"},
    "notes.edit_note": {"title": "t"},
    "notes.add_addendum": {"body": "b"},
    "notes.enter_note_in_error": {"reason": "no"},
    "notices.mark_notices_read": {},
    "password_resets.issue_password_reset": {"password": PASSWORD},
    "password_resets.reset_password": {"token": "x" * 43, "password": "another few words of mine"},
    "password_resets.reset_password_request": {"email": "noor.haddad@example.org"},
    "patients.change_patient": {"death_date": None},
    "practices.make_practice": {"name": "A new practice"},
    "practices.edit_practice": {"name": "Another name"},
    "previews.preview_document": DOCUMENT,
    "previews.preview_revocation": {"given": "orally"},
    "previews.preview_revocations": {"given": "orally"},
    "previews.preview_restriction": {"against": "anyone", "item_class": "medication"},
    "representations.add_representation": {
        "email": "rita@example.org",
        "basis": "guardian",
        "powers": ["read"],
        "attestation": {"document": "Order 17-204", "seen_on": "2026-11-02"},
    },
    "representations.change_representation": {"labels": ["hiv"]},
    "representations.end_representation": {"document": {"document": "Order 17-205", "seen_on": "2026-11-03"}},
    "referrals.propose_referral": {
        "to": {"name": "Dr. Ines Falk", "address": "Port Salem"},
        "to_role": "prescriber",
        "reason": "Panic.",
        "share": {"disclosers": ["team"], "classes": ["referral"]},
    },
    "referrals.agree_to_referral": {**signature(MAYA), "consent_version": 1},
    "referrals.enter_referral_in_error": {"reason": "no"},
    "referrals.answer_referral": {"outcome": "assessed"},
    "referrals.accept_referral": {},
    "referrals.decline_referral_to_me": {"reason": "no"},
    "restrictions.restrict": {"against": "anyone", "item_class": "medication"},
    "revocations.revoke_consent": {"given": "orally"},
    "revocations.revoke_everywhere": {"given": "orally"},
    "second_factor.begin_second_factor": {"password": PASSWORD},
    "second_factor.confirm_second_factor": {"code": "000000"},
    "second_factor.remove_second_factor": {"password": PASSWORD},
    "second_factor.renew_recovery_codes": {"password": PASSWORD},
    "session.sign_in": {"email": "noor.haddad@example.org", "password": PASSWORD},
    "special_notes.move_note_text": {"spans": [{"from": 0, "to": 1}]},
    "special_notes.release_note": {"to": "patient"},
    "tokens.create_token": {"name": "t", "access": "read", "expires_in_days": 3, "current_password": PASSWORD},
}
PATIENTS: Mapping[str, Any] = {
    "representations.add_representation": {
        "email": "rita@example.org",
        "basis": "power_of_attorney",
        "powers": ["read"],
    },
    "representations.end_representation": {},
    "side_effects.report_side_effect": {
        "effect": "A rash",
        "severity": "mild",
        "impact": "bothers",
        "send_to": ["{paul}"],
    },
    "previews.preview_revocation": {},
    "previews.preview_revocations": {},
    "revocations.revoke_consent": {},
    "revocations.revoke_everywhere": {},
}
SIGNED_IN: Mapping[str, Any] = {"invitations.accept_invitation": {"token": LINK}}
"""What somebody who is signed in sends where it differs."""
QUERIES: Mapping[str, Mapping[str, Any]] = {
    "team.preview_role": {"role": "therapist"},
    "decisions.explain_decision": {"class": "progress_note"},
    "directed.list_recipients": {"class": "question"},
    "fhir_consents.import_consent": {
        "parties": "Patient/17=patient Organization/3=record",
        "valid_until": "2099-01-01T00:00:00Z",
    },
    "medication_reminders.search_drugs": {"q": "zol"},
    "imports.import_bundle": {"therapist_id": "{tess}", "prescriber_id": "{paul}", "patient_id": "{record}"},
}
WORDS: Mapping[str, Any] = {
    "label": "hiv",
    "cause": "start",
    "questionnaire_id": "phq-9",
    "sha256": terms.current().sha256,
    "name": "swagger-ui.css",
    "filename": "none",
}
"""What stands in an address and is no id."""


def body_of(endpoint: str, stage: Stage, actor: str) -> Any:
    """Return the body that this person sends, None where there is none."""
    body = BODIES.get(endpoint)
    if actor != "anonymous":
        body = SIGNED_IN.get(endpoint, body)
    if actor == "patient":
        body = PATIENTS.get(endpoint, body)
    return filled(body, stage)


def query_of(endpoint: str, stage: Stage) -> Any:
    """Return the query, empty where there is none."""
    return filled(QUERIES.get(endpoint, {}), stage)


def filled(value: Any, stage: Stage) -> Any:
    """Return a body or query with the ids of the stage in it."""
    if isinstance(value, str):
        return _ids(stage).get(value, value)
    if isinstance(value, Mapping):
        return {key: filled(part, stage) for key, part in value.items()}
    return [filled(part, stage) for part in value] if isinstance(value, list) else value


def _ids(stage: Stage) -> dict[str, str]:
    people = {
        "maya": stage.patient,
        "tess": stage.therapist,
        "paul": stage.prescriber,
        "cora": stage.covering,
    }
    return {
        **{f"{{{name}}}": str(person.user_id) for name, person in people.items()},
        "{record}": str(stage.patient.patient_id),
        "{practice}": str(stage.therapist.practice_id),
        "{import}": str(stage.things["Paul's import"].ids["item_id"]),
    }
