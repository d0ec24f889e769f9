"""All forms of statements, and how often each is taken."""

from __future__ import annotations

from tests.truth.grammar.changes import change, unseen
from tests.truth.grammar.code import by_function, code, flow, hidden, removal
from tests.truth.grammar.fitting import Form
from tests.truth.grammar.objects import alias, part, store, value

#: Form -> how often, of a hundred.
WEIGHTS: tuple[tuple[int, Form], ...] = (
    (16, value),
    (17, alias),
    (8, part),
    (12, store),
    (14, change),
    (9, unseen),
    (9, by_function),
    (5, code),
    (6, flow),
    (1, removal),
    (3, hidden),
)
