"""What can go wrong, in the domain's words. A door renders these; nobody else knows about HTTP."""

from collections.abc import Mapping


class CareTeamError(Exception):
    """Base: a stable `type`, an HTTP status, and a sentence that says what to do."""

    type = "error"
    title = "The request could not be carried out"
    status = 500
    headers: Mapping[str, str] = {}
    logged = False
    """Whether it leaves a row in the access log: a refusal does, and an answer that tells something."""

    def __init__(self, detail: str = "", **members: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.members = members


class Invalid(CareTeamError):
    """The form is right but the meaning is not. `errors` names the fields."""

    type = "invalid"
    title = "Something in the request cannot be accepted"
    status = 422

    def __init__(self, detail: str = "", errors: Mapping[str, object] | None = None) -> None:
        super().__init__(detail, **({"errors": errors} if errors else {}))


class NotAuthenticated(CareTeamError):
    """Nobody is signed in, or the session or token is no longer good."""

    type = "not-authenticated"
    title = "Sign in, or send a valid access token"
    status = 401
    headers = {"WWW-Authenticate": 'Bearer realm="careteam"'}
    logged = True


class NotPermitted(CareTeamError):
    """An act that this person may not do on something they are known to see."""

    type = "not-permitted"
    title = "This is not yours to do"
    status = 403
    logged = True


class SecondFactorMissing(NotAuthenticated):
    """The password is right, and a code of the second factor is missing, wrong or used."""

    type = "second-factor-required"
    title = "Sign in with a code of your authenticator app too"


class SecondFactorRequired(NotPermitted):
    """Needs a code of the second factor, or a second factor in the first place; `detail` says which."""

    type = "second-factor-required"
    title = "A second factor is needed"


class NewPasswordRequired(NotPermitted):
    """The password may be known to others: nothing goes on before it is changed."""

    type = "new-password-required"
    title = "Choose a new password first"


class TooManyTries(CareTeamError):
    """So many wrong passwords or codes in a row that nothing is evaluated for a while, not even a right one."""

    type = "too-many-tries"
    title = "Too many wrong tries"
    status = 429
    logged = True

    def __init__(self, seconds: int) -> None:
        super().__init__("Wait as many seconds as Retry-After says, then try again.")
        self.headers = {"Retry-After": str(seconds)}


class NotFound(CareTeamError):
    """Absent, or hidden: the two are one answer, byte for byte, so it carries no detail."""

    type = "not-found"
    title = "There is nothing here that you can see"
    status = 404
    logged = True

    def __init__(self) -> None:
        super().__init__()


class Conflict(CareTeamError):
    """The act does not fit the state of the thing."""

    type = "conflict"
    title = "The current state does not allow this"
    status = 409


class TellingConflict(Conflict):
    """A conflict that tells whoever holds a link something about others, and so leaves a trace."""

    logged = True


class Gone(CareTeamError):
    """A link that was used, withdrawn or has expired."""

    type = "gone"
    title = "This is no longer valid"
    status = 410


class Stale(CareTeamError):
    """`If-Match` names a version that is not the current one."""

    type = "stale"
    title = "It changed since you read it; read it again and repeat the change"
    status = 412


class VersionRequired(CareTeamError):
    """A change without `If-Match`."""

    type = "version-required"
    title = "Send the ETag of the version that you read as If-Match"
    status = 428


class Unavailable(CareTeamError):
    """Something that the answer depends on does not work (such as the access log): nothing is disclosed."""

    type = "unavailable"
    title = "The answer could not be given safely; try again"
    status = 503
    headers = {"Retry-After": "2"}
