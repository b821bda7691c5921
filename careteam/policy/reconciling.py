"""Which decision a prescriber may sign about which difference."""

from collections.abc import Mapping

from careteam.policy.vocabulary import PairState, ReconciliationDecision

_ONE_SIDED = frozenset(
    {
        ReconciliationDecision.ACCEPT_PRESCRIBED,
        ReconciliationDecision.ACCEPT_TAKEN,
        ReconciliationDecision.WILL_CHANGE,
    }
)
FITS: Mapping[PairState, frozenset[ReconciliationDecision]] = {
    PairState.DOSE_DIFFERS: frozenset(ReconciliationDecision),
    PairState.ONLY_PRESCRIBED: _ONE_SIDED,
    PairState.ONLY_TAKEN: _ONE_SIDED,
    PairState.STOPPED_BUT_TAKEN: _ONE_SIDED,
}
"""Both can only be intended where both are there."""
