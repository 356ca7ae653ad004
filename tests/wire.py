"""Servers that say any bytes, by host: what no library for servers would send. TLS by certificates made here.

with wired({"drip.test": drip}) as wires:
    wires["drip.test"]  # its address:port
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Serve = Callable[[socket.socket, bytes, threading.Event], None]
"""Answers one request, whose head is given, on a connection; the event says that the test is over."""

NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_ASIDE = (b"GET /robots.txt ", b"GET /.well-known/")  # a hostile page is the matter here, not its robots.txt


def answer(body: bytes, head: str = "", status: str = "200 OK") -> Serve:
    """One answer with these headers; its Content-Length is right unless `head` gives one."""
    length = "" if "content-length" in head.lower() or "chunked" in head else f"Content-Length: {len(body)}\r\n"
    kind = "" if "content-type" in head.lower() else "Content-Type: application/xml\r\n"
    data = f"HTTP/1.1 {status}\r\n{kind}{length}{head}\r\n".encode("latin-1") + body
    return raw(data)


def raw(data: bytes) -> Serve:
    def serve(connection: socket.socket, _: bytes, __: threading.Event) -> None:
        connection.sendall(data)

    return serve


def endless(head: bytes, piece: bytes, pause_s: float = 0.0) -> Serve:
    """After `head` the same piece for ever, or until the client has had enough."""

    def serve(connection: socket.socket, _: bytes, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.wait(pause_s):
            connection.sendall(piece)

    return serve


def by_path(serves: Mapping[str, Serve]) -> Serve:
    """The behaviour of the path that is asked for; any other is not there."""

    def serve(connection: socket.socket, head: bytes, over: threading.Event) -> None:
        path = head.split(b" ", 2)[1].decode("latin-1")
        serves.get(path, raw(NOTHING))(connection, head, over)

    return serve


@contextmanager
def wired(serves: Mapping[str, Serve], certificates: Mapping[str, Path] | None = None) -> Iterator[dict[str, str]]:
    """A server of its own for each host; gives their addresses. A host with a certificate speaks TLS."""
    over, sockets, addresses = threading.Event(), [], {}
    for host, serve in serves.items():
        listening = socket.create_server(("127.0.0.1", 0), backlog=16)
        sockets.append(listening)
        addresses[host] = f"127.0.0.1:{listening.getsockname()[1]}"
        context = None
        if certificates and host in certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates[host])
        threading.Thread(target=_accept, args=(listening, serve, context, over), daemon=True).start()
    try:
        yield addresses
    finally:
        over.set()
        for listening in sockets:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()


def _accept(listening: socket.socket, serve: Serve, context: ssl.SSLContext | None, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = listening.accept()
        except OSError:
            return  # closed: the test is over
        threading.Thread(target=_talk, args=(connection, serve, context, over), daemon=True).start()


def _talk(connection: socket.socket, serve: Serve, context: ssl.SSLContext | None, over: threading.Event) -> None:
    with suppress(OSError), connection:  # a client that hangs up is what these tests are about
        connection.settimeout(20)
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        head = b""
        while b"\r\n\r\n" not in head and (data := connection.recv(65_536)):
            head += data
        if head.startswith(_ASIDE):
            connection.sendall(NOTHING)
        elif head:
            serve(connection, head, over)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)  # until the client closes: a reset would take unread bytes with it


def certificates(folder: Path) -> tuple[Path, dict[str, Path]]:
    """(an authority to trust, host -> key and certificate): sound, expired, for another name, vouched for by nobody."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority of a test")])
    made = _builder(name, name, key.public_key(), now - timedelta(2), now + timedelta(2))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    authority = made.sign(key, hashes.SHA256())
    trusted = folder / "authority.pem"
    trusted.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    ends = {"sound.test": 1, "expired.test": -1, "wrongname.test": 1, "selfsigned.test": 1}
    files = {}
    for host, days in ends.items():
        own = ec.generate_private_key(ec.SECP256R1())
        shown = "another.test" if host == "wrongname.test" else host
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, shown)])
        issuer, signs = (subject, own) if host == "selfsigned.test" else (name, key)
        leaf = _builder(subject, issuer, own.public_key(), now - timedelta(2), now + timedelta(days))
        leaf = leaf.add_extension(x509.SubjectAlternativeName([x509.DNSName(shown)]), critical=False)
        leaf = leaf.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()), critical=False
        )
        files[host] = folder / f"{host}.pem"
        files[host].write_bytes(
            leaf.sign(signs, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
            + own.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return trusted, files


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), begins, ends)
