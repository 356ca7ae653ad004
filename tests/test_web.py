"""The web client against a real server on loopback: polite, within its limits, and not to be led astray."""

from __future__ import annotations

import asyncio
import pickle
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import brotli
import pytest
from test_web_parts import ENCODERS, TEXT, decoded

from pipeline.web import AioWeb
from pipeline.web.address import GuardedResolver
from pipeline.web.decode import Body
from schemas.config import Network, TestNetwork
from schemas.ports import Request, Response

MIB = 1 << 20


class Site(BaseHTTPRequestHandler):
    """Paths speak for themselves; a path that no method knows is a 404."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.note(self)
        path = self.path.partition("?")[0]
        answer = self.server.paths.get(f"{self.headers['Host']}{path}") or self.server.paths.get(path)
        if answer is None:
            self.send(b"no such page", 404)
        else:
            answer(self)

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Type": "text/html", "Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Site)
        self.paths: dict[str, Callable[[Site], None]] = {}
        self.seen: list[tuple[str, str, tuple[str, int], float, dict[str, str]]] = []
        self.lock, self.now, self.most = threading.Lock(), Counter[str](), 0
        self.stopping = threading.Event()

    def note(self, site: Site) -> None:
        with self.lock:
            headers = {key.lower(): value for key, value in site.headers.items()}
            self.seen.append((headers["host"], site.path, site.client_address, time.monotonic(), headers))

    def asked(self, path: str) -> int:
        return sum(1 for _, seen, *_ in self.seen if seen == path)

    def handle_error(self, *_: object) -> None:
        pass  # a client that hangs up is what these tests are about


@pytest.fixture
def site():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    server.server_close()


HOSTS = ("daily.test", "weekly.test", "metro.test")


@pytest.fixture
def open_web(site):
    opened = []

    def open_one(**changes: object) -> AioWeb:
        settings: dict[str, object] = {
            "user_agent": "newsbeam/9.9 (+https://desk.example/bot)",
            "host_gap_s": 0.0,
            "retries": 0,
            "max_retry_wait_s": 0.05,
            "first_byte_timeout_s": 2.0,
            "total_timeout_s": 5.0,
            "max_page_bytes": MIB,
            "test": TestNetwork(dict.fromkeys(HOSTS, f"127.0.0.1:{site.server_address[1]}")),
        }
        opened.append(AioWeb(Network(**(settings | changes))))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for web in opened:
        web.close()


def get(web: AioWeb, url: str, **more: object) -> Response:
    [response] = web.get([Request(url, **({"robots": False} | more))])  # type: ignore[arg-type]
    return response


# a page


def test_a_page_comes_with_its_headers_and_we_say_who_we_are(site, open_web):
    def page(at: Site) -> None:
        at.send_response(200)
        for name, value in [("Content-Length", "5"), ("X-Robots-Tag", "noai"), ("X-ROBOTS-TAG", "nofollow")]:
            at.send_header(name, value)
        at.end_headers()
        at.wfile.write(b"hello")

    site.paths["/a"] = page
    response = get(open_web(), "http://daily.test/a", etag='"v1"', last_modified="Mon, 02 Mar 2026 08:00:00 GMT")
    assert (response.status, response.body, response.failure, response.robots) == (200, b"hello", "", "not_asked")
    assert [value for key, value in response.headers if key == "x-robots-tag"] == ["noai", "nofollow"]
    assert (response.url, response.final_url, response.redirects) == ("http://daily.test/a", "http://daily.test/a", ())
    [(host, _, _, _, sent)] = site.seen
    assert host == "daily.test"
    assert sent["user-agent"] == "newsbeam/9.9 (+https://desk.example/bot)"
    assert sent["accept-encoding"] == "gzip, deflate, br, zstd"
    assert sent["if-none-match"] == '"v1"'
    assert sent["if-modified-since"] == "Mon, 02 Mar 2026 08:00:00 GMT"
    assert "cookie" not in sent


def test_an_error_status_is_an_answer(site, open_web):
    site.paths["/gone"] = lambda at: at.send(b"gone", 410)
    site.paths["/same"] = lambda at: at.send(b"", 304)
    web = open_web()
    found = [get(web, f"http://daily.test{path}") for path in ("/gone", "/same", "/nowhere")]
    assert [(r.status, r.failure) for r in found] == [(410, ""), (304, ""), (404, "")]


def test_an_etag_that_fits_no_header_is_left_out(site, open_web):
    site.paths["/a"] = lambda at: at.send(b"ok")
    assert get(open_web(), "http://daily.test/a", etag='"a\r\nX-Evil: 1"', last_modified="\udce9").status == 200
    assert "if-none-match" not in site.seen[0][4]


def test_answers_come_in_the_order_of_the_requests_and_connections_are_kept(site, open_web):
    for n in range(12):
        site.paths[f"/{n}"] = lambda at: at.send(at.path.encode())
    web = open_web()
    requests = [Request(f"http://{HOSTS[n % 3]}/{n}", robots=False) for n in range(12)]
    assert [r.body for r in web.get(requests)] == [f"/{n}".encode() for n in range(12)]
    assert get(web, "http://daily.test/0").body == b"/0"
    assert len({client for _, _, client, *_ in site.seen}) == len(HOSTS)


# what is encoded


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoding_is_undone(name, site, open_web):
    site.paths["/a"] = lambda at: at.send(ENCODERS[name](TEXT), Content_Encoding=name)
    assert get(open_web(), "http://daily.test/a").body == TEXT
    assert decoded(name, ENCODERS[name](TEXT)) == TEXT


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_cut_or_false_body_is_no_page(name, site, open_web):
    whole = ENCODERS[name](TEXT)
    site.paths["/cut"] = lambda at: at.send(whole[: len(whole) // 2], Content_Encoding=name)
    site.paths["/false"] = lambda at: at.send(b"<html>\xff plain after all" * 50, Content_Encoding=name)
    web = open_web()
    cut, false = get(web, "http://daily.test/cut"), get(web, "http://daily.test/false")
    assert (cut.failure, false.failure) == ("unreachable", "unreachable")
    assert "cut" in cut.reason
    assert f"not the {name} data" in false.reason


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_bomb_stops_at_the_limit(name, site, open_web):
    bomb = bytes(64 * MIB)
    for part in name.split(", "):
        bomb = ENCODERS[part](bomb) if part != "br" else brotli.compress(bomb, quality=5)
    site.paths["/bomb"] = lambda at: at.send(bomb, Content_Encoding=name)
    response = get(open_web(), "http://daily.test/bomb")
    assert (response.failure, response.reason) == ("too_large", "the answer is larger than 1,048,576 bytes")
    assert response.body == b""
    assert max(len(piece) for piece in Body(name).feed(bomb[:65_536])) <= 2 * MIB


# limits


def test_a_body_that_says_or_shows_it_is_too_large_is_not_read_to_its_end(site, open_web):
    sent = []

    def endless(at: Site) -> None:
        at.send_response(200)
        at.end_headers()
        while not site.stopping.is_set():
            at.wfile.write(b"x" * 65_536)
            sent.append(65_536)

    def stated(at: Site) -> None:
        at.send_response(200)
        at.send_header("Content-Length", "5000000000")
        at.end_headers()

    site.paths |= {"/endless": endless, "/stated": stated}
    web = open_web()
    assert get(web, "http://daily.test/endless").failure == "too_large"
    assert sum(sent) < 64 * MIB
    assert get(web, "http://daily.test/stated").reason == "the answer is 5000000000 bytes long, more than 1,048,576"
    assert get(web, "http://daily.test/endless", max_bytes=100).reason == "the answer is larger than 100 bytes"


def test_the_body_of_an_error_is_kept_in_part_only(site, open_web):
    site.paths["/a"] = lambda at: at.send(b"x" * (3 * MIB), 404)
    response = get(open_web(), "http://daily.test/a")
    assert (response.status, response.failure, len(response.body)) == (404, "", 65_536)


def says(data: bytes, *, then: threading.Event | None = None) -> Callable[[Site], None]:
    """Send these very bytes, then hang up, at once or when `then` comes."""

    def answer(at: Site) -> None:
        at.wfile.write(data)
        if then is not None:
            then.wait(5)
        at.close_connection = True

    return answer


def dribble(site: Server, head: bytes, drop: bytes) -> Callable[[Site], None]:
    def answer(at: Site) -> None:
        at.wfile.write(head)
        while not site.stopping.wait(0.05):
            at.wfile.write(drop)

    return answer


def test_slow_servers_are_left_in_time(site, open_web):
    site.paths["/silent"] = says(b"", then=site.stopping)
    site.paths["/slow-head"] = dribble(site, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")
    site.paths["/slow-body"] = dribble(site, b"HTTP/1.1 200 OK\r\n\r\n", b"a")
    site.paths["/stops"] = says(b"HTTP/1.1 200 OK\r\n\r\nabc", then=site.stopping)
    web = open_web(connect_timeout_s=0.2, first_byte_timeout_s=0.3, total_timeout_s=0.9)
    paths = ("/silent", "/slow-head", "/slow-body", "/stops")
    ask = [Request(f"http://{host}{path}", robots=False) for host, path in zip((*HOSTS, HOSTS[0]), paths, strict=True)]
    silent, head, body, stops = web.get(ask)
    assert {r.failure for r in (silent, head, body, stops)} == {"unreachable"}
    assert silent.reason == head.reason == "no answer within 0.3 s"
    assert body.reason == "the answer was not complete after 0.9 s"
    assert stops.reason == "the answer stopped in the middle for 0.3 s"


def test_broken_answers_are_told_in_words(site, open_web):
    site.paths["/short"] = says(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort")
    site.paths["/fat"] = lambda at: at.send(b"", X_Fat="x" * 60_000)
    site.paths["/smtp"] = says(b"220 mail.example ESMTP\r\n\r\n")
    site.paths["/twice"] = says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")
    web = open_web()
    short, *others = (get(web, f"http://daily.test/{path}") for path in ("short", "fat", "smtp", "twice"))
    assert short.failure == "unreachable"
    assert short.reason.startswith("the connection broke off")
    for other in others:
        assert other.failure == "unreachable"
        assert other.reason.startswith("the answer is no proper HTTP")


def test_only_the_ports_of_the_web_are_asked_also_after_a_redirect(site, open_web):
    site.paths["/a"] = lambda at: at.send(b"", 302, Location="http://elsewhere.example:25/")
    refused = get(open_web(), "http://elsewhere.example:8080/feed")
    assert (refused.failure, refused.reason) == (
        "unreachable",
        "port 8080 of elsewhere.example is none of network.ports",
    )
    assert get(open_web(), "http://daily.test/a").reason == "port 25 of elsewhere.example is none of network.ports"
    assert "network.ports" not in get(open_web(ports=(80, 443, 8080)), "http://no-such.invalid:8080/").reason


def test_names_ports_and_tls_that_lead_nowhere_are_unreachable(site, open_web):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ports = {"shut.test": f"127.0.0.1:{closed.getsockname()[1]}", "daily.test": f"127.0.0.1:{site.server_port}"}
        web = open_web(test=TestNetwork(ports))
        assert get(web, "http://shut.test/").reason == "no connection (Connection refused)"
    assert get(web, "https://daily.test/").reason.startswith("TLS: no secure connection")
    lost = get(web, "http://no-such-host.invalid/")
    assert (lost.failure, lost.status) == ("unreachable", 0)
    assert lost.reason.startswith("the name no-such-host.invalid does not resolve")
    for url in ("", "ftp://daily.test/a", "/a", "http://", "http://daily.test:99999/"):
        assert get(web, url).reason == "the address is no http or https address"


def test_a_certificate_that_nobody_vouches_for_is_said_so(site, open_web, tmp_path):
    x509 = pytest.importorskip("cryptography.x509", reason="makes a certificate")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("daily.test")]), critical=True)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    site.socket = context.wrap_socket(site.socket, server_side=True)
    response = get(open_web(), "https://daily.test/")
    assert (response.failure, response.reason) == ("unreachable", "TLS: self-signed certificate")


# redirects


def leads(target: str, status: int = 302) -> Callable[[Site], None]:
    return lambda at: at.send(b"", status, Location=target)


def test_redirects_are_followed_one_by_one(site, open_web):
    site.paths["daily.test/a"] = leads("/b?x=%C3%A9", 301)
    site.paths["daily.test/b"] = leads("//weekly.test/c", 308)
    site.paths["weekly.test/c"] = lambda at: at.send(b"here")
    response = get(open_web(), "http://daily.test/a")
    assert (response.status, response.body) == (200, b"here")
    assert response.url == "http://daily.test/a"
    assert response.final_url == "http://weekly.test/c"
    assert response.redirects == ("http://daily.test/a", "http://daily.test/b?x=%C3%A9")
    assert response.permanent
    site.paths["daily.test/b"] = leads("http://weekly.test/c", 307)
    assert not get(open_web(), "http://daily.test/a").permanent


def test_a_location_in_latin_1_keeps_its_bytes(site, open_web):
    site.paths["/a"] = says(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /caf\xe9\r\n\r\n")
    site.paths["/caf%E9"] = lambda at: at.send(b"here")
    assert get(open_web(), "http://daily.test/a").body == b"here"


INWARD = (
    "http://127.0.0.1/",
    "http://127.0.0.1:{port}/secret",
    "http://10.0.0.8/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:127.0.0.1]:{port}/secret",
    "http://[::1]:{port}/secret",
    "http://2130706433:{port}/secret",
    "http://0x7f.1:{port}/secret",
    "http://0177.0.0.1:{port}/secret",
    "http://127.1:{port}/secret",
    "http://localhost:{port}/secret",
    "http://localhost.:{port}/secret",
    "http://daily.test@127.0.0.1:{port}/secret",
    "http://%31%32%37.0.0.1:{port}/secret",
    "http://１２７.0.0.1:{port}/secret",
)


@pytest.mark.parametrize("target", INWARD)
def test_no_address_and_no_redirect_leads_inside(target, site, open_web):
    site.paths["/secret"] = lambda at: at.send(b"secret")
    target = target.format(port=site.server_port)
    site.paths["/out"] = leads(target.encode().decode("latin-1"))
    web = open_web(ports=(80, 443, site.server_port))
    straight, led = get(web, target), get(web, "http://daily.test/out")
    assert (straight.failure, led.failure) == ("private_address", "private_address")
    assert led.redirects == ("http://daily.test/out",)
    assert site.asked("/secret") == 0


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, *_, **__: [(*one[:4], (one[4][0], port)) for one in found]
    )


def test_a_name_that_leads_inside_is_refused(site, open_web, monkeypatch):
    site.paths["/secret"] = lambda at: at.send(b"secret")
    resolves_to(monkeypatch, "127.0.0.1", "10.0.0.1")
    response = get(open_web(ports=(site.server_port,)), f"http://daily.example:{site.server_port}/secret")
    assert response.failure == "private_address"
    assert response.reason == "daily.example leads to no public address: 127.0.0.1 is a loopback address"
    assert site.seen == []


def test_the_addresses_that_are_connected_to_are_those_that_were_checked(monkeypatch):
    """One look-up serves check and connection, so a name that changes its mind (DNS rebinding) gains nothing."""
    resolves_to(monkeypatch, "10.0.0.1", "93.184.215.14", "169.254.169.254")

    async def look_up() -> list[str]:
        resolver = GuardedResolver({"daily.test": ("127.0.0.1", 8_123)})
        return [f"{one['host']}:{one['port']}" for host in ("daily.example", "DAILY.test.")
                for one in await resolver.resolve(host, 80)]  # fmt: skip

    assert asyncio.run(look_up()) == ["93.184.215.14:80", "127.0.0.1:8123"]


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked(open_web, monkeypatch):
    """The whole client: the first answer is public, every later one leads inside, and only the first is used."""
    answers, connected = iter(["93.184.215.14"]), []

    def look_up(host: str, port: object, *_: object, **__: object) -> list[tuple[object, ...]]:
        address = next(answers, "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async def connect(_loop: object, _socket: object, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    web = open_web()
    found = [get(web, "http://rebinds.example/") for _ in range(2)]
    assert {r.reason for r in found} == {"no connection (Connection refused)"}
    assert set(connected) == {"93.184.215.14"}


def test_redirects_that_leave_the_web_or_never_end_are_unreachable(site, open_web):
    site.paths |= {
        "/file": leads("file:///etc/passwd"),
        "/script": leads("javascript:alert(1)"),
        "/circle": leads("/circle2"),
        "/circle2": leads("/circle"),
        "/nowhere": lambda at: at.send(b"", 302),
    }
    site.paths |= {f"/step{n}": leads(f"/step{n + 1}") for n in range(9)}
    web = open_web(max_redirects=5)
    found = {path: get(web, f"http://daily.test/{path}") for path in ("file", "script", "circle", "step0", "nowhere")}
    assert {found[path].failure for path in ("file", "script", "circle", "step0")} == {"unreachable"}
    assert found["file"].reason == "redirected to 'file:///etc/passwd', which is no http or https address"
    assert found["circle"].reason == "its redirects lead in a circle, back to http://daily.test/circle"
    assert found["step0"].reason == "more than 5 redirects"
    assert site.asked("/step5") == 1
    assert site.asked("/step6") == 0
    assert (found["nowhere"].status, found["nowhere"].failure) == (302, "")


# further tries


def in_turn(*answers: Callable[[Site], None]) -> Callable[[Site], None]:
    left = list(answers)

    def answer(at: Site) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(at)

    return answer


def test_a_further_try_is_made_where_it_can_help(site, open_web):
    page = lambda at: at.send(b"here")  # noqa: E731
    site.paths |= {
        "/busy": in_turn(lambda at: at.send(b"", 429, Retry_After="0"), page),
        "/ill": in_turn(lambda at: at.send(b"", 502), lambda at: at.send(b"", 500), page),
        "/resets": in_turn(lambda at: at.connection.shutdown(socket.SHUT_RDWR), page),
        "/absent": lambda at: at.send(b"", 404),
        "/never": lambda at: at.send(b"", 501),
        "/later": lambda at: at.send(b"", 503, Retry_After="3600"),
    }
    web = open_web(retries=2)
    found = [
        get(web, f"http://daily.test{path}") for path in ("/busy", "/ill", "/resets", "/absent", "/never", "/later")
    ]
    assert [r.status for r in found] == [200, 200, 200, 404, 501, 503]
    assert [site.asked(path) for path in ("/busy", "/ill", "/absent", "/never", "/later")] == [2, 3, 1, 1, 1]


def test_tries_come_to_an_end_and_a_host_that_wants_rest_gets_it(site, open_web):
    site.paths["/busy"] = lambda at: at.send(b"", 429)
    web = open_web(retries=1)
    found = web.get([Request("http://daily.test/busy", robots=False)] * 8)
    assert {r.status for r in found} == {429}
    assert site.asked("/busy") == 6  # three requests with two tries each, then the host is left alone
    assert get(web, "http://weekly.test/busy").status == 429
    assert site.asked("/busy") == 8


def test_a_dead_host_does_not_hold_up_the_others(site, open_web):
    site.paths["daily.test/a"] = says(b"", then=site.stopping)
    site.paths["weekly.test/a"] = lambda at: at.send(b"here")
    web = open_web(connect_timeout_s=0.1, first_byte_timeout_s=0.1)
    hosts = ["daily.test"] * 20 + ["weekly.test"]
    *dead, alive = web.get([Request(f"http://{host}/a?{n}", robots=False) for n, host in enumerate(hosts)])
    assert alive.status == 200
    assert {r.failure for r in dead} == {"unreachable"}
    assert sum(host == "daily.test" for host, *_ in site.seen) == 3
    assert dead[-1].reason.startswith("not asked: daily.test failed several times in a row, last with: no answer")


# the host's pace


def test_one_request_at_a_time_and_a_gap_between_two(site, open_web):
    def page(at: Site) -> None:
        with site.lock:
            site.now[at.headers["Host"]] += 1
            site.most = max(site.most, site.now[at.headers["Host"]])
        time.sleep(0.02)
        with site.lock:
            site.now[at.headers["Host"]] -= 1
        at.send(b"here")

    site.paths["/a"] = page
    web = open_web(host_gap_s=0.1)
    web.get([Request(f"http://{host}/a", robots=False) for host in ("daily.test", "weekly.test") for _ in range(4)])
    assert site.most == 1
    for name in ("daily.test", "weekly.test"):
        times = [at for host, _, _, at, _ in site.seen if host == name]
        assert all(later - earlier >= 0.1 for earlier, later in pairwise(times))


# robots.txt


def robots(text: str) -> Callable[[Site], None]:
    return lambda at: at.send(text.encode(), Content_Type="text/plain")


def test_robots_txt_is_asked_once_and_kept(site, open_web):
    site.paths["/robots.txt"] = robots("User-agent: *\nDisallow: /closed\n")
    site.paths["/open"] = site.paths["/closed/a"] = lambda at: at.send(b"here")
    site.paths["/way-in"] = leads("/closed/a")
    web = open_web()
    paths = ("/open", "/closed/a", "/way-in", "/open?2")
    found = web.get([Request(f"http://daily.test{path}") for path in paths])
    assert [(r.status, r.failure) for r in found] == [
        (200, ""),
        (0, "robots_refused"),
        (0, "robots_refused"),
        (200, ""),
    ]
    assert found[0].robots == "allowed"
    assert found[1].reason == "robots.txt of daily.test asks us not to fetch it"
    assert site.asked("/robots.txt") == 1
    assert site.asked("/closed/a") == 0
    assert get(web, "http://daily.test/closed/a").status == 200  # feeds are asked for without it


def test_an_absent_robots_txt_allows_and_an_ill_one_forbids_for_now(site, open_web):
    site.paths["/a"] = lambda at: at.send(b"here")
    site.paths["weekly.test/robots.txt"] = lambda at: at.send(b"", 500)
    site.paths |= {f"metro.test/r{n}": leads(f"/r{n + 1}") for n in range(9)}
    site.paths["metro.test/robots.txt"] = leads("/r0")
    web = open_web()
    absent, ill, elsewhere = web.get([Request(f"http://{host}/a") for host in HOSTS])
    assert (absent.status, absent.robots) == (200, "no_robots")
    assert (ill.failure, ill.reason) == ("unreachable", "robots.txt unreachable: status 500")
    assert (elsewhere.status, elsewhere.robots) == (200, "no_robots")


# the process


def test_it_can_be_closed_opened_again_and_asked_from_many_threads(site, open_web):
    site.paths["/a"] = lambda at: at.send(b"here")
    web, found, before = open_web(), [], set(threading.enumerate())
    threads = [threading.Thread(target=lambda: found.append(get(web, "http://daily.test/a"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r.body for r in found] == [b"here"] * 5
    web.close()
    assert {thread for thread in threading.enumerate() if thread.name == "newsbeam-web"} <= before
    assert get(web, "http://daily.test/a").body == b"here"
    assert web.get([]) == []
    with pytest.raises(TypeError):
        pickle.dumps(web)
