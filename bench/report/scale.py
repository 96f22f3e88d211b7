# SPDX-License-Identifier: LGPL-2.1-or-later
"""How it would go on many processors: a small simulation, fed with what lodger-scaling has measured on few.

Each processor goes round: it works for itself for a while, and then visits shared things, one after the other. A shared
thing serves one at a time, in the order of arrival. It takes longer for a processor that was not the last one there:
the cache lines have to come over. So it is known from where on more processors do not help.
"""

import dataclasses
import heapq

PROCESSORS = (1, 2, 4, 8, 16, 32, 64)
ROUNDS = 400  # of each processor
# A line that another processor has changed comes in 40 to 100 ns where 64 processors have caches in groups.
TRANSFER = 70.0


@dataclasses.dataclass(frozen=True)
class Visit:
    """A shared thing: what a visit takes, ns, and how many lines have to come over."""

    name: str
    held: float
    lines: int
    times: float = 1.0  # in a round; a part of a visit is a visit that takes as much less

    def limit(self, transfer=TRANSFER):
        """Rounds a second of all processors, at most."""
        return 1e9 / (self.times * (self.held + self.lines * transfer))


class Draw:
    """Even numbers from 0 to 1, the same ones in every run and everywhere."""

    def __init__(self):
        self.state = 0x10d6e7

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return (self.state >> 11) / 2.0 ** 53


def visits_of(visits):
    """One for each time; what remains of a part is spread over all rounds."""
    answer = []
    for visit in visits:
        whole = int(visit.times)
        answer += [(visit.name, visit.held, visit.lines)] * whole
        part = visit.times - whole
        if part > 0.005:
            answer.append((visit.name, visit.held * part, visit.lines * part))
    return answer


def simulate(processors, own, visits, transfer=TRANSFER):
    """Rounds a second, of all processors. Each works for `own` ns in a round, give or take a half, and then visits."""
    steps = visits_of(visits)
    draw = Draw()
    free, last = {}, {}
    ready = [(own * draw.next(), number, 0) for number in range(processors)]
    heapq.heapify(ready)
    rounds, end = 0, 0.0
    while rounds < ROUNDS * processors:
        now, number, step = heapq.heappop(ready)
        if step == len(steps):
            rounds += 1
            end = now
            heapq.heappush(ready, (now + own * (0.5 + draw.next()), number, 0))
            continue
        name, held, lines = steps[step]
        start = max(now, free.get(name, 0.0))
        moved = lines * transfer if last.get(name, number) != number else 0.0
        free[name], last[name] = start + held + moved, number
        heapq.heappush(ready, (free[name], number, step + 1))
    return rounds * 1e9 / end


def flood_to_one(owner, sender, transfer=TRANSFER):
    """Calls a second to one thread, of so many processors, one of which is the owner's. It reads one line a call."""
    tail = [Visit("tail", 0, 1)]
    limit = 1e9 / (owner + transfer / 2)  # the next lines are fetched while a call runs
    return [(n, min(simulate(max(n - 1, 1), sender, tail, transfer), limit)) for n in PROCESSORS if n > 1]


def flood_to_each(owner, sender, depot, transfer=TRANSFER):
    """The same in pairs of a sender and an owner, which share the depot of memory alone."""
    answer = []
    for n in PROCESSORS:
        if n > 1:
            pair = max(owner + transfer / 2, sender)  # nobody else changes the tail
            answer.append((n, simulate(n // 2, pair, [depot], transfer)))
    return answer


def jobs(length, owner, worker, locks, transfer=TRANSFER):
    """Processors that are at work in jobs of that length, of a pool that one thread feeds. The thread takes the locks,
    too, but it is the limit itself before they are."""
    limit = 1e9 / (owner + transfer)
    answer = []
    for n in PROCESSORS:
        if n > 1:
            visits = [*locks, Visit("inbox", 0, 1), Visit("references", 0, 1)]
            rate = simulate(n - 1, length + worker, visits, transfer)
            answer.append((n, min(rate, limit) * length / 1e9))
    return answer
