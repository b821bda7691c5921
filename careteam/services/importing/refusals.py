"""Why a file is not imported. A refusal quotes no value of the file."""

from careteam.errors import Invalid


class RefusedFile(Invalid):
    """A file of which nothing is stored; `path` says where, like `Bundle.entry[12].resource.status`.

    Only `reason` may be logged: a path may end in a name that is the file's own, and no element of FHIR.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        self.reason = reason
        super().__init__(f"{path}: {reason}" if path else reason, {path: [reason]} if path else None)


class TooLarge(RefusedFile):
    """A file that is not even read."""

    type = "too-large"
    title = "The file is larger than an import may be"
    status = 413
