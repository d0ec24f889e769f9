from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from cellift.values.tables import copies_before_it_writes


@pytest.fixture
def copy_on_write() -> Iterator[None]:
    """Tables as pandas 3 has them; of pandas 2, where that is a mode, too."""
    if copies_before_it_writes(pd):
        yield
        return
    with pd.option_context("mode.copy_on_write", True):
        assert copies_before_it_writes(pd)
        yield
