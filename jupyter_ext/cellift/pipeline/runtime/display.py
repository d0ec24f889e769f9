"""What a notebook shows besides printed text: last expressions, ``display(...)`` and plots, kept as files."""

from __future__ import annotations

import io
import itertools
import json
import os
import sys
from typing import Any

FOLDER = "display"

# Best first: one of them is kept for each thing shown.
_FORMS = (
    ("_repr_html_", "text/html", "html"),
    ("_repr_svg_", "image/svg+xml", "svg"),
    ("_repr_png_", "image/png", "png"),
    ("_repr_jpeg_", "image/jpeg", "jpeg"),
    ("_repr_markdown_", "text/markdown", "md"),
    ("_repr_latex_", "text/latex", "tex"),
)

_MOST_BYTES = 4 * 1024 * 1024
_MOST_ITEMS = 100

_MOST_SHOWN = 1000


class Display:
    """Collects what a step shows into ``folder/display``; ``items`` is ``[{cell, mime, file}]``.

    Nothing here fails a step: what cannot be shown is said on standard error.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.cell = ""
        """Id of the cell that runs now."""
        self.items: list[dict[str, str]] = []
        self.float_format = "%r"
        """How ``%precision`` wants numbers shown."""
        self.stays_open = False
        """Whether the notebook has chosen a backend of its own: then figures are open from cell to cell."""
        self.captured: Any = None
        """Where ``%%capture`` collects what is shown; None while it goes to the run."""

    def show_last(self, value: Any) -> None:
        """The last expression of a cell, as ``sys.displayhook`` does it."""
        if value is None:
            return
        import builtins

        for name in ("__", "_"):  # the value before moves on, as in IPython
            if hasattr(builtins, name):
                setattr(builtins, f"_{name}", getattr(builtins, name))
        builtins._ = value  # type: ignore[attr-defined]
        self.show(value)

    def show(self, *values: Any, raw: bool = False, display_id: Any = None, **_: Any) -> Any:
        """``display(...)``: the text goes to standard output, a richer form to a file."""
        for value in values:
            if self.captured is not None:
                self.captured.append(value)
                continue
            if raw and isinstance(value, dict):
                print(value.get("text/plain", ""), end="\n" if "text/plain" in value else "")
                self._keep_best(value)
                continue
            try:
                print(self._text(value))
            except Exception as error:  # noqa: BLE001 - the notebook goes on as well
                _say(f"a {type(value).__name__} could not be shown ({type(error).__name__}: {error})")
            self._keep_rich(value)
        return None if display_id is None else _Handle(self, display_id)

    def show_text(self, text: str, mime: str, kind: str) -> None:
        """What a cell like ``%%html`` holds."""
        if self.captured is not None:
            self.captured.append(text)
            return
        print(f"<IPython.core.display.{kind} object>")
        self._keep_best({mime: text})

    def _text(self, value: Any) -> str:
        if self.float_format != "%r" and isinstance(value, float):
            return self.float_format % value
        return _text(value)

    def end_of_cell(self) -> None:
        """A cell is over, or ``plt.show()`` was called."""
        if not self.stays_open:
            self.figures()

    def figures(self) -> None:
        """Keep and close all open figures of pyplot."""
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        if pyplot is None or not hasattr(pyplot, "get_fignums"):
            return
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            if self.captured is None:
                self._keep_figure(figure)
            else:
                self.captured.append(figure)
            pyplot.close(figure)

    def _keep_rich(self, value: Any) -> None:
        if isinstance(value, type):
            return
        if type(value).__name__ == "Figure" and type(value).__module__ == "matplotlib.figure":
            pyplot: Any = sys.modules.get("matplotlib.pyplot")
            if pyplot is None or not pyplot.fignum_exists(getattr(value, "number", None)):
                self._keep_figure(value)
            return
        if self._keep_bundle(value):
            return
        for method, mime, ending in _FORMS:
            try:
                found = getattr(value, method, None)
                content = found() if callable(found) else None
            except Exception as error:  # noqa: BLE001 - anybody's method
                _say(f"{type(value).__name__}.{method}() failed ({type(error).__name__}: {error})")
                continue
            if isinstance(content, tuple):
                content = content[0]
            if content:
                self._keep(content, mime, ending)
                return

    def _keep_bundle(self, value: Any) -> bool:
        """``_repr_mimebundle_``; False when the value has none, or nothing in it can be kept."""
        try:
            found = getattr(value, "_repr_mimebundle_", None)
            bundle = found(include=None, exclude=None) if callable(found) else None
        except Exception as error:  # noqa: BLE001 - anybody's method
            _say(f"{type(value).__name__}._repr_mimebundle_() failed ({type(error).__name__}: {error})")
            return False
        bundle = bundle[0] if isinstance(bundle, tuple) and bundle else bundle
        return isinstance(bundle, dict) and self._keep_best(bundle)

    def _keep_best(self, bundle: Any) -> bool:
        for _, mime, ending in (*_FORMS, ("", "application/json", "json"), ("", "text/javascript", "js")):
            content = bundle.get(mime)
            if not content:
                continue
            if mime in ("image/png", "image/jpeg") and isinstance(content, str):
                import base64

                content = base64.b64decode(content)
            self._keep(content if isinstance(content, (str, bytes)) else json.dumps(content), mime, ending)
            return True
        return False

    def _keep_figure(self, figure: Any) -> None:
        try:
            image = io.BytesIO()
            figure.savefig(image, format="png", bbox_inches="tight")
        except Exception as error:  # noqa: BLE001 - drawing runs the user's formatters
            _say(f"a figure could not be drawn ({type(error).__name__}: {error})")
            return
        self._keep(image.getvalue(), "image/png", "png")

    def _keep(self, content: Any, mime: str, ending: str) -> None:
        data = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
        if len(data) > _MOST_BYTES or len(self.items) >= _MOST_ITEMS:
            limit = f"{_MOST_BYTES:,} bytes" if len(data) > _MOST_BYTES else f"{_MOST_ITEMS} items"
            _say(f"an output ({mime}, {len(data):,} bytes) is not kept with the run: the limit is {limit}")
            return
        name = f"{FOLDER}/{len(self.items) + 1:03d}.{ending}"
        try:
            os.makedirs(os.path.join(self._folder, FOLDER), exist_ok=True)
            with open(os.path.join(self._folder, name), "wb") as file:
                file.write(data)
        except OSError as error:
            _say(f"an output ({mime}) could not be kept with the run ({error})")
            return
        self.items.append({"cell": self.cell, "mime": mime, "file": name})


class _Handle:
    """What ``display(..., display_id=True)`` gives."""

    def __init__(self, display: Display, display_id: Any) -> None:
        self._display = display
        self.display_id = "0" if display_id is True else str(display_id)

    def display(self, value: Any, **words: Any) -> None:
        """Show ``value``."""
        self._display.show(value, **words)

    update = display


def _text(value: Any) -> str:
    """The repr; of a long collection the beginning, where the notebook stops too."""
    if type(value) not in (list, tuple, set, frozenset, dict) or len(value) <= _MOST_SHOWN:
        return repr(value)
    first = itertools.islice(value.items() if isinstance(value, dict) else value, _MOST_SHOWN)
    text = repr(type(value)(first))
    closing = 2 if isinstance(value, frozenset) else 1
    return f"{text[:-closing]}, ...{text[-closing:]}"


def _say(text: str) -> None:
    sys.stderr.write(f"cellift: {text}\n")
