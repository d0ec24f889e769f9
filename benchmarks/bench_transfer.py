"""Transfers through a real S3 server (rclone over a folder), beside the minio SDK's own in the same run.

Up and down of one large object with the growth of this process's memory, and 1,000 small objects in 8 threads.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from minio import Minio

from cellift.storage.endpoint.serving import find_rclone
from cellift.storage.performing import perform_all
from cellift.storage.place import Place
from cellift.storage.plan import Move
from cellift.storage.s3.endpoint import Endpoint
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import keys
from cellift.storage.transfer import download, upload

SMALL = 1000
LEAST_OF_SDK = 0.8
"""Speed of a large transfer, in that of the SDK."""
MOST_MEMORY_MIB = 64
ROUNDS = 3


@contextmanager
def rclone(folder: Path, pair: tuple[str, str]) -> Iterator[str]:
    log, config = folder / "log", folder / "config"
    config.touch()
    (folder / "root").mkdir()
    command = [find_rclone(), "serve", "s3", str(folder / "root"), "--addr", "127.0.0.1:0", "--config", str(config)]
    # With its etags, as S3 has them: without, ours would read back what it wrote.
    command += ["--dir-cache-time", "1s"]
    with log.open("wb") as output:
        environment = {**os.environ, "RCLONE_AUTH_KEY": f'"{pair[0]},{pair[1]}"'}
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        while not (line := re.search(r"127\.0\.0\.1:\d+", log.read_text())):
            time.sleep(0.02)
        yield line[0]
    finally:
        server.terminate()
        server.wait()


def best_seconds(ours: Callable[[], object], sdk: Callable[[], object]) -> tuple[float, float]:
    """The best of both, taken in turns: what else the machine does then hits both."""
    times: dict[Callable[[], object], list[float]] = {ours: [], sdk: []}
    for _ in range(ROUNDS):
        for action, found in times.items():
            started = time.perf_counter()
            action()
            found.append(time.perf_counter() - started)
    return min(times[ours]), min(times[sdk])


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def many_of_sdk(sdk: Minio, file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: sdk.fput_object("bench", f"sdk/{number}", str(file)), range(SMALL)))


def many_of_ours(store: S3Store, file: Path) -> None:
    moves = (Move(file, Place(store, "bench", "bench", f"ours/{number}")) for number in range(SMALL))
    for _, error in perform_all(moves):
        if error:
            raise error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the large object")
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is not kept")
    arguments = parser.parse_args()
    pair = (f"bench-{secrets.token_hex(8)}", secrets.token_urlsafe(24))
    with tempfile.TemporaryDirectory() as name, rclone(Path(name), pair) as address:
        big, small, back = Path(name) / "big", Path(name) / "small", Path(name) / "back"
        with big.open("wb") as file:
            for _ in range(arguments.mib):
                file.write(os.urandom(1 << 20))
        small.write_bytes(os.urandom(4096))
        store = S3Store(Endpoint("bench", f"http://{address}"), keys(*pair))
        sdk = Minio(address, access_key=pair[0], secret_key=pair[1], secure=False)
        store.make_bucket("bench")
        place = Place(store, "bench", "bench", "large.ours")
        upload(small, place)
        # First and alone: the peak of the memory of a process never falls.
        before = peak_mib()
        upload(big, place)
        download(place, back)
        memory = peak_mib() - before
        up = best_seconds(lambda: upload(big, place), lambda: sdk.fput_object("bench", "large.sdk", str(big)))
        down = best_seconds(lambda: download(place, back), lambda: sdk.fget_object("bench", "large.sdk", str(back)))
        many = best_seconds(lambda: many_of_ours(store, small), lambda: many_of_sdk(sdk, small))
    ratios = {
        f"{arguments.mib} MiB up, MiB/s": (arguments.mib, up, LEAST_OF_SDK),
        f"{arguments.mib} MiB down, MiB/s": (arguments.mib, down, LEAST_OF_SDK),
        f"{SMALL} small up, objects/s": (SMALL, many, 1.0),
    }
    print(f"{'':28}{'ours':>8}{'SDK':>8}{'ratio':>8}{'least':>8}")
    over = False
    for title, (amount, times, least) in ratios.items():
        ours, other = (amount / seconds for seconds in times)
        over = over or ours / other < least
        under = "  under" if ours / other < least else ""
        print(f"{title:28}{ours:8.0f}{other:8.0f}{ours / other:8.2f}{least:8.1f}{under}")
    print(f"{'memory grew by, MiB':28}{memory:8.1f}{'':16}{MOST_MEMORY_MIB:8}")
    return int(arguments.check and (over or memory > MOST_MEMORY_MIB))


if __name__ == "__main__":
    sys.exit(main())
