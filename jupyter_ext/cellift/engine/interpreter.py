"""Whether an interpreter that somebody named can run steps, before anything is recorded."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping

from cellift.supervise.detach import LaunchError

OLDEST = (3, 9)
"""What the program of the steps needs."""

_SECONDS = 30.0
# Flags that every Python knows: nothing of the user's is imported, which takes time.
_ASK = ("-E", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")


def check_interpreter(python: str, env: Mapping[str, str]) -> None:
    """Ask ``python`` for its version. Raises `LaunchError` when it is no Python or older than `OLDEST`."""
    try:
        done = subprocess.run(
            [python, *_ASK],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise LaunchError(f"The interpreter {python} cannot be run: {error.strerror or error}.") from error
    except subprocess.TimeoutExpired:
        raise LaunchError(f"The interpreter {python} did not say its version within {_SECONDS:g} s.") from None
    found = re.fullmatch(r"(\d+)\.(\d+)\s*", done.stdout)
    if found is None:
        said = next((line.strip() for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise LaunchError(
            f"{python} is no working Python: asked for its version, it ended with exit code {done.returncode}"
            + (f" and said: {said}" if said else "")
            + ". Give the interpreter of an environment: --python PATH."
        )
    version = int(found[1]), int(found[2])
    if version < OLDEST:
        raise LaunchError(
            f"{python} is Python {found[1]}.{found[2]}; steps need Python {OLDEST[0]}.{OLDEST[1]} or newer."
        )
