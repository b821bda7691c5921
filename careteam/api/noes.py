"""Which acts say no: nothing of the transport may hold them up, and nothing that an account still lacks.

Revoking, restricting, ending, withdrawing, declining and disabling need no `If-Match`, are never refused for too many
requests, and are carried out although their `Idempotency-Key` does not fit.
"""

VERBS = frozenset({"revoke", "restrict", "end", "withdraw", "decline", "disable", "sign_out"})
"""An operation whose id is one of these words, or begins with one, says no. Ids are part of the API and stable."""
OTHERWISE = frozenset({"withdraw_medication_change"})
"""Changes to an item of the record that happen to be called so: they name the version that was read."""


NEEDED_FOR_IT = frozenset({"list_consents", "read_consent", "read_revocation", "print_revocation"}) | {
    "list_restrictions",
    "read_restriction",
    "read_team",
    "list_representations",
    "read_representation",
    "list_sent_items",
    "read_sent_item",
}
"""Reads of one's own record without which nobody knows to what to say no, and whether it was heard."""


def comes_first(endpoint: str) -> bool:
    """Say whether patients do this in their own record before they have put their account in order."""
    return says_no(endpoint) or endpoint.rpartition(".")[2] in NEEDED_FOR_IT


def says_no(endpoint: str) -> bool:
    """Say whether the operation of this endpoint (or of this id) says no."""
    operation = endpoint.rpartition(".")[2]
    return operation not in OTHERWISE and any(operation == v or operation.startswith(f"{v}_") for v in VERBS)
