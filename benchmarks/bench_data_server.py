"""Data through the Jupyter server: first pages, large objects, the lag of the event loop, the memory that it takes.

A real server in a process of its own, beside the bare listing and the minio SDK in the same run.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench_transfer import rclone
from minio import Minio

from cellift.storage.local.tree import LocalTree
from cellift.storage.s3.endpoint import Endpoint
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import keys as keys_of

KEYS = 100_000
PIECE = 8 << 20
MOST_PAGE_MS = 50.0
"""What a first page may take beyond the listing itself."""
MOST_LAG_MS = 10.0
LEAST_OF_SDK = 0.8
MOST_MEMORY_MIB = 64
BLOCKED_MS = 50
ROUNDS = 3
CANCEL_MS = 500
PROBE = """
import asyncio, threading

def waited():
    # For a processor, this thread, in seconds; a kernel that does not tell leaves it at 0.
    try:
        with open(f"/proc/self/task/{threading.get_native_id()}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except OSError:
        return 0.0

late = []

async def tick():
    loop = asyncio.get_running_loop()
    while True:
        due, before = loop.time() + 0.005, waited()
        await asyncio.sleep(0.005)
        late.append((loop.time() - due, waited() - before))

def told():
    found, late[:] = [(one * 1000, max(one - other, 0) * 1000) for one, other in late] or [(0, 0)], []
    both, own = (sorted(column) for column in zip(*found))
    return {"p99": both[len(both) * 99 // 100], "worst": both[-1], "own": own[-1]}
"""
BYSTANDER = f"""{PROBE}
import json, sys

async def main():
    task = asyncio.create_task(tick())
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(told()), flush=True)

asyncio.run(main())
"""
SERVER = f"""{PROBE}
import resource, time
from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from tornado import web

async def start():
    print("port", app.port, flush=True)
    await tick()

class Lag(APIHandler):
    @web.authenticated
    async def get(self):
        if self.get_query_argument("block", ""):
            time.sleep({BLOCKED_MS} / 1000)
        await asyncio.sleep(0.02)
        self.finish(told() | {{"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}})

app = ServerApp(log_level="WARN", port=0, ip="127.0.0.1", open_browser=False, allow_root=True)
app.initialize(argv=["--ServerApp.jpserver_extensions={{'cellift': True}}"], find_extensions=False)
app.web_app.add_handlers(".*$", [(r"/bench/lag", Lag)])
app.io_loop.add_callback(start)
app.start()
"""


class Client:
    """Requests to the server over one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Authorization": f"token {token}"}

    def ask(self, method: str, path: str, send: Any = None, raw: bytes | memoryview | None = None, **query: Any) -> Any:
        """The JSON of an answer."""
        body = json.dumps(send).encode() if send is not None else raw
        self._connection.request(method, f"{path}?{urlencode(query)}", body, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {text.decode('utf-8', 'replace')}")
        return json.loads(text) if text else None

    def data(self, method: str, path: str, **options: Any) -> Any:
        return self.ask(method, f"/cellift/api/data/{path}", **options)

    def lag(self, **query: Any) -> dict[str, float]:
        """The lag of the event loop since this was asked last, and the peak of the server's memory.

        ``own`` is the worst without what its thread waited for a processor, which others had.
        """
        found: dict[str, float] = self.ask("GET", "/bench/lag", **query)
        return found

    def bring(self, file: Path, bucket: str, key: str) -> None:
        """Upload as the browser does: pieces, one after the other."""
        to = {"connection": "s3", "bucket": bucket, "key": key}
        send = {"kind": "upload", "to": to, "size": file.stat().st_size, "existing": "replace"}
        transfer = self.data("POST", "transfers", send=send)
        with file.open("rb") as source:
            while piece := source.read(PIECE):
                transfer = self.data(
                    "PUT", f"transfers/{transfer['id']}/bytes", raw=piece, offset=source.tell() - len(piece)
                )
        if transfer["state"] != "done":
            sys.exit(f"upload: {transfer}")

    def get(self, bucket: str, key: str, file: Path) -> None:
        """Download as the browser does."""
        query = urlencode({"bucket": bucket, "key": key})
        self._connection.request("GET", f"/cellift/api/data/connections/s3/content?{query}", headers=self._headers)
        answer = self._connection.getresponse()
        size = 0
        with file.open("wb") as target:
            while piece := answer.read(1 << 20):
                target.write(piece)
                size += len(piece)
        if answer.status != 200 or size != int(answer.headers["Content-Length"]):
            sys.exit(f"download: {answer.status}, {size} bytes")

    def transfer(self, **request: Any) -> None:
        """A transfer that the server does alone."""
        transfer = self.data("POST", "transfers", send=request)
        while transfer["state"] == "running":
            time.sleep(0.02)
            transfer = self.data("GET", f"transfers/{transfer['id']}")
        if transfer["state"] != "done":
            sys.exit(f"transfer: {transfer}")
        self.data("DELETE", f"transfers/{transfer['id']}")


class Bystander:
    """An event loop in another process that does nothing: how late this machine makes anybody meanwhile."""

    def __enter__(self) -> Bystander:
        self._process = subprocess.Popen(
            [sys.executable, "-c", BYSTANDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def lag(self) -> dict[str, float]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, float] = json.loads(self._process.stdout.readline())
        return found

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


@contextmanager
def server(home: Path) -> Iterator[tuple[int, str]]:
    token = secrets.token_hex(16)
    (home / "files").mkdir()
    folders = {name: str(home / name) for name in ("HOME", "XDG_CONFIG_HOME", "CELLIFT_HOME", "JUPYTER_CONFIG_DIR")}
    environment = {**os.environ, **folders, "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "JUPYTER_TOKEN": token}
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER], env=environment, cwd=home / "files", stdout=subprocess.PIPE, stderr=log
        )
    assert process.stdout is not None
    try:
        found = re.match(rb"port (\d+)", process.stdout.readline())
        if found is None:
            sys.exit((home / "server.log").read_text())
        yield int(found[1]), token
    finally:
        process.terminate()
        process.wait()


def median_ms(action: Callable[[], object], before: Callable[[], object], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        before()
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def seconds(actions: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Those of each, taken in turns: what else the machine does then hits all."""
    found: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(ROUNDS):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            found[name].append(time.perf_counter() - started)
    return found


def cancel_ms(client: Client, store: S3Store, begin: dict[str, Any]) -> float:
    """From the cancel of a large upload that is under way to its answer; nothing of it is left then."""
    transfer = client.data("POST", "transfers", send=begin)
    while client.data("GET", f"transfers/{transfer['id']}")["bytes"] < 4 * PIECE:
        time.sleep(0.01)
    started = time.perf_counter()
    state = client.data("DELETE", f"transfers/{transfer['id']}")["state"]
    taken = (time.perf_counter() - started) * 1000
    left = store.page("bench", begin["to"]["key"]).objects, store.uploads("bench")
    if state != "cancelled" or any(left):
        sys.exit(f"cancel: {state}, {left}")
    return taken


class Listing:
    """Another browser that goes through all pages, again and again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.pages = 0

    def _work(self) -> None:
        after: dict[str, str] = {}
        while not self._over.is_set():
            page = self._client.data(
                "GET", "connections/local/objects", bucket="bench", prefix="keys/", limit=1000, **after
            )
            after = {"after": page["next"]} if page["next"] else {}
            self.pages += 1

    def __enter__(self) -> Listing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def first_pages(client: Client, root: Path) -> tuple[float, float]:
    """ms of a first page of a folder that nobody has listed yet: without the server, and through it."""
    folder = root / "bench" / "keys"
    stamps = iter(range(1_000_000_000, 2_000_000_000, 1000))

    def change() -> None:
        stamp = next(stamps)
        os.utime(folder, (stamp, stamp))

    bare = median_ms(lambda: LocalTree(root).page("bench", "keys/"), change)
    query = {"bucket": "bench", "prefix": "keys/"}
    return bare, median_ms(lambda: client.data("GET", "connections/local/objects", **query), change)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the large object")
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is not kept")
    arguments = parser.parse_args()
    pair = (f"bench-{secrets.token_hex(8)}", secrets.token_urlsafe(24))
    lags: dict[str, dict[str, float]] = {}
    with (
        tempfile.TemporaryDirectory() as name,
        rclone(Path(name), pair) as address,
        server(Path(name)) as (port, token),
        Bystander() as beside,
    ):
        home, client, other = Path(name), Client(port, token), Client(port, token)
        root, big, back = home / "CELLIFT_HOME" / "data", home / "files" / "big", home / "back"
        LocalTree(root).make_bucket("bench")
        (root / "bench" / "keys").mkdir()
        for number in range(KEYS):
            (root / "bench" / "keys" / f"{number:06d}.csv").touch()
        with big.open("wb") as file:
            for _ in range(arguments.mib):
                file.write(os.urandom(1 << 20))
        sdk = Minio(address, access_key=pair[0], secret_key=pair[1], secure=False)
        sdk.make_bucket("bench")
        keys = {"url": f"http://{address}", "key_id": pair[0], "secret": pair[1]}
        client.data("PUT", "connections/s3", send=keys)

        seen = client.lag(block=1)
        if seen["own"] < BLOCKED_MS - 10:
            sys.exit(f"The probe does not see a handler that blocks for {BLOCKED_MS} ms: {seen}.")
        client.lag()
        beside.lag()
        bare, through = first_pages(client, root)
        lags[f"first pages of {KEYS:,} keys"] = client.lag() | {"beside": beside.lag()["worst"]}
        place = {"connection": "s3", "bucket": "bench"}
        imported = {"kind": "import", "sources": [{"path": "big"}], "to": {**place, "key": "imported"}}
        exported = {"kind": "export", "sources": [{**place, "key": "imported"}], "to": {"path": "down/"}}

        # First and alone: the peak of the memory of a process never falls.
        small = home / "files" / "small"
        small.write_bytes(b"x")
        client.bring(small, "bench", "small")
        client.get("bench", "small", back)
        with Listing(other):
            time.sleep(1)
        before = client.lag()["peak"]
        work: dict[str, Callable[[], object]] = {
            "browser up": lambda: client.bring(big, "bench", "brought"),
            "browser down": lambda: client.get("bench", "brought", back),
            "server's file up": lambda: client.transfer(**imported, existing="replace"),
            "server's file down": lambda: client.transfer(**exported, existing="replace"),
        }
        for title, action in work.items():
            client.lag()
            beside.lag()
            with Listing(other) as listing:
                action()
            lags[f"{title}, {listing.pages} pages"] = client.lag() | {"beside": beside.lag()["worst"]}
        memory = client.lag()["peak"] - before
        store = S3Store(Endpoint("bench", f"http://{address}"), keys_of(*pair))
        begin = {**imported, "to": {**place, "key": "cancelled"}}
        cancels = [cancel_ms(client, store, begin) for _ in range(ROUNDS)]
        up = seconds(
            {
                "sdk": lambda: sdk.fput_object("bench", "sdk", str(big)),
                "browser up": work["browser up"],
                "server's file up": work["server's file up"],
            }
        )
        down = seconds(
            {
                "sdk": lambda: sdk.fget_object("bench", "sdk", str(back)),
                "browser down": work["browser down"],
                "server's file down": work["server's file down"],
            }
        )

    over = through > bare + MOST_PAGE_MS or memory > MOST_MEMORY_MIB or max(cancels) > CANCEL_MS
    print(f"load of this machine: {os.getloadavg()[0]:.1f} for {os.cpu_count()} processors")
    print(f"{f'{KEYS:,} keys, first page, ms':40}{'bare':>8}{'server':>8}{'more':>8}{'most':>8}")
    print(f"{'':40}{bare:8.1f}{through:8.1f}{through - bare:8.1f}{MOST_PAGE_MS:8.0f}")
    title = f"{arguments.mib} MiB, MiB/s, best of {ROUNDS}"
    print(f"{title:40}{'ours':>8}{'SDK':>8}{'ratio':>8}{'least':>8}{'in turns':>18}")
    for times in (up, down):
        for title, taken in times.items():
            if title != "sdk":
                ratio = min(times["sdk"]) / min(taken)
                turns = " ".join(f"{sdk / ours:.2f}" for sdk, ours in zip(times["sdk"], taken, strict=True))
                over = over or ratio < LEAST_OF_SDK
                rates = f"{arguments.mib / min(taken):8.0f}{arguments.mib / min(times['sdk']):8.0f}{ratio:8.2f}"
                under = "  under" if ratio < LEAST_OF_SDK else ""
                print(f"{title:40}{rates}{LEAST_OF_SDK:8.1f}{turns:>18}{under}")
    # "own" is without the time that the loop waited for a processor: where there are too few, others had it.
    print(f"{'lag of the event loop, ms':40}{'p99':>8}{'worst':>8}{'own':>8}{'most':>8}{'a bare loop':>14}")
    print(f"{f'a handler that blocks {BLOCKED_MS} ms':40}{'':8}{seen['worst']:8.1f}{seen['own']:8.1f}")
    for title, lag in lags.items():
        over = over or lag["own"] > MOST_LAG_MS
        late = "  over" if lag["own"] > MOST_LAG_MS else ""
        columns = f"{lag['p99']:8.1f}{lag['worst']:8.1f}{lag['own']:8.1f}{MOST_LAG_MS:8.0f}{lag['beside']:14.1f}"
        print(f"{title:40}{columns}{late}")
    print(f"{'memory of the server grew by, MiB':40}{memory:8.1f}{'':16}{MOST_MEMORY_MIB:8}")
    print(f"{'cancel of an upload, ms, worst':40}{max(cancels):8.1f}{'':16}{CANCEL_MS:8}")
    return int(arguments.check and over)


if __name__ == "__main__":
    sys.exit(main())
