"""The set-up of random programs: imports, and functions, classes and values of which each program has some."""

from __future__ import annotations

from tests.truth.grammar.choices import Choices

IMPORTS = """\
import collections, copy, functools, itertools, math, operator, os, random, string
import numpy as np
import pandas as pd"""

CLASSES = [
    """\
class Box:
    def __init__(self, n=0):
        self.n = n
        self.items = []
    def bump(self):
        self.n += 1
        return self
    def keep(self, value):
        self.items.append(value)
    def me(self):
        return self
    def __repr__(self):
        return f"Box({self.n}, {len(self.items)})\"""",
    """\
class Node:
    made = []
    count = 0
    def __init__(self, n=1, parent=None):
        self.n = n
        self.parent = parent
        self.items = []
        Node.count += 1
        if parent is not None:
            parent.items.append(self)
    def __setitem__(self, key, value):
        self.items.append((key, value))
    def __iadd__(self, other):
        self.n += other
        return self
    def __enter__(self):
        self.n += 10
        return self
    def __exit__(self, *_):
        self.items.append("left")
    def register(self):
        self.made.append(self.n)
        return len(Node.made)
    def __repr__(self):
        return f"Node({self.n}, {len(self.items)}, {Node.count})\"""",
    """\
class Tracked(collections.UserList):
    total = 0
    @property
    def size(self):
        return len(self.data)
    @size.setter
    def size(self, n):
        self.data[:] = list(range(n))
    @classmethod
    def note(cls):
        cls.total += 1
        return cls.total""",
]

FUNCTIONS = [
    "def push(v, what=1):\n    v.append(what)\n    return v",
    "def same(v):\n    return v",
    "def put(holder, value):\n    holder[len(holder):] = [value]",
    "def gather(v, acc=[]):\n    acc.append(v)\n    return acc",
    "def counter():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step",
    "def holder():\n    kept = []\n    def add(v):\n        kept.append(v)\n        return kept\n    return add",
    "LOG = []\ndef note(text):\n    LOG.append(text)\n    return len(LOG)",
    "def logged(function):\n    calls = []\n    @functools.wraps(function)\n    def inner(*args):\n"
    "        calls.append(len(args))\n        return function(*args)\n    inner.calls = calls\n    return inner",
    "def each(values):\n    for value in values:\n        yield value",
    "def through(v):\n    w = v\n    return [w]",
    "OPS = {'append': lambda v, x: v.append(x), 'pop': lambda v, x: v.pop() if v else None}",
    "MEMO = {}\ndef memo(n):\n    if n not in MEMO:\n        MEMO[n] = [n]\n    return MEMO[n]",
    "def change(v):\n    if isinstance(v, list):\n        v.append(7)\n    elif isinstance(v, dict):\n        "
    "v['seven'] = 7\n    elif hasattr(v, 'n'):\n        v.n = 7\n    return None",
    "def swap(pair):\n    first, second = pair\n    return [second, first]",
]


def setup(choices: Choices) -> list[str]:
    """Statements of the set-up, helpers of a program among them."""
    found = [IMPORTS]
    found += [one for one in CLASSES if choices.chance(70)]
    found += [one for one in FUNCTIONS if choices.chance(40)]
    return found
