"""Scopes built by hand of any parts, also such as the policy never makes."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from careteam.policy.facts import Limit
from careteam.policy.scope import (
    Author,
    Directed,
    Emergency,
    Holder,
    OwnRecord,
    Permit,
    Released,
    Represented,
    Scope,
    Shared,
)
from careteam.policy.vocabulary import ItemClass, Label
from tests.policy.cast import BO, PATIENT, PAUL, RECORD, STRANGER, TESS
from tests.policy.grid import BY_ID, CLASSES, DATES

people = st.sampled_from((TESS, PAUL, BO, PATIENT, STRANGER))
ids = st.sampled_from(tuple(BY_ID))
labels = st.sampled_from(tuple(Label))
days = st.none() | st.sampled_from(DATES)

limits = st.builds(
    Limit,
    item_class=st.none() | st.sampled_from(CLASSES),
    label=st.none() | labels,
    holder_id=st.none() | people,
    of_patient=st.booleans(),
    item_id=st.none() | ids,
)
shared = st.builds(
    Shared,
    consent_id=st.uuids(version=4),
    classes=st.frozensets(st.sampled_from(CLASSES)),
    labels=st.frozensets(labels),
    holders=st.frozensets(people),
    of_patient=st.booleans(),
    data_from=days,
    data_through=days,
    except_items=st.frozensets(ids, max_size=4),
    less=st.lists(limits, max_size=3).map(tuple),
)
released = st.builds(
    Released,
    consent_id=st.uuids(version=4),
    item_class=st.sampled_from(CLASSES),
    labels=st.frozensets(labels),
    authors=st.frozensets(people),
    items=st.frozensets(ids, max_size=9),
    data_from=days,
    data_through=days,
    less=st.lists(limits, max_size=3).map(tuple),
)
classes, less = st.frozensets(st.sampled_from(CLASSES)), st.lists(limits, max_size=3).map(tuple)
represented = st.builds(Represented, st.uuids(version=4), classes, st.frozensets(labels), less)
emergency = st.builds(Emergency, st.uuids(version=4), classes, less)
directed = st.builds(Directed, people, less)
own = st.builds(OwnRecord, st.frozensets(ids, max_size=9))
permits: st.SearchStrategy[Permit] = (
    shared | directed | released | represented | emergency | own | st.builds(Author, people) | st.builds(Holder, people)
)
scopes = st.builds(Scope, st.just(RECORD), st.lists(shared | permits, max_size=4).map(tuple))


def everything(**changes: Any) -> Shared:
    """A permit for all that anybody holds, but for what is changed."""
    parts: dict[str, Any] = {
        "consent_id": UUID(int=1),
        "classes": frozenset(CLASSES),
        "labels": frozenset(Label),
        "holders": frozenset({TESS, PAUL, BO}),
        "of_patient": True,
        "data_from": None,
        "data_through": None,
        "except_items": frozenset(),
        "less": (),
    }
    return Shared(**{**parts, **changes})


def every_release() -> Released:
    """A permit for every psychotherapy note, drafts and unconfirmed imports named as well, which nobody can release."""
    everything = frozenset(Label), frozenset({TESS, PAUL, BO, PATIENT}), frozenset(BY_ID)
    return Released(UUID(int=1), ItemClass.PSYCHOTHERAPY_NOTE, *everything, None, None, ())
