"""Whole programs: a set-up and two to six steps of statements that fit what there is, each with what it sees."""

from __future__ import annotations

from dataclasses import dataclass

from tests.truth.grammar.choices import Choices
from tests.truth.grammar.forms import WEIGHTS
from tests.truth.grammar.live import Live, undone
from tests.truth.grammar.look import look
from tests.truth.grammar.setup import setup
from tests.truth.percent import Case, code_cell

SETUP = 0


@dataclass(frozen=True)
class Program:
    """``lines``: (step, statement) in the order of the document; step 0 is the set-up."""

    lines: tuple[tuple[int, str], ...]

    def case(self, name: str = "program") -> Case:
        """As a notebook: one cell a step."""
        case = Case(name)
        for step in sorted({step for step, _ in self.lines}):
            source = "\n".join(text for one, text in self.lines if one == step)
            kind, argument = ("code", "") if step == SETUP else ("step", f"s{step}")
            case.cells.append(code_cell(f"c{step}", source, kind, argument))
        return case

    def text(self, name: str = "program") -> str:
        """As a case of the corpus."""
        found = [f"# === {name}"]
        for step in sorted({step for step, _ in self.lines}):
            found.append("# %%" if step == SETUP else f"# %% step s{step}")
            found += [text for one, text in self.lines if one == step]
        return "\n".join(found) + "\n"


def make_program(choices: Choices) -> Program:
    """A program that runs from top to bottom."""
    lines: list[tuple[int, str]] = []
    with undone():
        live = Live()
        for text in setup(choices):
            live.run(text)
            lines.append((SETUP, text))
        live.pin()
        for step in range(choices.number(2, 6) + 1):
            for _ in range(choices.number(1, 4)):
                _add(choices, live, step, lines)
            if step == SETUP:
                continue
            lines.append((step, f"print({step})"))
            for _ in range(choices.number(1, 3)):
                seen = look(choices, live)
                if seen is not None and live.run(seen):
                    lines.append((step, seen))
    return Program(tuple(lines))


def _add(choices: Choices, live: Live, step: int, lines: list[tuple[int, str]]) -> None:
    forms = [form for weight, form in WEIGHTS for _ in range(weight)]
    text = choices.pick(forms)(choices, live)
    if text is None:
        return
    if not live.run(text):
        inside = text.replace("\n", "\n    ")
        text = f"try:\n    {inside}\nexcept Exception as error:\n    print(type(error).__name__)"
    lines.append((step, text))
