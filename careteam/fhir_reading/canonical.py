"""One spelling for one content, so that the same resource is recognised when it comes again."""

import hashlib
import json
from decimal import Decimal

from careteam.fhir_reading.strict_json import Json, JsonObject

_ABOUT_THE_COPY = frozenset({"versionId", "lastUpdated"})


def canonical(value: Json) -> str:
    """JSON with sorted names and no blanks. Decimals keep the digits that the source wrote."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def content_sha256(*resources: JsonObject) -> str:
    """Equal for equal content; `meta.versionId` and `meta.lastUpdated` do not count as content."""
    text = canonical([_content(resource) for resource in resources])
    return hashlib.sha256(text.encode()).hexdigest()


def _content(resource: JsonObject) -> JsonObject:
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return resource
    told = {key: value for key, value in meta.items() if key not in _ABOUT_THE_COPY}
    return {key: value for key, value in {**resource, "meta": told or None}.items() if value is not None}
