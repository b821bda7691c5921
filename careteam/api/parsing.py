"""Reads queries and bodies strictly: nothing twice, nothing unknown, nothing that only resembles JSON."""

import json
from collections.abc import Collection
from typing import Any

from flask import Request
from marshmallow import RAISE, Schema, fields
from webargs.core import is_json, missing
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from careteam.errors import Invalid


class StrictParser(FlaskParser):
    """Refuses JSON keys and parameters given twice (lists aside), unknown parameters, NaN, and what is not JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the query. Raises Invalid, naming what stands there twice and is no list."""
        refuse_repeated(req.args, lists=_lists(schema))
        return super().load_querystring(req, schema)

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not is_json(req.mimetype):
            raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
        return parse_json(body)


def refuse_repeated(arguments: MultiDict[str, str], *, lists: Collection[str] = ()) -> None:
    """Raise Invalid when a parameter is given more than once; a list is given so, once for each of its values."""
    twice = {name: ["Give this once."] for name, values in arguments.lists() if len(values) > 1 and name not in lists}
    if twice:
        raise Invalid("Give every query parameter once.", {"query": twice})


def _lists(schema: Schema) -> set[str]:
    return {field.data_key or name for name, field in schema.fields.items() if isinstance(field, fields.List)}


def parse_json(body: bytes) -> Any:
    """Return the value. Raises BadRequest, saying what is wrong with the text."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as error:
        raise BadRequest("The JSON is nested too deeply.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadRequest("The body is not JSON in UTF-8.") from error
    except ValueError as error:
        raise BadRequest(str(error) if isinstance(error, _NotStrict) else "A number is too long.") from error


class _NotStrict(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotStrict("A key stands twice in one JSON object; give it once.")
    return found


def _constant(word: str) -> Any:
    raise _NotStrict(f"{word} is not JSON.")
