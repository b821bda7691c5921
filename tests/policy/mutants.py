"""Deliberate faults in the rule, each a small change of its source with a name that says what goes wrong.

A mutant is compiled from the changed source into modules of its own; nothing that runs is touched.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

CHAIN = (
    "careteam.policy.team",
    "careteam.policy.scope",
    "careteam.policy.grounds",
    "careteam.policy.sharing",
    "careteam.access",
)
"""The rule's modules, each importing only from those before it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """What goes wrong, in which module, by which change of its text.

    `behind` names a second guard that hides the fault from the other way of asking, where there is one.
    """

    name: str
    module: str
    old: str
    new: str
    behind: str = ""


def source(module: str) -> str:
    """Return the module's text as it is."""
    file = import_module(module).__file__
    assert file
    return Path(file).read_text(encoding="utf-8")


def modules(mutant: Mutant) -> Mapping[str, ModuleType]:
    """Return the changed module and those that import it, compiled anew; the rest as they are."""
    made = {name: import_module(name) for name in CHAIN}
    text = source(mutant.module)
    assert text.count(mutant.old) == 1, f"{mutant.name}: its text is not in {mutant.module} once"
    for name in CHAIN[CHAIN.index(mutant.module) :]:
        changed = text.replace(mutant.old, mutant.new) if name == mutant.module else source(name)
        made[name] = _compiled(name, changed, made)
    return made


def _compiled(name: str, text: str, others: Mapping[str, ModuleType]) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = f"mutant of {name}"
    with patch.dict(sys.modules, {**others, name: module}):
        exec(compile(text, module.__file__, "exec"), module.__dict__)
    return module


def _team(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "careteam.policy.team", old, new)


def _scope(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "careteam.policy.scope", old, new)


def _sharing(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "careteam.policy.sharing", old, new)


BOTH = "[Author(reader.user_id, former=not roles), Holder(reader.user_id, former=not roles)]"
PERMITS = "yield from (_permit(c, members, less) for c in candidates(reader, roles, consents, at))"
OF_DAYS = "data_from=consent.data_from,\n        data_through=consent.data_through,\n        except_items"
OF_CONSENT = "except_items=consent.exceptions.items,\n        less=less"
OF_RELEASE = "data_through=consent.data_through,\n        less=less"
LABELS_OF_ALL = "frozenset().union(*(x.labels for x in consents))"

WHO = (
    _sharing("a disabled account reads on", "if reader.disabled:", "if False:"),
    _sharing("an unverified clinician reads what is theirs", "return bool(reader.verified) and any(", "return any("),
    _sharing(
        "no membership is needed to keep records", "any(m.user_id == reader.user_id for m in team.memberships)", "True"
    ),
    _sharing(
        "every patient's record is the reader's own",
        "if team.patient_user_id == reader.user_id:",
        "if team.patient_user_id:",
    ),
    _sharing("a patient loses their own drafts", ", Author(reader.user_id)]\n    permits", "]\n    permits"),
    _sharing("an author loses what they wrote", BOTH, "[Holder(reader.user_id, former=not roles)]"),
    _sharing("a holder loses what they hold", BOTH, "[Author(reader.user_id, former=not roles)]"),
    _sharing(
        "a former member is not told from a current one", BOTH, "[Author(reader.user_id), Holder(reader.user_id)]"
    ),
    _sharing("a former member reads on under consents", "        if roles:\n", "        if True:\n"),
    _team("the patient's agreement is not needed", "membership.patient_agreed and ", ""),
    _team("the clinician's acceptance is not needed", " and membership.clinician_accepted and ", " and "),
    _team(
        "declining changes nothing",
        "clinician_accepted and not membership.declined\n\n\ndef current",
        "clinician_accepted\n\n\ndef current",
    ),
    _team("ending changes nothing", "        and not membership.ended\n", ""),
    _team("covering begins an instant late", "membership.valid_from <= at", "membership.valid_from < at"),
    _team(
        "covering begins at once", "        and (membership.valid_from is None or membership.valid_from <= at)\n", ""
    ),
    _team("covering ends an instant late", "at < membership.valid_until)", "at <= membership.valid_until)"),
    _team("covering never ends", "        and (membership.valid_until is None or at < membership.valid_until)\n", ""),
    _team("a role counts without its verification", "reader.verified_for(m) and current(m, at)", "current(m, at)"),
    _team(
        "any practice's word counts in every practice",
        "reader.verified_for(m) and current(m, at)",
        "m.role in reader.verified and current(m, at)",
    ),
    _team(
        "a practice's word counts for every role",
        "reader.verified_for(m) and current(m, at)",
        "m.practice_id in {None, *(v.practice_id for v in reader.verifications)} and current(m, at)",
    ),
    _team(
        "a membership without a practice counts for nothing",
        "reader.verified_for(m) and current(m, at)",
        "reader.verified_for(m) and m.practice_id is not None and current(m, at)",
    ),
    _team(
        "any word counts where no practice is named",
        "reader.verified_for(m) and current(m, at)",
        "(reader.verified_for(m) or (m.practice_id is None and bool(reader.verified))) and current(m, at)",
    ),
    _team(
        "another's membership counts",
        "mine = (m for m in team.memberships if m.user_id == reader.user_id)",
        "mine = team.memberships",
    ),
)

CONSENTS = (
    _sharing("a consent begins an instant late", "consent.valid_from <= at", "consent.valid_from < at"),
    _sharing("a consent begins at once", "consent.valid_from <= at < consent.valid_until", "at < consent.valid_until"),
    _sharing("a consent ends an instant late", "at < consent.valid_until", "at <= consent.valid_until"),
    _sharing("a consent never expires", "consent.valid_from <= at < consent.valid_until", "consent.valid_from <= at"),
    _sharing("a superseded consent ends an instant late", "at < consent.superseded_at", "at <= consent.superseded_at"),
    _sharing(
        "a superseded consent goes on",
        "        and (consent.superseded_at is None or at < consent.superseded_at)\n",
        "",
    ),
    _sharing("a revoked consent goes on", "        and not consent.revoked\n", ""),
    _sharing(
        "a revoked consent goes on until it ends",
        "and not consent.revoked",
        "and (not consent.revoked or consent.superseded_at)",
    ),
    _sharing("a request is as good as a signature", "        consent.signed\n        and not", "        not"),
    _sharing("any kind of consent shares", "consent.kind is ConsentKind.SHARING and ", ""),
    _sharing("any purpose is treatment", " and consent.purpose is Purpose.TREATMENT", ""),
    _sharing("only roles receive", "r.user_id == user_id if r.role is None else r.role in roles", "r.role in roles"),
    _sharing("every named member is the reader", "r.user_id == user_id if r.role is None", "True if r.role is None"),
    _sharing("every role is the reader's", "else r.role in roles for r in recipients", "else True for r in recipients"),
    _sharing("the newest consent wins", PERMITS, PERMITS.replace("at))", "at)[-1:])")),
    _sharing("the oldest consent wins", PERMITS, PERMITS.replace("at))", "at)[:1])")),
    _sharing(
        "the newest consent is the reason",
        "sorted(consents, key=lambda c: c.id)",
        "sorted(consents, key=lambda c: c.id, reverse=True)",
    ),
    _sharing(
        "permits of different consents combine",
        PERMITS,
        PERMITS.replace("_permit(c,", f"_permit(__import__('dataclasses').replace(c, labels={LABELS_OF_ALL}),"),
    ),
    _sharing(
        "a consent to special notes shows them as shared", "consent.classes & SHAREABLE_CLASSES", "consent.classes"
    ),
    _sharing(
        "every label is listed",
        "labels=consent.labels,\n        holders",
        "labels=frozenset(__import__('careteam.policy.vocabulary', fromlist=['Label']).Label),\n        holders",
    ),
    _sharing(
        "an excepted holder is shared",
        "_holders(consent.disclosers, members) - left_out",
        "_holders(consent.disclosers, members)",
    ),
    _sharing("an excepted patient is shared", " and None not in left_out", ""),
    _sharing(
        "the team includes the patient",
        'Discloser("patient") in consent.disclosers',
        'bool(consent.disclosers & {Discloser("patient"), Discloser("team")})',
    ),
    _sharing("the team is named members only", "members if Discloser", "frozenset() if Discloser"),
    _sharing("every consent is the team's", 'members if Discloser("team") in disclosers else frozenset()', "members"),
    _sharing("a named discloser is not one", "return everyone | named", "return everyone"),
    _sharing(
        "a left member is not of the team",
        "ever_members(team)",
        "frozenset(m.user_id for m in team.memberships if not m.ended)",
    ),
    _team("who never joined is of the team", "for m in team.memberships if accepted(m))", "for m in team.memberships)"),
    _sharing("an excepted item is shared", "except_items=consent.exceptions.items", "except_items=frozenset()"),
    _sharing("the data period has no first day", OF_DAYS, OF_DAYS.replace("consent.data_from", "None")),
    _sharing("the data period has no last day", OF_DAYS, OF_DAYS.replace("consent.data_through", "None")),
)

RESTRICTIONS = (
    _sharing("no restriction matters", OF_CONSENT, OF_CONSENT.replace("less=less", "less=()")),
    _sharing(
        "only the first restriction matters",
        "for r in sorted(standing, key=lambda r: r.id))",
        "for r in sorted(standing, key=lambda r: r.id)[:1])",
    ),
    _sharing("a lifted restriction stands", "if restriction.lifted:", "if False:"),
    _sharing(
        "a restriction on a representation stops members", "if against.representation_id is not None:", "if False:"
    ),
    _sharing("a restriction on one member stops nobody", "return against.user_id == user_id", "return False"),
    _sharing("a restriction on one member stops everybody", "return against.user_id == user_id", "return True"),
    _sharing(
        "a restriction on a role stops nobody",
        "return against.role is None or against.role in roles",
        "return against.role is None",
    ),
    _sharing(
        "a restriction on a role stops everybody", "return against.role is None or against.role in roles", "return True"
    ),
    _sharing(
        "a restriction on anyone stops nobody",
        "return against.role is None or against.role in roles",
        "return against.role in roles",
    ),
    _sharing(
        "a restriction on a role spares who has another besides", "against.role in roles", "roles == {against.role}"
    ),
)

SECTIONS = (
    _scope("a limit on one item hides its section", "if limit.item_id or limit.label:", "if limit.label:"),
    _scope("a limit on a label hides its section", "if limit.item_id or limit.label:", "if limit.item_id:"),
    _scope(
        "no restriction closes a section",
        "if not any(_covers_section(limit, item_class, holder_id) for limit in permit.less)",
        "if True",
    ),
    _scope(
        "a restriction closes every class", "limit.item_class in (None, item_class) and covers_holder", "covers_holder"
    ),
    _scope(
        "a restriction closes every holder's section", "limit.holder_id is None or limit.holder_id == holder_id", "True"
    ),
    _scope(
        "a restriction of the patient's closes everybody's",
        "return holder_id is None\n    return limit",
        "return True\n    return limit",
    ),
    _scope(
        "every holder's section is shared",
        "return permit.of_patient if holder_id is None else holder_id in permit.holders",
        "return True",
    ),
    _scope("nobody is a former member", "any(isinstance(p, Author) and p.former for p in self.permits)", "False"),
)


def _grounds(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "careteam.policy.grounds", old, new)


NAMED = "named = (c for c in special if Recipient(user_id=reader.user_id) in c.recipients)"
WITHHELD = "[r for r in standing if r.emergency is not EmergencyRule.ALLOW]"
OPEN_NOW = "e.valid_from <= at < e.valid_until"
ALL_LABELS = "frozenset(__import__('careteam.policy.vocabulary', fromlist=['Label']).Label)"
EITHER = "against.role is not None or against.user_id is not None"
GROUNDS = (
    _sharing(
        "the release to the patient does nothing", "OwnRecord(released_to(grounds.releases, None))", "OwnRecord()"
    ),
    _sharing("a role names the reader of special notes", NAMED, "named = special"),
    _sharing("a release opens nothing", "if released:", "if False:"),
    _sharing("an excepted special note is open", "released - consent.exceptions.items if", "released if"),
    _sharing("no restriction reaches a released note", OF_RELEASE, OF_RELEASE.replace("less=less", "less=()")),
    _sharing("an emergency overrides every restriction", WITHHELD, "()"),
    _sharing("an emergency overrides no restriction", WITHHELD, "standing"),
    _sharing("an emergency opens every class", "session.classes & SHAREABLE_CLASSES", "SHAREABLE_CLASSES"),
    _grounds("a release that was withdrawn opens", " and not r.withdrawn", ""),
    _grounds("a release to one is a release to all", "r.reader_id == reader_id and ", ""),
    _grounds("somebody else's emergency counts", "e.user_id == reader.user_id and ", ""),
    _grounds("an emergency outlives the role", "membership.role is session.role and ", ""),
    _grounds("an emergency is taken up by a later membership", "membership.accepted_at, membership.valid_from", ""),
    _grounds(
        "an emergency is taken up by a later period",
        "membership.accepted_at, membership.valid_from",
        "membership.accepted_at,",
    ),
    _grounds("an emergency that ended goes on", " and not e.ended)", ")"),
    _grounds("an emergency lasts an instant longer", OPEN_NOW, "e.valid_from <= at <= e.valid_until"),
    _grounds("an emergency never ends", OPEN_NOW, "e.valid_from <= at"),
    _grounds("an emergency begins early", OPEN_NOW, "at < e.valid_until"),
    _grounds("somebody else's representation counts", "r.user_id == reader.user_id and stands", "stands"),
    _grounds("nobody need agree to a representation", "        representation.agreed\n        and ", "        "),
    _grounds("a representation that ended goes on", "        and not representation.ended\n", ""),
    _grounds("a representation begins late", "representation.valid_from <= at", "representation.valid_from < at"),
    _grounds("a representation ends an instant late", "at < until", "at <= until"),
    _grounds("a representation needs no power to read", "if Power.READ in representation.powers:", "if True:"),
    _grounds("a representation reads every class", "representation.classes & SHAREABLE_CLASSES", "SHAREABLE_CLASSES"),
    _grounds("a representation reads every label", "representation.labels, less", f"{ALL_LABELS}, less"),
    _grounds("no restriction binds a representation", "representation.labels, less)", "representation.labels, ())"),
    _grounds("a restriction on a member binds representations", EITHER, "against.role is not None"),
    _grounds("a restriction on a role binds representations", EITHER, "against.user_id is not None"),
    _grounds("a restriction on anyone spares them", "in (None, representation.id)", "== representation.id"),
    _grounds("a restriction on one representation binds all", "in (None, representation.id)", "!= 0"),
    _grounds("a lifted restriction binds them", "for r in restrictions if not r.lifted", "for r in restrictions"),
    _grounds("who reported loses what they reported", "return [*found, *author]", "return found"),
)

MUTANTS: tuple[Mutant, ...] = GROUNDS + WHO + CONSENTS + RESTRICTIONS + SECTIONS
