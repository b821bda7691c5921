"""Accounts: one person, one address, one password."""

import re
from datetime import datetime
from unicodedata import category, normalize
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careteam import passwords as policy
from careteam.errors import Conflict, Invalid, NotPermitted, SecondFactorRequired
from careteam.models import User
from careteam.passwords import Passwords
from careteam.services.identity import factor_codes, proving
from careteam.services.identity.factor_codes import Check, Entered
from careteam.services.identity.proving import Password
from careteam.services.identity.time_zones import known_zone

CODE_NEEDED = "Send a code of your authenticator app as `code`, or one of your recovery codes as `recovery_code`."
CODE_WRONG = "This code is wrong or was used before: wait for the next one, or send a recovery code."
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


def folded_address(email: str) -> str:
    """Return one form of what was entered as an address: the normal one where it is an address."""
    try:
        return normal_address(email)
    except Invalid:
        return email.strip().casefold()


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


def proves(session: Session, passwords: Passwords, user: User | None, password: str, *, bucket: str) -> bool:
    """Tell whether this is the person's password; False for nobody, after the same time.

    The try is counted in this bucket first (see `careteam.services.identity.proving`, which raises). The account is
    then held until the end of the transaction: what rests on this proof and a change of the password cannot both go
    through without one of them having seen the other.
    """
    said = Password(user.password_hash if user else None, password)
    if not proving.evaluate(session, passwords, bucket, said) or user is None:
        return False
    hold(session, user.id)
    return True


def hold(session: Session, user_id: UUID) -> None:
    """Hold an account until the end of the transaction: what shuts people out and what lets them in come in turn."""
    session.execute(update(User).where(User.id == user_id).values(password_changed_at=User.password_changed_at))


def confirm(session: Session, passwords: Passwords, user: User, entered: Entered, *, at: datetime) -> None:
    """Return if the person has shown again who they are: the password, and a code where they have a second factor.

    Everything that an account must not lose to a browser left open rests on this (ASVS V7.5.1). Wrong tries are
    counted apart from those at sign-in, so that a stranger cannot use them up. Raises NotPermitted, TooManyTries,
    and SecondFactorRequired after a right password.
    """
    bucket = entering_again(user.id)
    if not proves(session, passwords, user, entered.password, bucket=bucket):
        raise NotPermitted("This is not your current password.")
    found = factor_codes.check(session, user.id, entered, at=at)
    if found is Check.MISSING:
        proving.undecided(session, bucket)
        raise SecondFactorRequired(CODE_NEEDED)
    if found is Check.WRONG:
        raise SecondFactorRequired(CODE_WRONG)
    proving.right(session, bucket)


def entering_again(user_id: UUID) -> str:
    """Return the bucket in which tries of somebody who is signed in, or holds a link of the account, are counted."""
    return f"again {user_id}"
