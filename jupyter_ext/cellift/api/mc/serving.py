"""``serve``: an S3 endpoint over the local tree, for code that wants one."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from cellift.storage.endpoint import Endpoint, start


def serve(args: Namespace) -> int:
    """Run a command with an endpoint, or the endpoint alone until Ctrl-C; its keys are in a file of the user's own."""
    endpoint = start()
    try:
        if args.command:
            return _with_command(args.command, endpoint)
        return _alone(endpoint)
    finally:
        endpoint.stop()


def _with_command(command: list[str], endpoint: Endpoint) -> int:
    words = command[1:] if command[0] == "--" else command
    try:
        return subprocess.run(words, env={**os.environ, **endpoint.environment()}, check=False).returncode
    except FileNotFoundError:
        print(f"cellift: {shlex.quote(words[0])}: there is no such program", file=sys.stderr)
        return 127


def _alone(endpoint: Endpoint) -> int:
    # mkdtemp: a folder that nobody else can enter.
    folder = Path(tempfile.mkdtemp(prefix="cellift-keys-"))
    file = folder / "environment"
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in endpoint.environment().items()))
    try:
        print(endpoint.url, flush=True)
        print(
            f"The local tree is served at {endpoint.url} until Ctrl-C. Its address and keys, for another terminal:\n"
            f"  source {shlex.quote(str(file))}",
            file=sys.stderr,
        )
        return endpoint.wait()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 0
    finally:
        file.unlink(missing_ok=True)
        folder.rmdir()
