"""What a signal says to do next begins with an operation that there is."""

from flask import Flask

from careteam.policy import signal_words
from careteam.policy.treatment_words import SignalKind


def test_every_next_step_names_an_operation_of_the_api(application: Flask) -> None:
    known = {rule.endpoint.rpartition(".")[2] for rule in application.url_map.iter_rules()}
    tables = (signal_words._PATIENT, signal_words._CLINICIAN, signal_words._PRESCRIBER)
    named = {step.operation for table in tables for step in table.values()}
    named |= {operation for _, operation in signal_words._ANSWERED_BY.values()} | {*signal_words._READ_AT.values()}
    assert named - known == set()


def test_every_kind_has_a_next_step_for_whoever_may_have_it() -> None:
    of_reports = {
        SignalKind.SIDE_EFFECT_UNANSWERED,
        SignalKind.REQUEST_UNANSWERED,
        SignalKind.PLAN_REVIEW_OPEN,
    }
    assert signal_words._PATIENT.keys() | of_reports == set(SignalKind)
    assert signal_words._CLINICIAN.keys() | of_reports == set(SignalKind) - {SignalKind.KEPT_PRIVATE}
