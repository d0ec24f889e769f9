# %%
from __future__ import annotations
from dataclasses import dataclass, field
from enum import Enum, auto
from abc import ABC, abstractmethod
from typing import Optional
import json, copy
# %%
class Cell(Enum):
    DEAD = 0
    ALIVE = auto()
    def __str__(self):
        return ".#"[self.value]
# %%
@dataclass
class Board:
    width: int
    height: int
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    def alive(self, x, y):
        return self.cells.get((x % self.width, y % self.height), Cell.DEAD) is Cell.ALIVE
    def __str__(self):
        return "\n".join("".join(str(self.cells.get((x, y), Cell.DEAD)) for x in range(self.width)) for y in range(self.height))
# %%
board = Board(5, 5)
for x in (1, 2, 3):
    board.cells[x, 2] = Cell.ALIVE
print(board)
# %%
def step(b: Board) -> Board:
    new = Board(b.width, b.height)
    for x in range(b.width):
        for y in range(b.height):
            n = sum(b.alive(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
            if n == 3 or (n == 2 and b.alive(x, y)):
                new.cells[x, y] = Cell.ALIVE
    return new
# %%
old, board = board, step(board)
print(board)
print(old == step(board))
# %%
class Shape(ABC):
    registry: dict[str, type] = {}
    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        Shape.registry[cls.__name__.lower()] = cls
    @abstractmethod
    def area(self) -> float: ...
# %%
class Square(Shape):
    def __init__(self, side): self.side = side
    def area(self): return self.side ** 2
class Circle(Shape):
    PI = 3.14
    def __init__(self, r): self.r = r
    def area(self): return round(self.PI * self.r ** 2, 3)
# %%
shapes = [Shape.registry[k](v) for k, v in [("square", 2), ("circle", 1)]]
print([s.area() for s in shapes])
# %%
Circle.PI = 3.14159
print(shapes[1].area(), sorted(Shape.registry))
# %%
snapshot = copy.deepcopy(board)
board.cells.clear()
print(len(snapshot.cells), len(board.cells), json.dumps({str(k): v.name for k, v in snapshot.cells.items()}))
# %%
match shapes[0]:
    case Square(side=s) if s > 1:
        kind = f"big square {s}"
    case _:
        kind = "other"
print(kind)
# %%
def counter(start=0):
    n = start
    def inc():
        nonlocal n
        n += 1
        return n
    return inc
tick = counter(10)
tick()
# %%
print(tick(), tick())
