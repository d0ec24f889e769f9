"""Who draws on the figure that an earlier step has left open, where figures stay open from cell to cell."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes

OWN = "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\ndef draw():\n    plt.plot([1])"
MAKE = "plt.figure()\nplt.plot([1, 2])"


def told(*steps: str, setup: str = OWN) -> list[str]:
    return codes(analysed(setup, *(f"%%step s{number}\n{step}" for number, step in enumerate(steps))))


@pytest.mark.parametrize("use", ["plt.plot([3])", "x = plt.gca()", "plt.title('t')", "draw()", "plt.savefig('a.png')"])
@pytest.mark.parametrize("make", [MAKE, "fig, ax = plt.subplots()", "plt.plot([1])", "draw()"])
def test_drawing_on_a_figure_of_another_step_is_told(make: str, use: str) -> None:
    assert told(make, use) == ["CL302"]


@pytest.mark.parametrize(
    "use",
    [
        "plt.figure()\nplt.plot([3])",
        "fig, ax = plt.subplots()\nplt.title('t')",
        "plt.close()\nplt.plot([1])",
        "print(plt.get_fignums())",
        "plt.rcParams['lines.linewidth'] = 2",
        "plt.style.use('ggplot')",
        "print(1)",
    ],
)
def test_a_figure_of_its_own_is_fine(use: str) -> None:
    assert told(MAKE, use) == []


def test_once_a_step_and_only_where_figures_stay_open() -> None:
    assert told(MAKE, "plt.plot([1])\nplt.plot([2])", "plt.title('t')") == ["CL302", "CL302"]
    assert told(f"{MAKE}\nplt.plot([3])") == []
    for setup in (
        OWN.replace("matplotlib.use('Agg')", ""),
        OWN.replace("Agg", "module://matplotlib_inline.backend_inline"),
    ):
        assert told(MAKE, "plt.plot([1])", setup=setup) == []
    switched = OWN.replace("matplotlib.use('Agg')", "").replace("as plt\n", "as plt\nplt.switch_backend('Agg')\n")
    assert told(MAKE, "plt.plot([1])", setup=switched) == ["CL302"]
