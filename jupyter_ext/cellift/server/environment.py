"""The environment that steps inherit from the server: the server's own, without its keys."""

from __future__ import annotations

import os
from collections.abc import Mapping

# These open the Jupyter server or the hub; user code has no business with them. JPY_ are the variables by which
# Jupyter's processes talk among themselves (JPY_API_TOKEN, JPY_SESSION_NAME, JPY_PARENT_PID).
_KEYS = frozenset(
    {
        "CONFIGPROXY_AUTH_TOKEN",
        "JUPYTERHUB_API_TOKEN",
        "JUPYTERHUB_COOKIE_SECRET",
        "JUPYTERHUB_CRYPT_KEY",
        "JUPYTER_PASSWORD",
        "JUPYTER_TOKEN",
    }
)
_PREFIXES = ("JPY_",)


def step_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """A copy of ``environ`` (by default this process's) without the keys of the server and the hub."""
    source = os.environ if environ is None else environ
    return {name: value for name, value in source.items() if name not in _KEYS and not name.startswith(_PREFIXES)}
