"""Variables for the kernels that this server starts, as they are when a kernel starts or starts again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

Variables = Callable[[], Mapping[str, str]]


class _Environment(dict[str, str]):
    """What a kernel is started with. Jupyter keeps it for restarts, and starts the process with a copy of it.

    So a kernel that is restarted has the variables of then, and not those of its first start.
    """

    def __init__(self, given: Mapping[str, str], variables: Variables) -> None:
        super().__init__(given)
        self._variables = variables

    def copy(self) -> dict[str, str]:
        """What the process gets."""
        return {**self, **self._variables()}


def give(manager: Any, variables: Variables) -> None:
    """Have *manager* start its kernels with *variables* beside their own environment.

    The environment of this process stays as it is: what else lives in it, a contents manager over S3 for one, is not
    led elsewhere. Managers whose kernels run on other machines do not come by here, and those kernels get nothing.
    """
    before = getattr(manager, "pre_start_kernel", None)
    if before is None:
        return

    def pre_start_kernel(kernel_name: str | None, kwargs: dict[str, Any]) -> Any:
        given = kwargs.get("env")
        kwargs["env"] = _Environment(os.environ if given is None else given, variables)
        return before(kernel_name, kwargs)

    manager.pre_start_kernel = pre_start_kernel
