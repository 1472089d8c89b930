"""A debtor's list of invoices: the whole product beside a bare WSGI function and beside Django."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any

from flask import Flask
from sqlalchemy import event

from bench import servers
from bench.load import Load, load
from bench.peers.bare import BarePage
from bench.results import Result, Section, cpu_of, in_turn, ratio
from bench.stores import Store, kinds, store_of
from bench.visiting import HEADERS, PATH, asking, settle
from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.serving import settle_memory
from core.database import db
from core.web import logs

ROWS = 100_000
ROUNDS, CALLS = 9, 100
CONNECTIONS, SECONDS, LOADS = 16, 5.0, 3
MOST_MS, MOST_STATEMENTS, MOST_P99_MS, LEAST_PER_SECOND, LEAST_TIMES_PEER = 2.0, 4, 120, 300, 5
METHOD = (
    "{rows:,} invoices of {debtors:,} debtors, a hundred visitors in turn, a page of {size:.1f} kB; one "
    "invoice is partly paid, one was answered. Ours is the whole product: visit looked up, organisation "
    "guarded, translated, headers, a log line per answer into a file. The limit is a bare WSGI function "
    "with one prepared statement and `%`, which gets the frame around the rows as ready text. The peer "
    "is Django with django-sesame, its usual middleware and sessions in the database; its ORM asks for the "
    "same, and it writes the same rows and frame, but no log. CPU: the server process' own, in turns, "
    f"median of {ROUNDS} rounds of {CALLS} requests; SQLite works inside that process, PostgreSQL does not. "
    "Requests a second: waitress with "
    f"8 threads, ours by `portal run`, {CONNECTIONS} kept connections from a client of Python threads on "
    f"the same machine, median of {LOADS} turns of {SECONDS:.0f} s."
)
Secrets = Mapping[int, str]
Frame = tuple[str, str]


def run(rows: int | None = None) -> Section:
    """Measure on PostgreSQL and SQLite with so many invoices (100,000 if not said), five to a debtor."""
    count = rows or ROWS
    results: list[Result] = []
    size = 0
    for kind in kinds():
        with store_of(kind) as store, _product(store) as app:
            secrets = settle(app, store, invoices=count)
            product = asking(app, [(PATH, f"visit={secret}") for secret in secrets.values()])
            page = product()
            settle_memory()
            size = len(page)
            found = _one_kind(store, app, product, secrets, frame=_frame(page))
            results += found
    method = METHOD.format(rows=count, debtors=count // 5, size=size / 1000)
    return Section("A debtor's list of 12 open invoices", method, results)


@contextmanager
def _product(store: Store) -> Iterator[Flask]:
    logs.configure(file=store.folder / "product.log")
    app = create_app(Config.for_tests(database_url=store.url, var_dir=store.folder, testing=False))
    yield app
    with app.app_context():
        db.engine.dispose()


def _frame(page: bytes) -> Frame:
    """Return what stands before the first and after the last row of a page of ours."""
    before, _, rest = page.decode().partition("<tbody")
    return before, rest.rpartition("</tbody>")[2]


def _one_kind(
    store: Store, app: Flask, product: Callable[[], bytes], secrets: Secrets, *, frame: Frame
) -> list[Result]:
    bare = BarePage(url=store.url, cookie="visit", frame=frame)
    contenders = {
        "ours": cpu_of(product),
        "limit": cpu_of(asking(bare, [(PATH, f"visit={secret}") for secret in secrets.values()])),
    }
    cookies: list[str] = []
    statements = _statements(app, product)
    with ExitStack() as peers:
        if find_spec("sesame"):
            settings = {"url": store.owner_url, "frame": frame, "debtor_ids": list(secrets)}
            cookies, contenders["peer"] = peers.enter_context(servers.django_asked(store, **settings))
        seconds = in_turn(contenders, rounds=ROUNDS, calls=CALLS)
    return [
        *_cpu(store, seconds),
        Result(
            f"SQL statements, {store.name}",
            str(statements),
            "1",
            goal=f"<= {MOST_STATEMENTS}",
            met=statements <= MOST_STATEMENTS,
        ),
        *_under_load(store, secrets, cookies, frame),
    ]


def _statements(app: Flask, product: Callable[[], bytes]) -> int:
    """Return how many statements one request sends, those that tell PostgreSQL the organisation included."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    product()
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def _cpu(store: Store, seconds: Mapping[str, list[float]]) -> list[Result]:
    ms = {name: statistics.median(taken) * 1000 for name, taken in seconds.items()}
    results = [
        Result(
            f"server CPU per request, {store.name}",
            f"{ms['ours']:.2f} ms",
            f"{ms['limit']:.2f} ms: {1 / ratio(seconds['ours'], seconds['limit']):.1f} x less",
            f"{ms['peer']:.2f} ms" if "peer" in ms else "not installed",
            f"<= {MOST_MS} ms",
            ms["ours"] <= MOST_MS,
        )
    ]
    if "peer" in ms:
        times = ratio(seconds["ours"], seconds["peer"])
        goal = f">= {LEAST_TIMES_PEER} x"
        what = f"times less CPU than the peer, {store.name}"
        results.append(Result(what, f"{times:.1f} x", goal=goal, met=times >= LEAST_TIMES_PEER))
    return results


def _under_load(store: Store, secrets: Secrets, cookies: list[str], frame: Frame) -> list[Result]:
    ours = _requests([(PATH, f"__Host-visit={secret}") for secret in secrets.values()])
    plain = _requests([(PATH, f"visit={secret}") for secret in secrets.values()])
    with ExitStack() as running:
        settings = {"frame": frame, "cookie": "visit"}
        loads = {
            "ours": (running.enter_context(servers.portal(store)), ours),
            "limit": (running.enter_context(servers.other("bare", store, url=store.url, **settings)), plain),
        }
        if cookies:
            port = running.enter_context(servers.other("django", store, url=store.owner_url, **settings))
            loads["peer"] = (port, _requests([(PATH, cookie) for cookie in cookies]))
        found: dict[str, list[Load]] = {name: [] for name in loads}
        for _ in range(LOADS):
            for name, (port, requests) in loads.items():
                found[name].append(
                    load(port=port, requests=requests, connections=CONNECTIONS, seconds=SECONDS)
                )
    middle = {
        name: sorted(turns, key=lambda turn: turn.per_second)[LOADS // 2] for name, turns in found.items()
    }
    return [_throughput(store, middle), _waiting(store, middle)]


def _requests(wanted: Sequence[tuple[str, str]]) -> list[bytes]:
    lines = [f"{name}: {value}" for name, value in HEADERS.items()]
    return [
        "\r\n".join(
            (
                f"GET {path} HTTP/1.1",
                f"Host: {servers.HOST}",
                *lines,
                f"Cookie: {cookie}",
                "",
                "",
            )
        ).encode()
        for path, cookie in wanted
    ]


def _throughput(store: Store, loads: Mapping[str, Load]) -> Result:
    ours, limit, peer = loads["ours"].per_second, loads["limit"].per_second, loads.get("peer")
    return Result(
        f"requests a second, {store.name}",
        f"{ours:,.0f}",
        f"{limit:,.0f}: {limit / ours:.1f} x more",
        f"{peer.per_second:,.0f}: ours {ours / peer.per_second:.1f} x more" if peer else "",
        f">= {LEAST_PER_SECOND}" if store.kind == "postgresql" else "",
        ours >= LEAST_PER_SECOND if store.kind == "postgresql" else None,
    )


def _waiting(store: Store, loads: Mapping[str, Load]) -> Result:
    words = {name: f"{found.p50:.0f} / {found.p99:.0f} ms" for name, found in loads.items()}
    has_goal = store.kind == "postgresql"
    return Result(
        f"waiting at {CONNECTIONS} connections, p50 / p99, {store.name}",
        words["ours"],
        words["limit"],
        words.get("peer", ""),
        f"p99 <= {MOST_P99_MS} ms" if has_goal else "",
        loads["ours"].p99 <= MOST_P99_MS if has_goal else None,
    )
