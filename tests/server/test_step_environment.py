from __future__ import annotations

from cellift.server.environment import step_environment


def test_steps_get_the_servers_environment_without_its_keys() -> None:
    environ = {
        "PATH": "/bin",
        "AWS_PROFILE": "team",
        "JUPYTER_TOKEN": "k",
        "JPY_API_TOKEN": "k",
        "JPY_SESSION_NAME": "a.ipynb",
        "JUPYTERHUB_API_TOKEN": "k",
        "JUPYTERHUB_USER": "ann",
    }
    assert step_environment(environ) == {"PATH": "/bin", "AWS_PROFILE": "team", "JUPYTERHUB_USER": "ann"}
