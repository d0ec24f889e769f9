"""What is shown in a step: its text in the log, and one richer form of it beside."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cellift.pipeline import compile_graph
from cellift.pipeline.runtime.display import Display
from unit.pipeline.kit import Launcher, graph, step


@pytest.fixture
def display(tmp_path: Path) -> Display:
    return Display(str(tmp_path))


def kept(display: Display, tmp_path: Path) -> list[tuple[str, bytes]]:
    return [(item["mime"], (tmp_path / item["file"]).read_bytes()) for item in display.items]


class Rich:
    """Has the methods that it is given."""

    def __init__(self, **forms: Any) -> None:
        for name, content in forms.items():
            setattr(self, f"_repr_{name}_", lambda *_, content=content, **__: content)

    def __repr__(self) -> str:
        return "plain"


PICTURE = base64.b64encode(b"\x89PNG").decode()
SHOWS: list[tuple[Any, list[tuple[str, bytes]]]] = [
    (Rich(html="<b>"), [("text/html", b"<b>")]),
    (Rich(html=None, markdown="*m*"), [("text/markdown", b"*m*")]),
    (Rich(html=("<b>", {"meta": 1})), [("text/html", b"<b>")]),
    (Rich(png=b"\x89PNG"), [("image/png", b"\x89PNG")]),
    (Rich(mimebundle={"image/png": PICTURE, "text/plain": "p"}), [("image/png", b"\x89PNG")]),
    (Rich(mimebundle=({"text/latex": "$x$"}, {})), [("text/latex", b"$x$")]),
    (Rich(mimebundle={"text/html": "<b>"}, html="<i>"), [("text/html", b"<b>")]),
    (Rich(mimebundle={"text/plain": "p"}, html="<i>"), [("text/html", b"<i>")]),
    (Rich(mimebundle={"application/json": {"a": 1}}), [("application/json", b'{"a": 1}')]),
    (Rich(), []),
    (5, []),
]


@pytest.mark.parametrize(("value", "expected"), SHOWS)
def test_the_best_form_is_kept_beside_the_text(display: Display, tmp_path: Path, capsys: Any, value, expected) -> None:
    display.show(value)
    assert kept(display, tmp_path) == expected
    assert capsys.readouterr().out == f"{value!r}\n"


def test_a_class_is_text_although_its_instances_are_more(display: Display) -> None:
    class Page:
        def _repr_html_(self: Any = None) -> str:
            return "<b>"

    display.show(Page)
    assert display.items == []


def test_a_raw_bundle_is_shown_as_it_says(display: Display, tmp_path: Path, capsys: Any) -> None:
    display.show({"text/plain": "p", "text/html": "<b>"}, raw=True)
    display.show({"text/html": "<i>"}, raw=True)
    display.show({"text/html": "<u>"})
    assert kept(display, tmp_path) == [("text/html", b"<b>"), ("text/html", b"<i>")]
    assert capsys.readouterr().out == "p\n{'text/html': '<u>'}\n"


def test_what_is_captured_is_not_shown(display: Display, capsys: Any) -> None:
    display.captured = []
    display.show(1, Rich(html="<b>"))
    display.show_text("<i>", "text/html", "HTML")
    assert (len(display.captured), display.items, capsys.readouterr().out) == (3, [], "")


def test_a_cell_of_html_is_kept(display: Display, tmp_path: Path, capsys: Any) -> None:
    display.show_text("<i>", "text/html", "HTML")
    assert kept(display, tmp_path) == [("text/html", b"<i>")]
    assert capsys.readouterr().out == "<IPython.core.display.HTML object>\n"


def test_numbers_are_shown_as_precision_says(display: Display, capsys: Any) -> None:
    display.show(1 / 3, 1)
    display.float_format = "%.2f"
    display.show(1 / 3, 1)
    assert capsys.readouterr().out == f"{1 / 3!r}\n1\n0.33\n1\n"


def test_a_handle_shows_again_and_a_call_without_one_gives_nothing(display: Display, capsys: Any) -> None:
    assert display.show(1) is None
    handle = display.show(2, display_id=True)
    handle.update(3)
    assert display.show(4, display_id="mine").display_id == "mine"
    assert capsys.readouterr().out == "1\n2\n3\n4\n"


def test_more_than_the_run_keeps_is_said(display: Display, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from cellift.pipeline.runtime import display as room

    monkeypatch.setattr(room, "_MOST_BYTES", 10)
    monkeypatch.setattr(room, "_MOST_ITEMS", 2)
    display.show(Rich(html="x" * 11))
    assert display.items == []
    for _ in range(3):
        display.show(Rich(html="x"))
    assert len(display.items) == 2
    assert capsys.readouterr().err.count("cellift:") == 2


def test_values_shown_last_move_on(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    for name in ("_", "__", "___"):
        monkeypatch.setattr(builtins, name, None, raising=False)
        monkeypatch.delattr(builtins, name)
    for value in (1, None, 2, 3, 4):
        display.show_last(value)
    assert [vars(builtins)[name] for name in ("_", "__", "___")] == [4, 3, 2]


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (list(range(1001)), "999, ...]"),
        (tuple(range(1001)), "999, ...)"),
        (dict.fromkeys(range(1001)), "999: None, ...}"),
        (frozenset(range(1001)), "999, ...})"),
        (list(range(1000)), "998, 999]"),
    ],
)
def test_long_collections_end_where_the_notebook_stops(display: Display, capsys: Any, value: Any, end: str) -> None:
    display.show(value)
    assert capsys.readouterr().out.rstrip().endswith(end)


class _Plots:
    """As much of pyplot as is asked of it."""

    def __init__(self, *numbers: int) -> None:
        self.figures = {number: Figure(number) for number in numbers}

    def get_fignums(self) -> list[int]:
        return list(self.figures)

    def figure(self, number: int) -> Any:
        return self.figures[number]

    def close(self, figure: Any) -> None:
        del self.figures[figure.number]

    def fignum_exists(self, number: Any) -> bool:
        return number in self.figures


class Figure:
    """Named as matplotlib's is."""

    __module__ = "matplotlib.figure"

    def __init__(self, number: int) -> None:
        self.number = number

    def savefig(self, file: Any, **_: Any) -> None:
        file.write(b"picture %d" % self.number)

    def __repr__(self) -> str:
        return "<Figure>"


def test_figures_are_kept_and_closed_at_the_end_of_a_cell(display: Display, tmp_path: Path, monkeypatch) -> None:
    plots = _Plots(1, 2)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", plots)
    display.show(plots.figures[1])  # open still: kept once, at the end
    assert display.items == []
    display.figures()
    assert kept(display, tmp_path) == [("image/png", b"picture 1"), ("image/png", b"picture 2")]
    assert plots.figures == {}
    display.show(Figure(9))
    assert kept(display, tmp_path)[2:] == [("image/png", b"picture 9")]
    plots.figures[3] = Figure(3)
    display.captured = []
    display.figures()
    assert ([figure.number for figure in display.captured], plots.figures, len(display.items)) == ([3], {}, 3)


@pytest.mark.parametrize("module", [None, object()])
def test_without_plots_there_are_no_figures(display: Display, monkeypatch, module: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", module)
    display.figures()
    display.show(5)
    assert display.items == []


@pytest.mark.parametrize(
    ("backend", "lines"), [("", "0"), ("matplotlib.use('Agg')", "1"), ("matplotlib.use('agg', force=True)", "1")]
)
def test_figures_stay_open_where_the_notebook_has_chosen_a_backend(
    launcher: Launcher, backend: str, lines: str
) -> None:
    pytest.importorskip("matplotlib")
    setup = f"import matplotlib\n{backend}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    draw = step("a", setup)
    look = step("a", "print(len(plt.gca().lines))", number=2).code[0]
    done = launcher.run(compile_graph(graph(replace(draw, cells=("c1", "c2"), code=(*draw.code, look)))))["a"]
    assert done.stdout.splitlines()[-1] == lines, done
    assert [item["mime"] for item in done.result["display"]][:1] == ["image/png"]
