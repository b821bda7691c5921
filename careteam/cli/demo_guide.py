"""What the demo prints: whom to sign in as, and what to try first. Lines are not wrapped, for copying."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from careteam.demo.cast import CAST


@dataclass(frozen=True, slots=True)
class Guide:
    """Where the demo is, and everybody's token by e-mail address."""

    url: str
    tokens: Mapping[str, str]
    record: str
    prescriber: str
    database: Path
    told_before: bool

    @property
    def patient(self) -> str:
        """The address of the record of the story's patient."""
        return f"{self.url}/api/v1/patients/{self.record}"

    def curl(self, who: str, address: str, *, body: str = "") -> str:
        """Return a line for the shell that asks as one of the cast, with a body as POST."""
        sends = f" -H 'Content-Type: application/json' -d '{body}'" if body else ""
        return f"curl -s -H 'Authorization: Bearer {self.tokens[CAST[who].email]}'{sends} '{address}'"


READABLE = " | python3 -m json.tool"


def print_guide(console: Console, guide: Guide, *, serves: bool) -> None:
    """Print everything, headings in bold."""
    for heading, lines in _sections(guide, serves=serves):
        console.print(Text(heading, style="bold"), soft_wrap=True)
        for line in lines:
            console.print(Text(f"  {line}" if line else ""), soft_wrap=True)
        console.print()


def _sections(guide: Guide, *, serves: bool) -> Iterable[tuple[str, Iterable[str]]]:
    yield "careteam demo: everybody in it is invented", _about(guide, serves=serves)
    for player in CAST.values():
        who = (f"e-mail    {player.email}", f"password  {player.password}", f"token     {guide.tokens[player.email]}")
        yield f"{player.part}: {player.name}", who
    yield "Refused: an administrator asks for Nora's record, and is told that there is nothing", _refused(guide)
    yield (
        "Permitted: her prescriber reads what her consents open to him, with the notice of 42 CFR 2.32",
        _permitted(guide),
    )
    yield "Her access log: she sees both", _log(guide)
    for heading, line in _further(guide).items():
        yield heading, (line,)
    yield "A second factor: asked of staff in production, of nobody here; anybody may have one", _second_factor(guide)
    yield (
        "Addresses",
        (
            f"Sign in        POST {guide.url}/api/v1/session with e-mail and password as JSON",
            f"Documentation  {guide.url}/api/docs/ (try it there: Authorize takes a token)",
            f"Shared record  {guide.patient}/shared-record",
        ),
    )


def _about(guide: Guide, *, serves: bool) -> Iterable[str]:
    yield f"Database  {guide.database} ({'as it was' if guide.told_before else 'new'}; --reset begins anew)"
    yield "Tokens and passwords are for this demo only; the tokens are kept beside the database."
    yield f"Serving   {guide.url}, Ctrl-C stops it" if serves else "Not serving: run it without --no-serve."


def _refused(guide: Guide) -> tuple[str, ...]:
    return (guide.curl("gwen", f"{guide.patient}/shared-record") + READABLE,)


def _permitted(guide: Guide) -> tuple[str, ...]:
    return (guide.curl("samuel", f"{guide.patient}/shared-record") + READABLE,)


def _log(guide: Guide) -> tuple[str, ...]:
    return (guide.curl("nora", f"{guide.patient}/access-log?limit=5") + READABLE,)


def _further(guide: Guide) -> Mapping[str, str]:
    """Return what else to try, by its heading."""
    caseload, patient = f"{guide.url}/api/v1/patients?new=true", guide.patient
    why = f"{patient}/decisions?actor={guide.prescriber}&class=progress_note"
    return {
        **_treatment(guide),
        "Both sides: what is prescribed beside what she takes; one difference is open": guide.curl(
            "samuel", f"{patient}/medication-pairs"
        )
        + READABLE,
        "New since her therapist last looked": guide.curl("imani", caseload) + READABLE,
        "Who reads what of whom, until when: the patient sees all of it": guide.curl("nora", f"{patient}/sharing")
        + READABLE,
        "Imported, and read by nobody else until she has confirmed its labels": guide.curl(
            "nora", f"{patient}/label-reviews"
        )
        + READABLE,
        "Her access log for a spreadsheet": guide.curl("nora", f"{patient}/access-log.csv?limit=20"),
        "Why her prescriber reads whose progress notes, and what would turn it round": guide.curl("nora", why)
        + READABLE,
        "Preview: what taking everything back would close; nothing is changed": guide.curl(
            "nora", f"{patient}/revocations/preview", body="{}"
        )
        + READABLE,
        "The accounting of what was disclosed, for a spreadsheet": guide.curl(
            "nora", f"{patient}/accounting.csv?limit=20"
        ),
        "What waits for her to be read": guide.curl("nora", f"{guide.url}/api/v1/me/notices?unread=true") + READABLE,
    }


def _treatment(guide: Guide) -> Mapping[str, str]:
    """Return what shows the two halves of the treatment together, by its heading."""
    patient = guide.patient
    return {
        "Signals: what her therapist should see to, from what she may read": guide.curl("imani", f"{patient}/signals")
        + READABLE,
        "The same for her prescriber, who is away": guide.curl("samuel", f"{patient}/signals") + READABLE,
        "For herself: also what she keeps private, of which nobody else is told": guide.curl(
            "nora", f"{patient}/signals"
        )
        + READABLE,
        "Timeline: doses, check-ins, side effects, scores and plan on one axis": guide.curl(
            "imani", f"{patient}/timeline?limit=12"
        )
        + READABLE,
        "Her PHQ-9 scores, with the change since the last change of dose": guide.curl(
            "samuel", f"{patient}/measures?questionnaire=phq-9"
        )
        + READABLE,
        "The plan, who agrees to which version of it, and since when": guide.curl("samuel", f"{patient}/plan")
        + READABLE,
    }


def _second_factor(guide: Guide) -> Iterable[str]:
    place = f"{guide.url}/api/v1/me/second-factor"
    yield f"1  POST {guide.url}/api/v1/session, and keep the cookie and the csrf_token: tokens cannot do this"
    yield f"2  POST {place} with the password as JSON, X-CSRFToken in a header: put the secret into an app"
    yield f'3  POST {place}/confirmation with {{"code": "..."}} from the app: keep the recovery codes'
    yield "   The person's token ends with it; run the demo again for a new one. The README shows each step with curl."
