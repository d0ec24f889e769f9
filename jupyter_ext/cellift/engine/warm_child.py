"""The zygote: a process of the user's interpreter that imports once and forks a process for each step.

The text of this file is what runs there (``python -c``): Python 3.9, standard library only, Linux only. It gets two
arguments, the descriptor of a socket and a JSON file ``{"imports": [source], "bootstrap": source, "supervisor": pid}``.

Messages are JSON, one per packet. To the supervisor: ``{"ready": true, "safe": bool}`` once, then ``{"forked": key,
"pid": pid}`` from each step when it is about to run. From it: ``{"fork": key, "argv", "env", "log", "tag"}``.
A step is forked twice, so that it becomes the supervisor's child (a subreaper) and lives on when the zygote dies.
"""

# Few imports, so that the interpreter is soon warm.
# ruff: noqa: E402, PTH109, PTH120, PTH123, PTH208

from __future__ import annotations

import sys

# A json.py beside the notebook is the notebook's business: what is needed here is loaded without that folder.
_BESIDE = sys.path[:1] == [""]
if _BESIDE:
    del sys.path[0]

import ctypes
import gc
import json
import os
import signal
import socket
import time
import types
from collections.abc import Callable
from typing import Any

_TAG = b"CELLIFT_TASK="
_PR_SET_PDEATHSIG = 1
_MAX_PACKET = 1 << 20
_TRIAL_SECONDS = 2.0


def _top_module(statement: str) -> str | None:
    """The first part of the module that an import statement names; None for a relative import."""
    words = statement.replace(",", " ").split()
    return None if len(words) < 2 or words[1].startswith(".") else words[1].split(".")[0]


def _is_beside_notebook(module: str) -> bool:
    """Whether a module comes from the working directory: the user's own code runs in the steps only."""
    import importlib.util

    spec = importlib.util.find_spec(module)
    if spec is None:
        return False
    places = list(spec.submodule_search_locations or ()) or ([spec.origin] if spec.origin else [])
    here = os.path.realpath(os.getcwd())
    return any(os.path.dirname(os.path.realpath(place)) == here for place in places)


def _import_all(statements: list[str]) -> None:
    for statement in statements:
        try:
            module = _top_module(statement)
            if module is not None and not _is_beside_notebook(module):
                exec(statement, {"__name__": "cellift_imports"})  # noqa: S102
        except BaseException:  # noqa: BLE001, S112 - the step meets it again and reports it with cell and line
            continue


def _shows_while(act: Callable[[], None]) -> bool:
    """Whether anything is printed meanwhile: in the notebook the step's import prints it, a second one does not."""
    kept, text = os.dup(1), os.memfd_create("cellift-imports")
    os.dup2(text, 1)
    try:
        act()
        sys.stdout.flush()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        size = os.fstat(text).st_size
        os.close(text)
    return size > 0


def _is_safe_to_fork() -> bool:
    """Whether a fork comes through and loses no thread.

    By a trial: OpenBLAS and the like end their threads before each fork, others lock up in the child.
    """
    trial = os.fork()
    if trial == 0:
        os._exit(0)
    deadline = time.monotonic() + _TRIAL_SECONDS
    while os.waitpid(trial, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline:
            os.kill(trial, signal.SIGKILL)
            os.waitpid(trial, 0)
            return False
        time.sleep(0.0005)
    return len(os.listdir("/proc/self/task")) == 1


def _mark(tag: str) -> None:
    """Overwrite the task's mark in the memory that ``/proc/PID/environ`` shows; children made by fork inherit it."""
    with open("/proc/self/environ", "rb") as file:
        block = file.read()
    at = (b"\0" + block).find(b"\0" + _TAG)
    with open("/proc/self/stat", "rb") as file:
        start = int(file.read().rpartition(b")")[2].split()[47])
    if at >= 0 and start:
        ctypes.memmove(start + at + len(_TAG), tag.encode("ascii"), len(tag))


def _become_step(job: dict[str, Any], sock: socket.socket, middle: int, supervisor: int) -> None:
    """Turn this process, a grandchild of the zygote, into the step's own."""
    os.setsid()
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    _mark(job["tag"])
    os.environ.update(job["env"])
    while os.getppid() == middle:
        time.sleep(0.0002)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != supervisor:
        os._exit(137)
    sock.send(json.dumps({"forked": job["fork"], "pid": os.getpid()}).encode())
    sock.close()
    sys.argv = job["argv"]


def _serve(sock: socket.socket, supervisor: int) -> bool:
    """Fork for each request. Returns only in a step (True), and in the zygote when the supervisor is gone (False)."""
    while True:
        packet = sock.recv(_MAX_PACKET)
        if not packet:
            return False
        job = json.loads(packet)
        child = os.fork()
        if child == 0:
            middle = os.getpid()
            if os.fork() != 0:
                os._exit(0)
            _become_step(job, sock, middle, supervisor)
            return True
        os.waitpid(child, 0)


def _prepare() -> types.CodeType | None:
    """Import, report, serve; returns the compiled bootstrap in a step, None at the end of the zygote."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    with open(sys.argv[2], encoding="utf-8") as file:
        given = json.load(file)
    supervisor = given["supervisor"]
    code = compile(given["bootstrap"], "<string>", "exec")
    warm: dict[str, Any] = {"__name__": "cellift_warm"}
    exec(code, warm)  # noqa: S102 - loads the runner's modules; runs nothing, because the name is not __main__
    if _BESIDE:
        sys.path.insert(0, "")
    showed = _shows_while(lambda: _import_all(given["imports"]))
    gc.collect()
    gc.freeze()
    sock.send(json.dumps({"ready": True, "safe": not showed and _is_safe_to_fork()}).encode())
    return code if _serve(sock, supervisor) else None


if __name__ == "__main__":
    _code = _prepare()
    if _code is not None:
        # The step's program, in a module of its own; what it has loaded above it does not load again.
        _main = sys.modules["__main__"] = types.ModuleType("__main__")
        _main.__dict__["__builtins__"] = __builtins__
        exec(_code, _main.__dict__)  # noqa: S102
