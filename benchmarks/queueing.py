"""A simulation of the queues of a city and of a province, with the messenger's limit of 30 messages a second a bot.

Messages come by the hour of the day and in bursts, processes handle them, bots send the answers. Nothing of the product
runs here; its figures go in: how many updates a process handles a second (`benchmarks.scale`), how many messages an
update leads to. docs/scale.md quotes what comes out.

    uv run python -m benchmarks.queueing [--reports 0.25] [--handles 150] [--seed 1]
"""

import argparse
import heapq
import random
from collections import Counter
from dataclasses import dataclass

BY_HOUR = (
    0.2,
    0.1,
    0.1,
    0.1,
    0.1,
    0.3,
    0.8,
    1.4,
    1.9,
    1.9,
    1.7,
    1.3,
    1.0,
    1.1,
    1.4,
    1.5,
    1.5,
    1.4,
    1.5,
    1.8,
    1.7,
    1.2,
    0.7,
    0.3,
)
"""How much is said in each hour of the day, beside the mean of 1. An assumption: two peaks, quiet nights."""
UPDATES_A_REPORT = 6
"""Words, a photo, taps of resident and staff, the judgement at the end."""
MESSAGES_AN_UPDATE = 1.4
"""Receipts, cards and their changes, notices."""
EMERGENCIES = 0.01
COMMUNITY = 7000
"""People of a community: 5,000 to 12,000 (实施方案三（一）)."""
DIGEST_MESSAGES = 5
"""To a community's managers on Monday morning: text, chart, pages, workbook, to two people in the mean."""
BOT_LIMIT = 30.0
HOUR, DAY = 3600, 86400
STORM_AT, STORM_SECONDS, STORM = 20 * HOUR, 1800, 10
"""In the evening everybody writes, ten times as much as usual, for half an hour."""
MONDAY = 9 * HOUR


@dataclass(frozen=True)
class Place:
    name: str
    people: int
    bots: int
    processes: int


PLACES = (
    Place("city", 2_400_000, 1, 2),
    Place("province, one bot", 58_000_000, 1, 2),
    Place("province, a bot a city", 58_000_000, 17, 4),
    Place("province, a bot a district", 58_000_000, 103, 4),
)


@dataclass(frozen=True)
class Job:
    """Something that waits for its turn; the smaller `rank` goes first."""

    at: float
    rank: int
    bot: int


def arrivals(place: Place, reports: float, dice: random.Random, *, storm: bool) -> list[Job]:
    """A day's updates by second."""
    mean = place.people * reports * UPDATES_A_REPORT / 365 / DAY
    jobs: list[Job] = []
    for hour, share in enumerate(BY_HOUR):
        jobs += _poisson(place, mean * share, hour * HOUR, HOUR, dice)
    if storm:
        rate = mean * BY_HOUR[STORM_AT // HOUR] * (STORM - 1)
        jobs += _poisson(place, rate, STORM_AT, STORM_SECONDS, dice)
    return sorted(jobs, key=lambda job: job.at)


def _poisson(place: Place, rate: float, begin: float, seconds: float, dice: random.Random) -> list[Job]:
    found, at = [], begin + dice.expovariate(rate)
    while at < begin + seconds:
        found.append(Job(at, 0 if dice.random() < EMERGENCIES else 1, dice.randrange(place.bots)))
        at += dice.expovariate(rate)
    return found


def handled(jobs: list[Job], processes: int, rate: float) -> list[float]:
    """When each is handled: whichever process is free takes the next."""
    free = [0.0] * processes
    ends = []
    for job in jobs:
        begin = max(job.at, heapq.heappop(free))
        heapq.heappush(free, begin + 1 / rate)
        ends.append(begin + 1 / rate)
    return ends


def sent(jobs: list[Job], limit: float) -> list[float]:
    """When each is sent by one bot: an emergency before everything that waits, nothing is interrupted."""
    order = sorted(range(len(jobs)), key=lambda n: jobs[n].at)
    waiting: list[tuple[int, float, int]] = []
    ends, now, coming = [0.0] * len(jobs), 0.0, 0
    while coming < len(order) or waiting:
        if not waiting:
            now = max(now, jobs[order[coming]].at)
        while coming < len(order) and jobs[order[coming]].at <= now:
            heapq.heappush(waiting, (jobs[order[coming]].rank, jobs[order[coming]].at, order[coming]))
            coming += 1
        _, _, number = heapq.heappop(waiting)
        now += 1 / limit
        ends[number] = now
    return ends


def messages(jobs: list[Job], ends: list[float], dice: random.Random) -> list[Job]:
    """What each handled update says."""
    second = MESSAGES_AN_UPDATE - 1
    found = [Job(end, job.rank, job.bot) for job, end in zip(jobs, ends, strict=True)]
    return found + [message for message in found if dice.random() < second]


def digests(place: Place, dice: random.Random) -> list[Job]:
    """All communities' at nine on Monday, after everything that people wait for."""
    count = place.people // COMMUNITY * DIGEST_MESSAGES
    return [Job(MONDAY, 2, dice.randrange(place.bots)) for _ in range(count)]


def share(ordered: list[float], part: float) -> float:
    return ordered[int(part * (len(ordered) - 1))]


def simulate(place: Place, wanted: argparse.Namespace, *, storm: bool) -> str:
    dice = random.Random(wanted.seed)
    jobs = arrivals(place, wanted.reports, dice, storm=storm)
    ends = handled(jobs, place.processes, wanted.handles)
    said = messages(jobs, ends, dice) + digests(place, dice)
    waits: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for bot in range(place.bots):
        mine = [job for job in said if job.bot == bot]
        for job, end in zip(mine, sent(mine, BOT_LIMIT), strict=True):
            waits[job.rank].append(end - job.at)
    for found in waits.values():
        found.sort()
    work = sorted(end - job.at for job, end in zip(jobs, ends, strict=True))
    busiest = max(Counter(int(job.at // HOUR) for job in jobs).values()) / HOUR
    return (
        f"{place.name:28} {'storm' if storm else 'usual':6} {len(jobs):8} updates, busiest hour {busiest:5.1f}/s;"
        f" handled p99 {share(work, 0.99):6.3f} s; answer sent p50 {share(waits[1], 0.5):6.2f} s,"
        f" p99 {share(waits[1], 0.99):7.1f} s, most {waits[1][-1]:7.1f} s; emergency most {waits[0][-1]:5.2f} s;"
        f" last digest after {waits[2][-1] / 60:5.1f} min"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=float, default=0.25, help="reports of a resident a year")
    parser.add_argument("--handles", type=float, default=150, help="updates that one process handles a second")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    print(f"{wanted.reports} reports a resident a year, a process handles {wanted.handles:g} updates a second")
    for place in PLACES:
        for storm in (False, True):
            print(simulate(place, wanted, storm=storm))


if __name__ == "__main__":
    main()
