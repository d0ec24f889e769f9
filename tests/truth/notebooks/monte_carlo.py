# %%
import random
import math
from collections import Counter, defaultdict, namedtuple
random.seed(1234)
# %%
def inside():
    x, y = random.random(), random.random()
    return x * x + y * y <= 1
hits = sum(inside() for _ in range(1000))
print(4 * hits / 1000)
# %%
Point = namedtuple("Point", "x y")
walk = [Point(0, 0)]
for _ in range(20):
    dx, dy = random.choice([(0, 1), (1, 0), (0, -1), (-1, 0)])
    last = walk[-1]
    walk.append(Point(last.x + dx, last.y + dy))
print(walk[-1], math.dist(walk[-1], walk[0]))
# %%
counts = Counter(p.x for p in walk)
by_row = defaultdict(list)
for p in walk:
    by_row[p.y].append(p)
print(counts.most_common(2), sorted(by_row))
# %%
deck = [(rank, suit) for rank in range(2, 15) for suit in "SHDC"]
random.shuffle(deck)
hand, deck = deck[:5], deck[5:]
print(hand, len(deck))
# %%
class Dice:
    rolls = 0
    def __init__(self, sides=6):
        self.sides = sides
    def roll(self):
        Dice.rolls += 1
        return random.randint(1, self.sides)
d = Dice()
print([d.roll() for _ in range(5)])
# %%
print([d.roll() for _ in range(3)], Dice.rolls)
# %%
seen = set()
def birthday(n=23):
    seen.clear()
    for i in range(n):
        day = random.randrange(365)
        if day in seen:
            return True
        seen.add(day)
    return False
print(sum(birthday() for _ in range(200)))
# %%
print(len(seen) <= 23, by_row[99], len(by_row))
# %%
print(99 in by_row, deck[0])
