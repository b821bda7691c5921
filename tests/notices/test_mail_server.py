"""The settings of the mail server: checked at the start; certificates are verified, and nobody signs in without TLS."""

import datetime
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from careteam.models.types import new_id
from careteam.policy.vocabulary import MailKind
from careteam.postman import MailServer, Postman, Unreachable
from careteam.services.notices.letters import Letter, Letterhead, written
from config import problems
from tests.conftest import settings_for
from tests.notices.conftest import SENDER, URL
from tests.notices.mailing import NOW
from tests.notices.server import MailBox, free_port, serving

GOOD: dict[str, Any] = {"smtp_host": "mail.example.org", "smtp_from": SENDER}
PRODUCTION: dict[str, Any] = {"environment": "production", "public_url": "https://careteam.example.org"}
SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "no mail": ({}, ""),
    "mail": (GOOD, ""),
    "mail in production": ({**GOOD, **PRODUCTION}, ""),
    "all of it": ({**GOOD, "smtp_tls": "tls", "smtp_port": 465, "smtp_user": "u", "smtp_password": "p"}, ""),
    "no sender": ({"smtp_host": "mail.example.org"}, "set CARETEAM_SMTP_FROM"),
    "two senders": ({**GOOD, "smtp_from": "a@example.org, b@example.org"}, "set CARETEAM_SMTP_FROM"),
    "a sender with a header": ({**GOOD, "smtp_from": "a@example.org\nBcc: b@example.org"}, "set CARETEAM_SMTP_FROM"),
    "no host": ({"smtp_from": SENDER}, "CARETEAM_SMTP_FROM is for mail: set CARETEAM_SMTP_HOST too"),
    "a password alone": ({**GOOD, "smtp_password": "p"}, "or neither"),
    "a user alone": ({**GOOD, "smtp_user": "u"}, "or neither"),
    "an unknown word": ({**GOOD, "smtp_tls": "yes"}, "CARETEAM_SMTP_TLS is starttls, tls or off"),
    "no TLS in production": ({**GOOD, **PRODUCTION, "smtp_tls": "off"}, "starttls or tls in production"),
    "no port": ({**GOOD, "smtp_port": 70000}, "CARETEAM_SMTP_PORT"),
    "no time": ({**GOOD, "smtp_timeout_seconds": 0}, "CARETEAM_SMTP_TIMEOUT_SECONDS"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_the_settings_are_checked_at_the_start(case: str, tmp_path: Path) -> None:
    given, said = SETTINGS[case]
    wrong = problems(settings_for("sqlite://", tmp_path, **given))
    assert (said in " ".join(wrong)) if said else (wrong == [])
    assert bool(wrong) == bool(said)


def test_the_password_stands_in_no_error_and_no_print(tmp_path: Path) -> None:
    settings = settings_for("sqlite://", tmp_path, **GOOD, smtp_user="u", smtp_password="canary")
    assert "canary" not in repr(settings) + repr(MailServer("h", SENDER, password="canary"))


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server with a certificate for 127.0.0.1 needs, and the file that says whom to trust for it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, secret = folder / "trusted.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    return context, trusted


def deliver(server: MailServer) -> None:
    """Hand one mail in."""
    mail = written(Letter(new_id(), MailKind.NEWS, "a@example.org", None, None), Letterhead(SENDER, URL), at=NOW)
    with Postman(server) as postman:
        postman.deliver(mail, "a@example.org")


@pytest.mark.parametrize("trusts", [True, False])
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_nothing_is_sent_to_a_server_whose_certificate_is_not_valid(
    tls: str, trusts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certified(tmp_path)
    box = MailBox(free_port())
    options = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {"ssl_context": context}
    if trusts:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with serving(box, **options):
        server = MailServer("127.0.0.1", SENDER, box.port, tls, timeout=5)
        if trusts:
            deliver(server)
        else:
            with pytest.raises(Unreachable, match="SSLCertVerificationError"):
                deliver(server)
    assert len(box.taken) == int(trusts)


def test_a_server_without_starttls_is_told_nothing(tmp_path: Path) -> None:
    box = MailBox(free_port())
    with serving(box), pytest.raises(Unreachable, match="STARTTLS"):
        deliver(MailServer("127.0.0.1", SENDER, box.port, "starttls", "user", "secret", timeout=5))
    assert box.taken == []


@pytest.mark.parametrize(("password", "sent"), [("right", 1), ("wrong", 0)])
def test_it_signs_in_where_the_server_asks_for_it(
    password: str, sent: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    box = MailBox(free_port())

    def known(*said: Any) -> AuthResult:
        return AuthResult(success=said[-1].password == b"right", handled=False)

    with serving(box, tls_context=context, require_starttls=True, authenticator=known, auth_required=True):
        server = MailServer("127.0.0.1", SENDER, box.port, "starttls", "user", password, timeout=5)
        if sent:
            deliver(server)
        else:
            with pytest.raises(Unreachable, match="535"):
                deliver(server)
    assert len(box.taken) == sent
