"""Finds, in source text, what reads rows of the shared record without passing the gate.

It follows names: a model imported, renamed, put into a tuple of columns or handed over by another module of ours
stays the model. What a gate call (`record.rows`, `access.visible`) returns is free.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PROTECTED = frozenset({
    "Item", "Note", "NoteAddendum", "Medication", "MedicationEvent", "MedicationReview", "LabelChange", "ImportSource",
    "Allergy", "Condition", "EntryChange", "Reconciliation", "DifferenceDecision", "DecidedEntry",
    "Answer", "CheckIn", "CheckInSchedule", "CostRequest", "PriorTrial", "RefillRequest", "SideEffect", "Supply",
    "Measure", "MeasureRequest", "Intake", "Message", "MessageRecipient", "MessageThread", "PlanAcknowledgement",
    "PlanItem", "PlanReview", "PlanVersion", "Question", "Referral", "Direction",
})  # fmt: skip
"""The models of the shared record: every kind of item, its parts, and what came with an import."""

READING = frozenset({
    "select", "session.get", "get_one", "query", "exists", "aliased", "with_polymorphic", "with_parent", "refresh",
    "add_columns", "with_only_columns", "select_from", "join", "outerjoin", "join_from", "outerjoin_from",
    "update", "delete",
})  # fmt: skip
"""Calls that read (or bring in) the rows of a model that they are given; bulk changes among them."""

CONDITIONS = frozenset({"where", "filter", "filter_by", "having", "order_by"})
"""Calls that bring a model into a statement that began elsewhere; on the gate's own rows they are free."""

ANY_TABLE = frozenset({"text", "exec_driver_sql", "literal_column", "table", "raw_connection"})
"""Calls that can name any table in a string."""

EVERY_TABLE = frozenset({"metadata", "sorted_tables", "mappers", "__subclasses__", "__mapper__"})
"""Attributes from which any model can be had."""

MODEL_PACKAGES = frozenset(
    {"careteam.models", "careteam.models.record", "careteam.models.clinical", "careteam.models.reconciliation"}
)
"""From which a model could be had by its name in a string."""

PERMITS = frozenset({"Scope", "OwnRecord", "Author", "Holder", "Shared", "Released", "Represented", "Emergency"})
"""What only the policy makes."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A place that does not pass the gate. `where` is the function, or empty at the top of the module."""

    module: str
    where: str
    what: str
    line: int = field(compare=False)


class Module:
    """One source file: what its names stand for, and what it reads."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.tree = ast.parse(text)
        self.imported = dict(self._imports())
        self.models: set[str] = set()
        self.tainted: set[str] = set()

    def learn(self, others: Mapping[str, "Module"]) -> bool:
        """Find the names that stand for protected models; true when there is a new one."""
        before = len(self.models) + len(self.tainted)
        self.models |= {name for name, source in self.imported.items() if self._is_model(source)}
        self.tainted |= {name for name, source in self.imported.items() if _tainted_elsewhere(source, others)}
        for node in ast.walk(self.tree):
            for target, value in _bindings(node):
                if self._mentions(value, others):
                    self.tainted |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        return len(self.models) + len(self.tainted) > before

    def findings(self, others: Mapping[str, "Module"]) -> Iterator[Finding]:
        """Yield every place that reads protected rows, or could read any."""
        for where, node in _nodes(self.tree):
            what = self._finding(node, others)
            if what:
                yield Finding(self.name, where, what, getattr(node, "lineno", 0))

    def _finding(self, node: ast.AST, others: Mapping[str, "Module"]) -> str:
        if isinstance(node, ast.Attribute) and node.attr in EVERY_TABLE:
            return node.attr
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return "import *"
        if not isinstance(node, ast.Call):
            return ""
        called = _called(node)
        if called in ANY_TABLE or (called in PERMITS and self.imported.get(called, "").startswith("careteam.policy")):
            return called
        if called == "getattr" and self.imported.get(_name(node.args[0]), "") in MODEL_PACKAGES:
            return called
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        reads = called in READING or (called in CONDITIONS and _root(node) in READING)
        return called if reads and any(self._mentions(part, others) for part in given) else ""

    def _mentions(self, node: ast.AST, others: Mapping[str, "Module"]) -> bool:
        if isinstance(node, ast.Call) and (_is_gate(node) or self._makes_a_row(node)):
            return False
        if isinstance(node, ast.Name):
            return node.id in self.models | self.tainted
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            source = f"{self.imported.get(node.value.id, '')}.{node.attr}"
            if self._is_model(source) or _tainted_elsewhere(source, others):
                return True
        return any(self._mentions(child, others) for child in ast.iter_child_nodes(node))

    def _makes_a_row(self, node: ast.Call) -> bool:
        return isinstance(node.func, ast.Name) and node.func.id in self.models

    def _imports(self) -> Iterator[tuple[str, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.asname or alias.name, alias.name) for alias in node.names)

    @staticmethod
    def _is_model(source: str) -> bool:
        package, _, name = source.rpartition(".")
        return name in PROTECTED and package.startswith("careteam.models")


def findings(sources: Mapping[str, str]) -> list[Finding]:
    """Return what these modules (dotted name to text) read without the gate, in order."""
    modules = {name: Module(name, text) for name, text in sources.items()}
    while sum(module.learn(modules) for module in modules.values()):
        pass
    return sorted(found for module in modules.values() for found in module.findings(modules))


def _tainted_elsewhere(source: str, others: Mapping[str, Module]) -> bool:
    package, _, name = source.rpartition(".")
    return package in others and name in others[package].tainted


def _bindings(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield what is bound to what: assignments, loops, and parameters that say they are a model."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
        yield node.target, node.value
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield node.target, node.iter
    elif isinstance(node, ast.arg) and isinstance(node.annotation, ast.Subscript):
        yield ast.Name(node.arg), node.annotation


def _nodes(tree: ast.AST, where: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield every node with the name of the outermost function or class that it is in."""
    for child in ast.iter_child_nodes(tree):
        inside = child.name if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and not where else where
        yield inside, child
        yield from _nodes(child, inside)


def _called(node: ast.Call) -> str:
    if not isinstance(node.func, ast.Attribute):
        return _name(node.func)
    of_session = ast.unparse(node.func.value).endswith("session") and node.func.attr == "get"
    return "session.get" if of_session else node.func.attr


def _root(node: ast.AST) -> str:
    """Return the call with which a chain of calls begins."""
    began = ""
    while isinstance(node, (ast.Call, ast.Attribute)):
        began = _called(node) if isinstance(node, ast.Call) else began
        node = node.func if isinstance(node, ast.Call) else node.value
    return began


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_gate(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Attribute):
        return False
    return (_name(node.func.value), node.func.attr) in {
        ("record", "rows"),
        ("self", "rows"),
        ("several", "rows"),
        ("readable", "rows"),
        ("access", "visible"),
        ("access", "visible_in_any"),
        ("access", "visible_in_each"),
    }
