# %%
import heapq
import itertools
import random
import statistics
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
import numpy as np
# %%
random.seed(11)
Event = namedtuple("Event", "time number kind customer")
numbers = itertools.count(1)
# %%
@dataclass(order=True)
class Customer:
    arrived: float
    name: str = field(compare=False)
    served: float | None = field(default=None, compare=False)
    @property
    def waited(self):
        return None if self.served is None else self.served - self.arrived
# %%
class Shop:
    """A counter with a queue; events lie on a heap."""
    opened = []
    def __init__(self, name, servers=1, log=[]):
        self.name, self.free, self.log = name, servers, log
        self.queue, self.events, self.done = deque(), [], []
        Shop.opened.append(self)
    def plan(self, time, kind, customer):
        heapq.heappush(self.events, Event(time, next(numbers), kind, customer))
    def step(self):
        time, _, kind, customer = heapq.heappop(self.events)
        if kind == "arrives":
            self.queue.append(customer)
        else:
            self.free += 1
            self.done.append(customer)
        self.serve(time)
        self.log.append((self.name, round(time, 2), kind, customer.name))
        return time
    def serve(self, now):
        while self.free and self.queue:
            customer = self.queue.popleft()
            customer.served = now
            self.free -= 1
            self.plan(now + random.expovariate(1 / 3), "leaves", customer)
# %%
bakery = Shop("bakery")
now = 0.0
for letter in "ABCDEFGHIJKL":
    now += random.expovariate(1 / 2)
    bakery.plan(now, "arrives", Customer(now, letter))
print(len(bakery.events), bakery.events[0].customer)
# %%
while bakery.events and len(bakery.done) < 3:
    clock = bakery.step()
print(round(clock, 4), [c.name for c in bakery.done], len(bakery.queue))
# %%
butcher = Shop("butcher", servers=2)
butcher.plan(1.0, "arrives", bakery.done[0])
print(butcher.log is bakery.log, len(butcher.log))
# %%
for shop in Shop.opened:
    while shop.events:
        shop.step()
Counter(kind for _, _, kind, _ in bakery.log)
# %%
waits = [c.waited for c in sorted(bakery.done)]
print(round(statistics.mean(waits), 4), round(max(waits), 4), next(numbers))
# %%
bakery.done[0] is butcher.done[0], bakery.done[0]
# %%
def simulate(servers, customers=30):
    shop = Shop(f"trial {servers}", servers, log=[])
    at = 0.0
    for i in range(customers):
        at += random.expovariate(1 / 2)
        shop.plan(at, "arrives", Customer(at, f"c{i}"))
    while shop.events:
        shop.step()
    return statistics.mean(c.waited for c in shop.done)
# %%
results = defaultdict(list)
for servers, _ in itertools.product((1, 2, 3), range(3)):
    results[servers].append(simulate(servers))
{servers: round(statistics.mean(found), 4) for servers, found in results.items()}
# %%
table = np.array([results[k] for k in sorted(results)])
print(table.shape, table.mean(axis=1).argmin(), len(Shop.opened), next(numbers))
# %%
results[4] = [simulate(4)]
print(sorted(results), 5 in results, results[5], 5 in results)
# %%
text = "\n".join(f"{name:>8} {time:6.2f} {kind:7} {who}" for name, time, kind, who in bakery.log[-4:])
print(text)
# %%
random.shuffle(bakery.log)
print(bakery.log[0], butcher.log[0] == bakery.log[0], random.random())
