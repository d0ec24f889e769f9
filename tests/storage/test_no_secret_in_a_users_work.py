"""A day's work with a store whose secret is a canary: it is in the variable that holds it, and then nowhere else.

Looked through are what commands put out, also with tracebacks; all files that they leave, among them runs, logs, the
notebook with its outputs and the compiled pipeline; what went over the network; and every command line meanwhile.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.canaries import echo, forms, places
from storage.fault_proxy import FaultProxy
from storage.rclone import Rclone, start

CELLS = (
    "%%step load --input raw=data:minio-env/work/in/a.csv\nrows = [int(x) for x in open(raw).read().split(',')]",
    "%%step total --output n\nimport cellift\nn = sum(rows)\n"
    "store = cellift.data('minio-env/work')\nprint(store, repr(store.ls()), store.ls()._repr_html_())\n"
    "(store / 'out').write_bytes(b'made')",
    "%%step fails\nimport cellift\ncellift.data('minio-env/no-such-bucket-here/x').read_bytes()",
)
# Cells of a notebook that works interactively, its outputs as they would be saved.
SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
import cellift_kernel

shell = InteractiveShell()
cellift_kernel.load_ipython_extension(shell)
for mode in ("Context", "Verbose"):
    shell.run_line_magic("xmode", mode)
    for cell in (
        "%data alias ls", "%data ls minio-env/work", "%data cat minio-env/work/in/a.csv",
        "%data stat minio-env/work/in/a.csv",
        "%data ls minio-env/no-such-bucket-here", "%data cp minio-env/no-such-bucket-here/x ./x",
        "import cellift, pickle; d = cellift.data('minio-env/work/in/a.csv'); print(d, repr(d), pickle.dumps(d))",
        "d.read_bytes(); d.stat()", "d.parent.ls()", "cellift.data('minio-env/no-such-bucket-here/x').read_bytes()",
        "import pandas; pandas.read_csv('cellift://minio-env/work/in/a.csv')",
        "import fsspec; f = fsspec.filesystem('cellift'); print(f, repr(f), f.to_json(), f.storage_options)",
        "store = cellift.data('minio-env/work')._store(); print(store, repr(store), vars(store)); store.buckets(1, 2)",
        "pickle.dumps(store)", "store",
    ):
        shell.run_cell(cell)
"""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    made = start(tmp_path_factory.mktemp("rclone"), secret=f"canary/{secrets.token_urlsafe(12)}+=")
    yield made
    made.stop()


@contextmanager
def command_lines() -> Iterator[set[bytes]]:
    """All command lines of this machine while the block runs."""
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            for one in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(one.read_bytes())
                except OSError:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="only Linux tells which pages are copies")
def test_the_secret_is_in_its_variable_and_nowhere_else(server: Rclone, tmp_path: Path) -> None:
    secret = server.keys.secret.reveal()
    proxy = FaultProxy(server.url)
    store = server.store()
    store.make_bucket("work")
    store.write("work", "in/a.csv", io.BytesIO(b"1,2,3"))
    env = {
        **os.environ,
        **{name: str(tmp_path / name.lower()) for name in ("HOME", "XDG_CONFIG_HOME", "CELLIFT_HOME", "IPYTHONDIR")},
        "TMPDIR": str(tmp_path / "tmp"),
        "MINIO_ENDPOINT": proxy.url,
        "MINIO_ACCESS_KEY": server.keys.key_id.reveal(),
        "MINIO_SECRET_KEY": secret,
        "CELLIFT_RUNS_ARTIFACTS": "minio-env/work/kept",
        "CELLIFT_DEBUG": "1",
    }
    work = tmp_path / "work"
    for folder in (work, tmp_path / "tmp", tmp_path / "home"):
        folder.mkdir()
    cells = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for at, source in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (work / "nb.ipynb").write_text(json.dumps(notebook))
    said = bytearray()

    def call(*words: str) -> int:
        done = subprocess.run(
            [sys.executable, *words], cwd=work, env=env, capture_output=True, timeout=180, check=False
        )
        said.extend(b" ".join(word.encode() for word in words) + b"\n" + done.stdout + done.stderr)
        return done.returncode

    def commands() -> list[int]:
        return [
            call("-m", "cellift", *words.split())
            for words in (
                "data ls", "data ls minio-env --json", "data ls -r minio-env/work", "data cat minio-env/work/in/a.csv",
                "data cp minio-env/work/in/a.csv ./a.csv", "data cp ./a.csv minio-env/work/up.csv",
                "data stat minio-env/work/in/a.csv --json", "data share download minio-env/work/in/a.csv",
                "data alias ls", "data alias ls --json", "doctor", "compile nb.ipynb -o pipeline.yaml",
                "check nb.ipynb",
            )
        ]  # fmt: skip

    try:
        with command_lines() as lines:
            assert commands()[:7] == [0] * 7, said.decode()
            assert call("-m", "cellift", "run", "nb.ipynb", "--json") == 1  # the last step finds no bucket
            call("-m", "cellift", "runs")
            assert call("-c", SHELL) == 0
            proxy.fault = lambda _: echo(proxy)
            assert set(commands()[2:8]) == {1}
            call("-m", "cellift", "run", "nb.ipynb")
            call("-c", SHELL)
    finally:
        proxy.close()
    assert any(b"cellift" in line for line in lines), "there were some to look at"
    assert b"work/in/a.csv" in said and b"no-such-bucket-here" in said and b"Custom" in said
    # Where it belongs: in the environment of the processes that use it.
    assert secret == env["MINIO_SECRET_KEY"]
    recorded = b"".join(proxy.raw)
    assert b"Signature=" in recorded
    for form in forms(secret):
        for what, text in (("output", bytes(said)), ("network", recorded), ("a command line", b"\n".join(lines))):
            assert form not in text, what
    assert places(tmp_path, secret) == set()
    # The search finds what is there.
    (work / "left").write_text(f"{{'secret': '{secret}'}}")
    assert places(tmp_path, secret) == {"work/left"}
