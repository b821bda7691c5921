"""The addresses of single-use links. What stands after `#` is sent to no server by browsers, and no log keeps it."""

from collections.abc import Mapping

from careteam.policy.vocabulary import MailKind

_PAGES: Mapping[MailKind, str] = {
    MailKind.INVITATION: "invitations/",
    MailKind.PASSWORD_RESET: "password-reset#",
    MailKind.ADDRESS_CHANGE: "address-change#",
}


def link_to(kind: MailKind, token: str, *, public_url: str) -> str:
    """Return the link of this kind with this token."""
    return f"{public_url.rstrip('/')}/{_PAGES[kind]}{token}"
