"""The S3 endpoint over the local tree, started and stopped in the section *Data*."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.conftest import Server, open_lab
from e2e.test_data_section import open_data, tree

START_TIMEOUT = 30_000
LOOK = """async () => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    await kernel.restart();
    await kernel.info;
    const future = kernel.requestExecute({ code: 'import os; print(os.environ.get("AWS_ENDPOINT_URL"))' });
    let text = '';
    future.onIOPub = message => (text += message.content.text ?? '');
    await future.done;
    return text.trim();
}"""


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    return new_server()


def status_of(address: str) -> int | None:
    """The status of an answer to somebody without keys; None when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_it_is_started_with_the_button_found_by_a_restarted_kernel_and_stopped(
    server: Server, profile: Callable[..., BrowserContext]
) -> None:
    (tree(server) / "wine").mkdir(parents=True)
    page: Page = open_lab(profile(), server)
    data = open_data(page)
    endpoint, button = data.get_by_test_id("cellift-endpoint"), data.get_by_test_id("cellift-endpoint-button")
    expect(endpoint).to_contain_text("S3 endpoint")
    assert page.evaluate(LOOK) == "None"

    button.focus()
    page.keyboard.press("Enter")
    address = data.get_by_test_id("cellift-endpoint-address")
    expect(address).to_contain_text("http://127.0.0.1:", timeout=START_TIMEOUT)
    expect(button).to_be_focused()
    expect(endpoint).to_have_attribute("data-endpoint", "running")
    url = address.inner_text()
    assert status_of(url) in (400, 403), "it answers, and not to everybody"
    assert page.evaluate(LOOK) == url

    page.reload()
    page.wait_for_function("window.jupyterapp && window.jupyterapp.restored")
    data = open_data(page)
    expect(data.get_by_test_id("cellift-endpoint-address")).to_have_text(url)
    data.get_by_test_id("cellift-data-menu").click()
    page.locator('.lm-Menu-item[data-command="cellift:data-stop-endpoint"]').click()
    expect(data.get_by_test_id("cellift-endpoint")).to_have_attribute("data-endpoint", "off", timeout=START_TIMEOUT)
    assert status_of(url) is None
