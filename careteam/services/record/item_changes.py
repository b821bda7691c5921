"""What every change to an item has in common."""

from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified

from careteam.errors import Stale
from careteam.models import Item


def touch(item: Item, *, version: int, at: datetime) -> None:
    """Make the next flush write the item's next version, whatever else of it changes.

    Raises Stale unless `version` is the current one. Flush before adding parts that have rows of their own:
    of two changes at the same time the second then finds the version taken before it writes a part.
    """
    if item.version != version:
        raise Stale
    item.updated_at = at
    flag_modified(item, "updated_at")
