"""Accounts: one person, one address, one password."""

import re
from datetime import datetime
from unicodedata import category, normalize

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careteam import passwords as policy
from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import User
from careteam.passwords import Passwords
from careteam.services.identity.time_zones import known_zone

LONGEST_ADDRESS = 254
LONGEST_NAME = 200
_ADDRESS = re.compile(
    r"""(?P<local>[^\s@"(),:;<>\[\\\].]+(\.[^\s@"(),:;<>\[\\\].]+)*)
        @(?P<label>[^\W_]([\w-]{0,61}[^\W_])?)(\.[^\W_]([\w-]{0,61}[^\W_])?)+""",
    re.VERBOSE,
)


def normal_address(email: str) -> str:
    """Return the one form of an e-mail address that is stored, compared and written to.

    Compatibility forms and upper case are folded, space around it is dropped. Raises Invalid when it is no address.
    """
    folded = normalize("NFKC", normalize("NFKC", email.strip()).lower())
    fits = len(folded.encode("utf-8", "replace")) <= LONGEST_ADDRESS and folded.isprintable()
    match = _ADDRESS.fullmatch(folded) if fits else None
    if match is None or len(match["local"]) > 64:
        raise Invalid("This is no e-mail address.", {"email": ["Write an address such as name@example.org."]})
    return folded


def normal_name(name: str) -> str:
    """Return the name of a person or practice without space around it.

    Raises Invalid when it is empty, too long or not on one line.
    """
    text = normalize("NFC", name.strip())
    if not 1 <= len(text) <= LONGEST_NAME or any(category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        raise Invalid("This is no name.", {"name": [f"Write 1 to {LONGEST_NAME} letters on one line."]})
    return text


def checked_password(password: str, *, email: str, name: str, field: str = "password") -> str:
    """Return the password as it is. Raises Invalid with every reason why it is not accepted, under `field`."""
    wrong = policy.problems(password, context=[email, name])
    if wrong:
        raise Invalid("Choose another password.", {field: wrong})
    return password


def create(
    session: Session,
    passwords: Passwords,
    *,
    email: str,
    name: str,
    password: str,
    time_zone: str | None = None,
    at: datetime,
) -> User:
    """Make an account that can sign in and do nothing else yet.

    Raises Invalid on an address, name, password or time zone that is not accepted; Conflict when the address has an
    account. That must not reach whoever should not learn of the account: the caller decides what to answer.
    """
    address, called = normal_address(email), normal_name(name)
    chosen = checked_password(password, email=address, name=called)
    zone = {} if time_zone is None else {"time_zone": known_zone(time_zone)}
    user = User(
        email=address,
        name=called,
        password_hash=passwords.hash(chosen),
        created_at=at,
        password_changed_at=at,
        **zone,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise Conflict("There is an account with this address.") from error
    return user


def with_address(session: Session, email: str) -> User | None:
    """Return the account with this address; None also when it is no address."""
    try:
        address = normal_address(email)
    except Invalid:
        return None
    return session.execute(select(User).where(User.email == address)).scalar_one_or_none()


def proves(session: Session, passwords: Passwords, user: User | None, password: str) -> bool:
    """Tell whether this is the person's password; False for nobody, after the same time.

    The account is then held until the end of the transaction: what rests on this proof and a change of the password
    cannot both go through without one of them having seen the other.
    """
    if user is None:
        return passwords.verify_nothing(password)
    if not passwords.verify(user.password_hash, password):
        return False
    session.execute(update(User).where(User.id == user.id).values(password_changed_at=User.password_changed_at))
    return True


def confirm(session: Session, passwords: Passwords, user: User, password: str) -> None:
    """Return if this is the person's password. Raises NotPermitted."""
    if not proves(session, passwords, user, password):
        raise NotPermitted("This is not your current password.")
