"""How a process ended, in words."""

from __future__ import annotations

import signal

_HINTS = {
    signal.SIGKILL: "often because memory ran out, or somebody ended it",
    signal.SIGSEGV: "a fault in compiled code",
    signal.SIGBUS: "a fault in compiled code, or a mapped file that became shorter",
    signal.SIGABRT: "compiled code gave up",
    signal.SIGXCPU: "the limit of processor time was reached",
    signal.SIGXFSZ: "the limit of file size was reached",
    signal.SIGILL: "compiled code that this processor does not have",
}


def describe_signal(signum: int) -> str:
    """``signal 9 (SIGKILL: often because …)``."""
    try:
        known = signal.Signals(signum)
    except ValueError:
        return f"signal {signum}"
    hint = _HINTS.get(known)
    return f"signal {signum} ({known.name}: {hint})" if hint else f"signal {signum} ({known.name})"
