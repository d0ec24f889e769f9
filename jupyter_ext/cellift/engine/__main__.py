"""``python -m cellift.engine FOLDER LOCK_FD READY_FD``: the guardian and the supervisor of one run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cellift.supervise.guardian import guard


def main(arguments: list[str]) -> None:
    """Guard and supervise the run in the folder; does not return."""
    folder = Path(arguments[0])
    lock_fd, ready_fd = int(arguments[1]), int(arguments[2])
    for fd in (lock_fd, ready_fd):
        os.set_inheritable(fd, False)

    def supervise() -> int:
        from cellift.engine.pipeline_run import PipelineRun
        from cellift.runs.lock import write_owner
        from cellift.runs.repair import boot_id
        from cellift.supervise.names import READY
        from cellift.supervise.prctl import become_subreaper
        from cellift.supervise.processes import start_time

        become_subreaper()

        def on_open() -> None:
            # Only now is SIGTERM a request to cancel: who finds the owner may send it.
            pid = os.getpid()
            write_owner(lock_fd, {"pid": pid, "start": start_time(pid), "boot": boot_id()})
            os.write(ready_fd, READY)
            os.close(ready_fd)

        return PipelineRun(folder).main(on_open)

    guard(folder, folder.name, supervise, [ready_fd])


if __name__ == "__main__":
    main(sys.argv[1:])
