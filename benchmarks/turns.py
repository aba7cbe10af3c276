"""CPU per turn, wall and peak memory of every contender on the same work, in turn; and how they stand to the loop."""

from dataclasses import dataclass

from benchmarks.contenders import ALL, BARE, LOOP, LOOP_AIOHTTP, POST, RUNNER, Contender
from benchmarks.figures import Figure
from benchmarks.hall import Hall, median
from benchmarks.processes import Spent
from benchmarks.work import Work

WIDTHS = (10, 100)
LONG = 100
"""The turns of the longest conversations."""
AT_5, AT_100, GROWTH = 0.35, 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """One contender on one work."""

    contender: Contender
    work: Work
    spent: Spent
    per_turn: float
    """Milliseconds of processor time per turn, without start-up."""

    @property
    def place(self) -> tuple[int, int]:
        """How long its conversations are, and how many were played at once."""
        return self.work.turns, self.work.in_flight


def play_all(hall: Hall) -> list[Line]:
    """Each contender on each work, contender by contender within a round, so that all meet the same weather."""
    found: list[tuple[Contender, Work, Spent]] = []
    for conversations, turns in ((200, 5), (50, 20), (20, 100)):
        widths = WIDTHS[:1] if hall.quick else WIDTHS
        rounds = 1 if turns == LONG else hall.rounds  # long ones are steadier, and cost half a minute each
        spent: dict[tuple[Contender, Work], list[Spent]] = {}
        for _ in range(rounds):
            for contender in _playing(hall):
                hall.begin(contender)
            for width in widths:
                for contender in _playing(hall):
                    if turns == LONG and contender is LOOP_AIOHTTP and width != WIDTHS[0]:
                        continue  # as slow as the loop, and no figure hangs on it
                    work = Work(_fewer(hall, contender, conversations), turns, width)
                    spent.setdefault((contender, work), []).append(hall.play(contender, work))
        found += [(contender, work, median(each)) for (contender, work), each in spent.items()]
    return [_line(hall, *each) for each in found]


def _playing(hall: Hall) -> tuple[Contender, ...]:
    """Who plays."""
    return (RUNNER, LOOP, POST, BARE) if hall.quick else ALL


def _fewer(hall: Hall, contender: Contender, conversations: int) -> int:
    """How many conversations a contender plays: the slow ones need fewer where time is short."""
    return conversations if not hall.quick or contender is not LOOP else max(2, conversations // 5)


def _line(hall: Hall, contender: Contender, work: Work, spent: Spent) -> Line:
    """What was found of one contender."""
    start = hall.start_up(contender)
    return Line(contender, work, spent, (spent.cpu - start.cpu) / (work.requests - 1) * 1000)


def figures(lines: list[Line]) -> list[Figure]:
    """How runner stands to the loop."""
    at = {(line.contender, line.work.turns, line.work.in_flight): line.per_turn for line in lines}
    found = []
    widths = [width for width in WIDTHS if (LOOP, LONG, width) in at]
    for turns, bound in ((5, AT_5), (20, None), (LONG, AT_100)):
        for width in widths:
            ours, loop = at[RUNNER, turns, width], at[LOOP, turns, width]
            found.append(
                Figure(
                    f"CPU per turn at {turns} turns, {width} in flight",
                    ours / loop,
                    "{:.3f} x the loop",
                    f"{ours:.2f} ms : {loop:.2f} ms",
                    most=bound,
                )
            )
    for width in widths:
        ours, loop = (at[who, LONG, width] - at[who, 5, width] for who in (RUNNER, LOOP))
        found.append(
            Figure(
                f"growth of CPU per turn from 5 to 100 turns, {width} in flight",
                ours / loop,
                "{:.3f} x the loop's",
                f"{ours:+.2f} ms : {loop:+.2f} ms",
                most=GROWTH,
            )
        )
    return found


def table(lines: list[Line]) -> str:
    """All contenders, as people read it."""
    loops = {line.place: line.per_turn for line in lines if line.contender is LOOP}
    said = []
    for place, loop in loops.items():
        said.append("{} turns a conversation, {} in flight".format(*place))
        said += [
            f"  {line.contender.name:<48}{line.per_turn:8.2f} ms a turn {line.per_turn / loop:8.3f} x "
            f"{line.spent.wall:8.2f} s {line.spent.memory:8.0f} MB   {line.work.conversations} conversations"
            for line in lines
            if line.place == place
        ]
    return "\n".join(said)
