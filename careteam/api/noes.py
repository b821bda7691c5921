"""Which acts say no: nothing of the transport may hold them up.

Revoking, restricting, ending, withdrawing, declining and disabling need no `If-Match`, are never refused for too many
requests, and are carried out although their `Idempotency-Key` does not fit.
"""

VERBS = frozenset({"revoke", "restrict", "end", "withdraw", "decline", "disable", "sign_out"})
"""An operation whose id is one of these words, or begins with one, says no. Ids are part of the API and stable."""
OTHERWISE = frozenset({"withdraw_medication_change"})
"""Changes to an item of the record that happen to be called so: they name the version that was read."""


def says_no(endpoint: str) -> bool:
    """Say whether the operation of this endpoint (or of this id) says no."""
    operation = endpoint.rpartition(".")[2]
    return operation not in OTHERWISE and any(operation == v or operation.startswith(f"{v}_") for v in VERBS)
