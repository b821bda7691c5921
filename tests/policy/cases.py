"""The rule as a table: one row for each sentence that bears on reading, and for each boundary instant."""

from tests.policy import (
    cases_of_consents,
    cases_of_directed,
    cases_of_grounds,
    cases_of_items,
    cases_of_people,
    cases_of_restrictions,
    cases_of_teams,
)
from tests.policy.cast import Case
from tests.policy.edges import EDGES

CASES: tuple[Case, ...] = (
    *cases_of_people.CASES,
    *cases_of_teams.CASES,
    *cases_of_consents.CASES,
    *cases_of_items.CASES,
    *cases_of_directed.CASES,
    *cases_of_restrictions.CASES,
    *cases_of_grounds.CASES,
)
STORED: tuple[Case, ...] = tuple(c for c in CASES + EDGES if c.stored)
"""The rows that a database can hold."""
