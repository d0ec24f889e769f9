"""Notebook widgets for composing, and for front ends without Cellift's extension; ipywidgets is loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellift.widgets.data_browser import DataBrowser

__all__ = ["DataBrowser"]


def __getattr__(name: str) -> Any:
    if name == "DataBrowser":
        from cellift.widgets.data_browser import DataBrowser

        return DataBrowser
    raise AttributeError(f"module 'cellift.widgets' has no attribute {name!r}")
