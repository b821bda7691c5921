"""Nothing reaches the rows of the shared record but by the gate."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import careteam
from careteam.models import Base
from tests.access.gate_check import PROTECTED, Finding, findings

ROOT = Path(careteam.__file__).parent
GATE = ("careteam.access", "careteam.models", "careteam.policy")
"""The gate, what it stands on, and what it asks."""

PARTS = "parts of items that the gate let through, by those items' ids"
OWN_SOURCES = "what this record was imported from before, to import nothing twice; no item is read"
NOES = "what says no (of an item: its labels), for the sealed journal and out of it; shown to nobody"
WHOLE = "counts rows for a backup, which holds everything, encrypted, and is made by the operator alone"
TO_THEM = "tells an addressee that a referral to them was agreed to: from whom, when; nothing of its text or patient"
ALLOWED: Mapping[tuple[str, str], str] = {
    ("careteam.services.record.notes", "_addenda"): PARTS,
    ("careteam.services.medications.medication_events", "of"): PARTS,
    ("careteam.services.medications.medication_changes", "_changes"): PARTS,
    ("careteam.services.medications.medication_changes", "withdraw"): PARTS,
    ("careteam.services.labels.labels", "history"): PARTS,
    ("careteam.services.labels.label_clues", "_tagged"): "tags of sources, for items that the gate let by",
    ("careteam.services.notices.of_reviews", "imported"): "asks who holds what was imported just now; shows no item",
    ("careteam.services.notices.of_reviews", "holders_left"): "asks whether items wait for who left; shows no item",
    ("careteam.services.labels.label_caseload", "_held"): "counts what the actor holds (rule 1) and shows no item",
    ("careteam.services.management.schedules", "_rows"): "a setting of one patient's; no item, and names none",
    ("careteam.services.medications.reconciliation_rows", "decisions"): PARTS,
    ("careteam.services.medications.reconciliation_rows", "_tells"): "a filter on the gate's rows, by their decisions",
    ("careteam.services.medications.reconciliation_rows", "naming"): "a filter on the gate's rows, by their entries",
    ("careteam.services.medications.reconciliation_rows", "_known"): "a filter on decisions, by what the gate opens",
    (
        "careteam.services.record.answers",
        "_readable_changes",
    ): "changes that answers name, of the entries that the gate lets by",
    ("careteam.services.referrals.addressed", "_listed"): TO_THEM,
    ("careteam.services.referrals.addressed", "_waiting"): TO_THEM,
    (
        "careteam.services.referrals.places",
        "_needed_elsewhere",
    ): "asks whether another referral needs the same place; shows none",
    (
        "careteam.services.team.rosters",
        "only_referred",
    ): "asks whether only a referral without a yes asks for a place; shows none",
    ("careteam.services.record.unanswered", "answered"): "a filter by what the gate lets by of the answers",
    ("careteam.services.planning.plan_versions", "of"): PARTS,
    ("careteam.services.signals.differences", "_parts"): PARTS,
    ("careteam.services.signals.managed", "_schedules"): "when check-ins are due, of records opened before; no item",
    ("careteam.services.signals.open_items", "_unanswered"): "joins to the gate's rows what each says",
    ("careteam.services.signals.open_items", "_unacknowledged"): "joins to the gate's rows their own versions",
    ("careteam.services.signals.open_items", "_waiting_messages"): "a filter on the gate's rows, by the gate's rows",
    ("careteam.services.timeline.dose_steps", "_steps"): PARTS,
    (
        "careteam.services.timeline.dose_steps",
        "_ended_before",
    ): "a filter on events of the gate's rows, by those events",
    ("careteam.services.record.entry_changes", "keep"): PARTS,
    ("careteam.services.record.entry_changes", "of"): PARTS,
    ("careteam.services.record.subjects", "with_subjects"): "joins to the gate's rows what each is about",
    ("careteam.services.importing.opening", "with_kept"): "asks which records hold what was kept; shows none of it",
    ("careteam.services.importing.opening", "_read"): OWN_SOURCES,
    ("careteam.services.importing.storing", "open_sources"): "names at a source the item that it became; reads nothing",
    (
        "careteam.services.medications.medications",
        "_has_status",
    ): "a filter on the gate's rows, by those rows' own events",
    ("careteam.services.record.news", "_known_already"): "a filter on the gate's rows, by what the reader was shown",
    ("careteam.services.previews.comparing", "_answers"): "says of the gate's rows which other scopes open them too",
    ("careteam.services.record.news", "_own"): "a filter on the gate's rows, by the reader's own acts",
    (
        "careteam.services.medications.medication_reviews",
        "_known",
    ): "the scope decides whose reviews are known; no item",
    ("careteam.services.importing.sources", "sift"): OWN_SOURCES,
    ("careteam.services.importing.whose", "_known"): OWN_SOURCES,
    ("careteam.services.importing.whose", "_brought_before"): "asks in whose record two importers both have a place",
    ("careteam.services.importing.sources", "_told"): "joins to the gate's rows the sources that they came from",
    ("careteam.services.importing.whose", "_has_place"): "asks where the importer has a place in a team",
    ("careteam.services.team.vouching", "_parts"): "asks whose parts an unclaimed record holds, and shows none of them",
    ("careteam.services.team.folding", "fold"): "moves an unclaimed record into the person's own; reads nothing",
    ("careteam.services.team.folding", "_mark_repeated_sources"): OWN_SOURCES,
    ("careteam.services.key_rotation", "sealed_columns"): "seals every text anew and shows none",
    ("careteam.services.chain.noes", "_no"): NOES,
    ("careteam.services.chain.noes", "_all_but_sealed"): NOES,
    ("careteam.services.chain.journal", "_found"): NOES,
    ("careteam.services.chain.events", "_table"): "the tables of the logs, which hold no item",
    ("careteam.services.chain.raw", "_column"): "the columns of the logs, which hold no item",
    ("careteam.services.chain.sealer", ""): "asks for an advisory lock",
    ("careteam.services.chain.databases", "looking"): "begins a transaction",
    ("careteam.services.chain.databases", "writing"): "begins a transaction",
    ("careteam.services.backup.dumping", "_from_postgres"): WHOLE,
    ("careteam.services.backup.dumping", "server_major"): "asks for the server's version",
    ("careteam.services.backup.postgres_target", "PostgresTarget"): "counts people and connections",
    ("careteam.services.backup.redoing", "_redo"): NOES,
    ("careteam.services.backup.redoing", "_make_again"): NOES,
    ("careteam.services.backup.redoing", "_existing"): NOES,
    ("careteam.services.decisions.past_facts", "_label_changes"): "the labels of that time, to decide by; shows none",
    ("careteam.services.decisions.past_facts", "_unsigned"): "what were drafts then, to decide by; shows none",
    ("careteam.services.decisions.past_facts", "_sent"): "to whom items were sent then, to decide by; shows none",
    ("careteam.services.decisions.past_facts", "_unreviewed"): "what was not confirmed then, to decide by; shows none",
    ("careteam.services.directing.sending", "_open"): "to whom one item is sent, asked by its sender",
    ("careteam.services.directing.sending", "send"): "takes back at once what would not be read; shows none",
    ("careteam.services.directing.sending", "_mark"): "says of an item that it was sent, without a new version",
    ("careteam.services.directing.sent_items", "page_of"): "to whom the gate's own rows were sent, to their sender",
    ("careteam.services.directing.sent_items", "_shown"): "to whom an item of the gate's was sent, to its sender alone",
    ("careteam.services.record.questions", "_answered"): "of the gate's rows, which question each answers",
    ("careteam.services.directing.sending", "take_back"): "ends permits; shows none",
    ("careteam.services.directing.sending", "sent_to"): "to whom the gate's own rows are sent, to their sender alone",
    ("careteam.services.messages.messages", "_around"): "whom the gate's own rows were for, told where it is theirs",
    ("careteam.services.messages.messages", "_unread"): "what is for the reader and unconfirmed, of the gate's rows",
    ("careteam.services.messages.messages", "_counts"): "counts the gate's own rows, thread by thread",
    ("careteam.services.messages.messages", "_wrote"): "when who wrote last, of the gate's own rows",
    ("careteam.services.messages.messages", "threads_of"): "the last of the gate's own rows in each thread",
    ("careteam.services.measures.comparing", "_dose_changes"): "joins to the gate's rows their own events",
    ("careteam.services.signals.forms", "_latest"): "numbers the gate's own rows by day, and keeps the first of each",
    ("careteam.services.timeline.other_points", "_tied"): "a filter on the gate's rows, by what the gate opens",
    ("careteam.services.messages.writing", "mark_read"): "the reader's own receipt; shows none",
    (
        "careteam.services.decisions.replaying",
        "_replayed",
    ): "decides anew, for an operator's command, what the log says of items; shows no content of any",
    ("careteam.services.log.accounting", "_what"): "counts the log's rows; of an item only whether it was Part 2",
    ("careteam.services.log.accounting", "_was_part2"): "of an item in the log only whether it was Part 2 then",
    ("careteam.services.log.access_log", ""): "writes the log's own table",
    ("careteam.services.health", "check"): "asks for the migration's number",
    ("careteam.extensions", ""): "gives the tables to Flask-SQLAlchemy",
    ("careteam.extensions", "_begin_sqlite"): "begins a transaction",
    ("careteam.facts", ""): "reads the tables of people, teams, consents and restrictions",
}
"""Who may do otherwise, function by function, and why that shows nobody what they may not read."""


def sources() -> dict[str, str]:
    """Return every module outside the gate."""
    files = {file: ".".join(file.relative_to(ROOT.parent).with_suffix("").parts) for file in ROOT.rglob("*.py")}
    names = {file: name.removesuffix(".__init__") for file, name in files.items()}
    return {name: file.read_text(encoding="utf-8") for file, name in names.items() if not name.startswith(GATE)}


def test_every_read_of_the_shared_record_passes_the_gate() -> None:
    found = findings(sources())
    assert [f for f in found if (f.module, f.where) not in ALLOWED] == []
    assert ALLOWED.keys() - {(f.module, f.where) for f in found} == set(), "allowed, but no longer needed"


HEAD = "from careteam import access, models\nfrom careteam.models import Consent, Item as I, Note\n"
BYPASSES = {
    "a select": "def f(s): return s.scalars(select(Note))",
    "a select of columns": "def f(s): return s.execute(select(Note.id, Consent.id))",
    "a select of another name": "def f(s): return s.execute(select(I.id))",
    "a get": "def f(session): return session.get(Note, 1)",
    "a get on another session": "def f(db): return db.session.get(models.Note, 1)",
    "an old query": "def f(s): return s.query(models.Medication).all()",
    "a renamed model": "N = models.Note\ndef f(s): return s.execute(select(N))",
    "a model renamed twice": "def f(s):\n    n = Note\n    m = n\n    return select(m)",
    "columns put aside": "COLUMNS = (Note.id, Note.body)\ndef f(s): return s.execute(select(*COLUMNS))",
    "columns of another module": "from careteam.services.record import notes\ndef f(s): return select(*notes.COLUMNS)",
    "columns taken from it": "from careteam.services.record.notes import COLUMNS\ndef f(s): return select(*COLUMNS)",
    "a plain table": "def f(s): return s.execute(select(Note.__table__))",
    "a model in a loop": "def f(s):\n    for model in (Note, I):\n        s.execute(select(model))",
    "a model in a comprehension": "def f(s): return [s.scalars(select(m)) for m in (Note, I)]",
    "a model as a parameter": "def f(s, model: type[I]): return s.execute(select(model.id))",
    "a join from elsewhere": "def f(s): return select(Consent.id).join(Note, true())",
    "a condition from elsewhere": "def f(s): return select(Consent.id).where(Note.title == Consent.message)",
    "an exists": "def f(s): return select(Consent.id).where(exists().where(Note.id == Consent.id))",
    "a subquery": "def f(s, mine): return mine.where(select(Note.id).exists())",
    "an alias": "def f(s): return aliased(Note)",
    "a bulk change": "def f(s): return s.execute(update(Note).values(title=b''))",
    "a bulk removal": "def f(s): return s.execute(delete(I))",
    "a statement in words": "def f(s): return s.execute(text('SELECT * FROM note'))",
    "all tables": "def f(s): return select(models.Base.metadata.tables['note'])",
    "all mappers": "def f(s): return list(models.Base.registry.mappers)",
    "a model by its name": "def f(s, name): return getattr(models, name)",
    "everything imported": "from careteam.models import *",
    "a scope made by hand": "from careteam.policy.scope import OwnRecord\ndef f(p): return OwnRecord()",
}
PASSES = {
    "the gate": "def f(s, record): return s.execute(record.rows(Note, Note.id).where(Note.id == 1))",
    "the gate itself": "def f(s, scope): return s.execute(access.visible(Note, scope, Note.id))",
    "a new row": "def f(s):\n    note = Note(id=1)\n    s.add(note)",
    "a count of gate rows": "def f(s, record): return select(count()).select_from(record.rows(I, I.id).subquery())",
    "another table": "def f(s): return s.execute(select(Consent.id))",
    "a look-up": "def f(found): return found.get(Note)",
}


def check(text: str) -> list[Finding]:
    """Return what is found in one module that is not part of the application."""
    others = {"careteam.services.record.notes": HEAD + "COLUMNS = (Note.id, Note.body)"}
    return [f for f in findings({"careteam.sample": HEAD + text, **others}) if f.module == "careteam.sample"]


@pytest.mark.parametrize("text", BYPASSES.values(), ids=BYPASSES)
def test_the_check_sees_a_way_round_the_gate(text: str) -> None:
    assert check(text)


@pytest.mark.parametrize("text", PASSES.values(), ids=PASSES)
def test_the_check_lets_the_gate_be_used(text: str) -> None:
    assert check(text) == []


def test_the_check_knows_every_model_of_the_shared_record() -> None:
    """A new kind of item, or a new part of one, refers to an item's table: it must be on the list."""
    tables = {str(mapper.local_table): mapper.class_.__name__ for mapper in Base.registry.mappers}
    items = {"item", "note", "medication", "medication_event", "note_addendum"}
    of_items = {
        tables[table.fullname]
        for table in Base.metadata.sorted_tables
        if table.fullname in items or items & {key.column.table.fullname for key in table.foreign_keys}
    }
    named = {"Restriction", "AccessEventItem", "SpecialRelease"}
    assert of_items - PROTECTED == named, "these name an item and show nothing of it"
