"""A real Jupyter server and a real Chromium for the browser tests; nothing is mocked."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

REPOSITORY = Path(__file__).parents[2]
RESULTS = REPOSITORY / "test-results"
TOKEN = "e2e-token"
START_TIMEOUT = 90.0


def chromium_path() -> str:
    """The system's Chromium; Playwright's own download is not used."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail("Chromium is not on PATH: install it with the system's package manager (`make chromium`)")


@dataclass
class Server:
    """A Jupyter server in a process of its own, over a home and root that outlive it."""

    home: Path
    root: Path
    port: int
    base_url: str = "/"
    app: str = "lab"
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    def page_url(self, path: str = "") -> str:
        return f"{self.url}{path}?token={TOKEN}"

    def start(self) -> None:
        environment = {
            **os.environ,
            "CELLIFT_HOME": str(self.home / "cellift"),
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "jupyter-config"),
            "JUPYTER_DATA_DIR": str(self.home / "jupyter-data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "jupyter-runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "lab-settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "lab-workspaces"),
            "MPLCONFIGDIR": str(self.home / "matplotlib"),
        }
        self.home.mkdir(parents=True, exist_ok=True)
        command = [
            *(sys.executable, "-m", "jupyter", self.app, "--no-browser", "--allow-root"),
            f"--ServerApp.root_dir={self.root}",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.base_url={self.base_url}",
            f"--IdentityProvider.token={TOKEN}",
        ]
        if self.app == "lab":
            command.append("--LabApp.expose_app_in_browser=True")
        else:
            command.append("--JupyterNotebookApp.expose_app_in_browser=True")
        log = (self.home / "server.log").open("ab")
        self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        log.close()
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.url}api?token={TOKEN}", timeout=2).read()
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server did not start:\n{(self.home / 'server.log').read_text()[-4000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server as a service manager would; it ends its kernels, and runs go on."""
        if self.process is None:
            return
        kernels = [
            child for child in psutil.Process(self.process.pid).children() if "ipykernel" in str(child.cmdline())
        ]
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for kernel in kernels:
            with contextlib.suppress(psutil.NoSuchProcess):
                kernel.kill()
        self.process = None


def quiet_home(home: Path) -> None:
    """Answer the question about news beforehand, which JupyterLab asks in a new home."""
    settings = home / "lab-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')


def launch_chromium(driver: Playwright) -> Browser:
    """The system's Chromium, without what a closed network refuses."""
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
    return driver.chromium.launch(executable_path=chromium_path(), args=arguments)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def new_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """A factory of servers that are stopped at the end of the module."""
    servers: list[Server] = []

    def make(**options: str) -> Server:
        home = tmp_path_factory.mktemp("home")
        root = tmp_path_factory.mktemp("work")
        quiet_home(home)
        shutil.copy(REPOSITORY / "examples/quickstart.ipynb", root)
        server = Server(home, root, free_port(), **options)
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch_chromium(playwright)
    yield browser
    browser.close()


@pytest.fixture
def profile(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A factory of fresh browser profiles."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> object:
    """Keep a picture of every open page of a failed test in test-results/."""
    report = yield
    if report.when == "call" and report.failed:
        RESULTS.mkdir(exist_ok=True)
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Browser):
                for number, page in enumerate(p for context in value.contexts for p in context.pages):
                    with contextlib.suppress(Exception):
                        page.screenshot(path=RESULTS / f"{item.name}-{number}.png")
    return report


def open_lab(context: BrowserContext, server: Server, path: str = "lab/tree/quickstart.ipynb") -> Page:
    """Open JupyterLab (or Notebook 7) and wait until it has restored its layout and the notebook's kernel waits."""
    page = context.new_page()
    page.goto(server.page_url(path))
    page.wait_for_function("window.jupyterapp && window.jupyterapp.restored", timeout=START_TIMEOUT * 1000)
    page.evaluate("async () => { await window.jupyterapp.restored; }")
    page.wait_for_function(
        """name => {
            const widget = window.jupyterapp.shell.currentWidget;
            const kernel = widget?.sessionContext?.session?.kernel;
            return widget?.context?.path === name && widget.content.activeCell && kernel?.status === 'idle';
        }""",
        arg=path.rsplit("/", 1)[-1],
        timeout=START_TIMEOUT * 1000,
    )
    return page
