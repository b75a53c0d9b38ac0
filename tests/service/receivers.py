"""Receivers of notices on loopback, over TLS: quick ones, silent ones, ones that never end their answer."""

from __future__ import annotations

import datetime
import socket
import ssl
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"

LINE_S = 0.02
"""Pause between two lines of an answer that never ends."""


@dataclass(kw_only=True)
class Receiver:
    """Takes calls one after another; ``mode``: quick, silent until released, dribbling, or mute in the handshake."""

    mode: str
    listener: socket.socket
    calls: int = 0
    is_called: threading.Event = field(default_factory=threading.Event)
    is_cut: threading.Event = field(default_factory=threading.Event)
    """The caller has closed the connection before the answer was whole."""
    _is_released: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Return where it listens."""
        port: int = self.listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Return its address as a webhook has it."""
        return f"https://localhost:{self.port}/x"

    @property
    def trust(self) -> ssl.SSLContext:
        """Return what trusts all receivers of these tests."""
        return ssl.create_default_context(cadata=_identity()[0].decode())

    def release(self) -> None:
        """Answer the call that waits, and all that follow."""
        self._is_released.set()

    def serve(self) -> None:
        """Take calls until the listener is closed."""
        with suppress(OSError):
            while True:
                line, _ = self.listener.accept()
                with suppress(OSError), line:
                    self._take(line)

    def _take(self, plain: socket.socket) -> None:
        plain.settimeout(30)
        if self.mode == "mute":
            self.calls += 1
            self.is_called.set()
            while plain.recv(4096):
                pass
            self.is_cut.set()
            return
        with _server_side().wrap_socket(plain, server_side=True) as line:
            while not line.recv(65_536).endswith(b"}"):  # head and event come apart
                pass
            self.calls += 1
            self.is_called.set()
            if self.mode == "silent":
                self._is_released.wait(30)
            if self.mode == "dribbling":
                self._dribble(line)
            line.sendall(ANSWER)

    def _dribble(self, line: ssl.SSLSocket) -> None:
        try:
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            while not self._is_released.wait(LINE_S):
                line.sendall(b"X-More: 1\r\n")
        except OSError:
            self.is_cut.set()
            raise


@contextmanager
def receiver_of(mode: str = "quick") -> Iterator[Receiver]:
    """Run a receiver in a thread; it has ended when the block has."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Receiver(mode=mode, listener=listener)
        thread = threading.Thread(target=made.serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.release()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@cache
def _identity() -> tuple[bytes, bytes]:
    """Return a certificate of localhost and its key, made once for all tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return made.public_bytes(pem), key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


@cache
def _server_side() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "identity.pem"
        file.write_bytes(b"".join(_identity()))
        context.load_cert_chain(file)
    return context
