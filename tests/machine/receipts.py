"""What the receipt of a revocation says was seen is what was seen: by whom, how much, and when last."""

from datetime import datetime
from typing import Any

from tests.machine.facts import Consent, Record
from tests.machine.scene import Scene


def check(s: Scene, record: Record, consent: Consent, receipt: dict[str, Any]) -> None:
    """Hold a receipt against what everybody was shown.

    What only this consent opened must be counted, what it never opened must not be; where several opened the same
    item, either may have been the reason.
    """
    s.receipts += 1
    told = {seen["user_id"]: seen for seen in receipt["seen"]}
    for who in {shown.who for shown in s.shown[record.id]} | told.keys():
        surely, perhaps = _seen(s, record, consent, who)
        count = told[who]["items"] if who in told else 0
        if not len(surely) <= count <= len(perhaps):
            raise AssertionError(
                f"the receipt of {s.name(consent.id)} says that {s.name(who)} saw {count} items, "
                f"but it was {len(surely)} to {len(perhaps)}: {sorted(map(s.name, perhaps))}"
            )
        if who in told and datetime.fromisoformat(told[who]["last_at"]) not in set(perhaps.values()) | _times(s, who):
            raise AssertionError(f"the receipt of {s.name(consent.id)} says {told[who]['last_at']} of {s.name(who)}")


def _seen(s: Scene, record: Record, consent: Consent, who: str) -> tuple[dict[str, datetime], dict[str, datetime]]:
    surely: dict[str, datetime] = {}
    perhaps: dict[str, datetime] = {}
    for shown in s.shown[record.id]:
        for item in shown.items if shown.who == who else ():
            reasons = shown.why[item]
            if consent.id in reasons:
                perhaps[item] = shown.at
            if reasons == {consent.id}:
                surely[item] = shown.at
    return surely, perhaps


def _times(s: Scene, who: str) -> set[datetime]:
    return {shown.at for seen in s.shown.values() for shown in seen if shown.who == who}
