"""How a step's process ends: pools finish, exit handlers run, nothing keeps it for ever."""

from __future__ import annotations

import subprocess
import sys

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
