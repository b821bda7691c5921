"""The yardstick: a bare Flask + psycopg handler, written by hand, that does the same work in the same database.

Same work: find the token's owner; read team, consents and restrictions and decide; read the notes with
addenda, the medications with events, the allergies and the conditions with changes that the decision opens, and the
reconciliations; unseal every text; say which drugs stand on one side only and what changed since the last look;
write one access event and a row per item; answer the same items as JSON; all in one REPEATABLE READ transaction. It
knows nothing that the product does not, and leaves out everything that a product needs besides: schemas, errors,
headers, other readers than a clinician, other permits than one consent, other differences than a missing side.
"""

import hashlib
import threading
from typing import Any
from uuid import UUID

import orjson
import psycopg
from flask import Flask, Response, request
from psycopg.rows import dict_row
from uuid_utils.compat import uuid7

from careteam.sealing import Keyring, Place

WHO = """SELECT u.id, s.role FROM api_token t JOIN "user" u ON u.id = t.user_id
JOIN staff s ON s.user_id = u.id AND s.ended_at IS NULL AND s.verified_at IS NOT NULL
WHERE t.token_hash = %s AND t.revoked_at IS NULL AND t.expires_at > now() AND u.disabled_at IS NULL"""
TEAM = """SELECT m.user_id, m.role, u.name, p.name AS patient_name, p.birth_date, p.death_date, p.time_zone
FROM patient p JOIN membership m ON m.patient_id = p.id JOIN "user" u ON u.id = m.user_id
WHERE p.id = %s AND m.patient_agreed_at IS NOT NULL AND m.clinician_accepted_at IS NOT NULL
AND m.declined_at IS NULL AND m.ended_at IS NULL"""
CONSENTS = """SELECT id, disclosers, recipients, classes, labels, purpose, valid_from, valid_until FROM consent
WHERE patient_id = %s AND status = 'active' AND valid_from <= now() AND now() < valid_until"""
RESTRICTIONS = "SELECT * FROM restriction WHERE patient_id = %s AND lifted_at IS NULL"
OPEN = """i.patient_id = %(patient)s AND (i.holder_id = %(me)s OR i.author_id = %(me)s OR (NOT i.draft
AND NOT i.awaits_review AND i.item_class = ANY(%(classes)s) AND i.holder_id = ANY(%(holders)s)
AND (i.labels & ~%(labels)s) = 0))"""
NOTES = f"""SELECT i.*, n.status, n.title, n.body, n.signed_at, n.error_reason, n.error_at FROM item i
JOIN note n ON n.id = i.id WHERE {OPEN} AND n.status <> 'draft' ORDER BY i.date DESC, i.id DESC LIMIT 21"""
MEDICATIONS = f"""SELECT i.*, m.* FROM item i JOIN medication m ON m.id = i.id
WHERE {OPEN} ORDER BY i.date DESC, i.id DESC LIMIT 101"""
ADDENDA = "SELECT * FROM note_addendum WHERE note_id = ANY(%s) ORDER BY id"
EVENTS = "SELECT * FROM medication_event WHERE medication_id = ANY(%s) ORDER BY medication_id, position"
REVIEWED = "SELECT reviewed_at, reviewed_by FROM medication_review WHERE patient_id = %s ORDER BY id DESC LIMIT 1"
ALLERGIES = f"""SELECT i.*, a.* FROM item i JOIN allergy a ON a.id = i.id
WHERE {OPEN} ORDER BY i.date DESC, i.id DESC LIMIT 101"""
CONDITIONS = f"""SELECT i.*, c.* FROM item i JOIN condition c ON c.id = i.id
WHERE {OPEN} ORDER BY i.date DESC, i.id DESC LIMIT 101"""
CHANGES = "SELECT * FROM entry_change WHERE item_id = ANY(%s) ORDER BY item_id, position"
RECONCILED = f"""SELECT i.id, i.author_id, r.signed_at FROM item i JOIN reconciliation r ON r.id = i.id
WHERE {OPEN} AND r.error_at IS NULL ORDER BY r.signed_at DESC"""
LAST_LOOK = """SELECT max(at) AS at FROM access_event WHERE actor_id = %(me)s AND patient_id = %(patient)s
AND act = 'read-shared-record' AND at <= now() - interval '30 minutes'"""
NEW = f"""SELECT i.id, i.item_class FROM item i WHERE {OPEN} AND NOT i.draft AND i.author_id <> %(me)s
AND (%(since)s::timestamptz IS NULL OR i.updated_at > %(since)s) LIMIT 100"""
LOG = """INSERT INTO access_event (id, at, actor_id, actor_role, patient_id, act, outcome, target, purpose, items,
request_id, address, door) VALUES (%s, now(), %s, 'x', %s, 'read-shared-record', 'disclosed', '', 'treatment',
%s, '', '', 'bare')"""
LOG_ITEMS = """INSERT INTO access_event_item (event_id, item_id, item_class, holder_id, version, clause, consent_id)
SELECT %s, r.* FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::int[], %s::text[], %s::uuid[]) r"""

ALLERGY_TEXTS = ("substance", "codes", "reactions", "note", "error_reason")
CONDITION_TEXTS = ("name", "codes", "note", "error_reason")


def create(url: str, keyring: Keyring) -> Flask:
    """Return the bare application on this database."""
    app, kept = Flask("bare"), threading.local()

    def connection() -> "psycopg.Connection[dict[str, Any]]":
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(url, row_factory=dict_row)
            kept.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        found: psycopg.Connection[dict[str, Any]] = kept.connection
        return found

    def opened(row: dict[str, Any], table: str, *columns: str) -> dict[str, Any]:
        for column in columns:
            if row[column] is not None:
                row[column] = keyring.unseal(row[column], Place(table, row["id"], column))
        return row

    @app.get("/api/v1/patients/<uuid:patient_id>/shared-record")
    def read(patient_id: UUID) -> Response:
        c = connection()
        with c.transaction():
            secret = request.headers["Authorization"].removeprefix("Bearer ")
            who = c.execute(WHO, [hashlib.sha256(secret.encode()).hexdigest()]).fetchall()
            me, roles = who[0]["id"], {w["role"] for w in who}
            team = c.execute(TEAM, [patient_id]).fetchall()
            assert any(m["user_id"] == me and m["role"] in roles for m in team)
            consents = c.execute(CONSENTS, [patient_id]).fetchall()
            assert not c.execute(RESTRICTIONS, [patient_id]).fetchall()
            mine = [x for x in consents if {f"role:{r}" for r in roles} & set(x["recipients"])]
            permit = mine[0]
            scope = {
                "patient": patient_id,
                "me": me,
                "classes": permit["classes"],
                "holders": [m["user_id"] for m in team],
                "labels": permit["labels"],
            }
            notes = [opened(n, "note", "title", "body", "error_reason") for n in c.execute(NOTES, scope)]
            addenda = [opened(a, "note_addendum", "body") for a in c.execute(ADDENDA, [[n["id"] for n in notes]])]
            drugs = [opened(m, "medication", "reason", "error_reason") for m in c.execute(MEDICATIONS, scope)]
            events = [
                opened(e, "medication_event", "dose_text", "timing", "reason")
                for e in c.execute(EVENTS, [[m["id"] for m in drugs]])
            ]
            allergies = [opened(a, "allergy", *ALLERGY_TEXTS) for a in c.execute(ALLERGIES, scope)]
            conditions = [opened(x, "condition", *CONDITION_TEXTS) for x in c.execute(CONDITIONS, scope)]
            entries = [*allergies, *conditions]
            changes = [
                opened(x, "entry_change", "before", "reason") for x in c.execute(CHANGES, [[e["id"] for e in entries]])
            ]
            reviewed = c.execute(REVIEWED, [patient_id]).fetchone()
            reconciled = c.execute(RECONCILED, scope).fetchall()
            since = c.execute(LAST_LOOK, scope).fetchone()
            new = c.execute(NEW, {**scope, "since": since["at"] if since else None}).fetchall()
            log(c, me, patient_id, [*notes, *drugs, *entries], permit["id"])
        sides = {True: {m["drug_name"] for m in drugs if m["prescribed"]}}
        sides[False] = {m["drug_name"] for m in drugs if not m["prescribed"]}
        shown = {
            "team": team,
            "permits": mine,
            "notes": [{**n, "addenda": [a for a in addenda if a["note_id"] == n["id"]]} for n in notes],
            "medications": [{**m, "events": [e for e in events if e["medication_id"] == m["id"]]} for m in drugs],
            "differences": sorted(sides[True] ^ sides[False]),
            "allergies": [{**a, "changes": [x for x in changes if x["item_id"] == a["id"]]} for a in allergies],
            "conditions": [{**a, "changes": [x for x in changes if x["item_id"] == a["id"]]} for a in conditions],
            "last_reviewed": reviewed,
            "reconciled": reconciled,
            "new": new,
        }
        return Response(orjson.dumps(shown, default=str), content_type="application/json")

    return app


def log(c: Any, me: UUID, patient_id: UUID, items: list[dict[str, Any]], consent_id: UUID) -> None:
    """Write the access event and its items."""
    event_id = uuid7()
    c.execute(LOG, [event_id, me, patient_id, len(items)])
    columns = ("id", "item_class", "holder_id", "version")
    c.execute(
        LOG_ITEMS,
        [event_id, *([i[k] for i in items] for k in columns), ["consent"] * len(items), [consent_id] * len(items)],
    )
