"""The S3 endpoint over the local tree that this server has started, for kernels and runs that it starts."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellift.storage.endpoint import Endpoint


class LocalEndpoint:
    """At most one. `start` and `stop` block. Its keys leave this process by `variables` alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._endpoint: Endpoint | None = None
        self._closed = False

    def start(self) -> bool:
        """Start it, unless it runs; whether it was started. Raises StorageError with what to do."""
        from cellift.storage.endpoint import start
        from cellift.storage.errors import CancelledError

        with self._lock:
            if self._closed:
                raise CancelledError("The Jupyter server is being stopped.")
            if self._endpoint is not None and self._endpoint.running:
                return False
            self._end()
            self._endpoint = start()
            return True

    def stop(self) -> None:
        """End it, if it runs. Kernels and runs that have its variables reach nothing by them any more."""
        with self._lock:
            self._end()

    def variables(self) -> dict[str, str]:
        """Address and keys for programs, by the names that they look for; nothing when it does not run."""
        endpoint = self._endpoint
        return endpoint.environment() if endpoint is not None and endpoint.running else {}

    def state(self) -> dict[str, Any]:
        """What the browser may know: names of variables, and none of the keys."""
        endpoint = self._endpoint
        if endpoint is None or not endpoint.running:
            return {"running": False, "url": "", "variables": [], "replaces": []}
        names = list(endpoint.environment())
        replaced = [name for name in names if os.environ.get(name)]
        return {"running": True, "url": endpoint.url, "variables": names, "replaces": replaced}

    async def close(self) -> None:
        """End it for good."""
        self._closed = True
        if self._endpoint is not None or self._lock.locked():
            await asyncio.get_running_loop().run_in_executor(None, self.stop)

    def _end(self) -> None:
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            endpoint.stop()
