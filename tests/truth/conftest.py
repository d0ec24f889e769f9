"""``TRUTH_SHARD=0/2`` runs every second test only, so that ``make test-truth`` can keep two cores busy."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    number, _, count = os.environ.get("TRUTH_SHARD", "0/1").partition("/")
    left_out = [item for place, item in enumerate(items) if place % int(count) != int(number)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
