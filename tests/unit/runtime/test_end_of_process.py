"""How a step's process ends: pools finish, exit handlers run, nothing keeps it for ever."""

from __future__ import annotations

import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime.temporary import keep_temporary
from unit.pipeline.kit import Launcher, graph, step

_FINISH = "\nfrom cellift.pipeline.runtime import api\napi._LONGEST_EXIT = 0.2\napi.finish(3)\n"


def _ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code + _FINISH], capture_output=True, text=True, timeout=60, check=False
    )


def test_work_that_a_pool_has_taken_is_done_before_exit_handlers_run() -> None:
    done = _ran(
        "import atexit, concurrent.futures, threading\n"
        "api_is_there, pool = threading.Event(), concurrent.futures.ThreadPoolExecutor(1)\n"
        "atexit.register(print, 'handler', flush=True)\n"
        "pool.submit(lambda: (api_is_there.wait(0.1), print('worked', flush=True)))"
    )
    assert (done.stdout.split(), done.returncode) == (["worked", "handler"], 3)


def test_a_handler_that_never_ends_does_not_keep_the_step() -> None:
    done = _ran("import atexit, threading\natexit.register(threading.Event().wait)")
    assert (done.returncode, "did not end within 0.2 s" in done.stderr) == (3, True)


_TEMPORARY = (
    "import tempfile, pathlib\n"
    "folder, other = tempfile.TemporaryDirectory(dir='.'), tempfile.TemporaryDirectory(dir='.')\n"
    "other.cleanup()\n"
    "pathlib.Path('names{}').write_text(folder.name + ' ' + other.name)"
)


def test_temporary_folders_that_are_still_open_outlive_all_steps_but_the_last(
    launcher: Launcher, tmp_path: Path
) -> None:
    steps = step("first", _TEMPORARY.format("1")), step("last", _TEMPORARY.format("2"), number=2)
    assert [each.code for each in launcher.run(compile_graph(graph(*steps)), cwd=tmp_path).values()] == [0, 0]
    for number, there in (("1", [True, False]), ("2", [False, False])):
        names = (tmp_path / f"names{number}").read_text().split()
        assert [(tmp_path / name).exists() for name in names] == there


def test_only_what_is_temporary_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    other = weakref.finalize(_FINISH.__class__, print)
    keep_temporary()
    monkeypatch.delitem(sys.modules, "tempfile", raising=False)
    keep_temporary()
    assert other.detach() is not None
