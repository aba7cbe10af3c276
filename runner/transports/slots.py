"""How many requests are under way at once: as many as are allowed, fewer after a refusal for their rate; it sends nothing.

Law: a slot goes to who asked first; what is cancelled while it waits takes none away.
"""

import asyncio
from collections import deque


class Slots:
    """Places for requests under way; how many there are finds its own level."""

    def __init__(self, most: int) -> None:
        """Begin with all of them."""
        self.most = most
        self._level = float(most)
        self._taken = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._shrunk = 0
        """How often the level fell: what was sent before it fell says nothing of the level since."""

    @property
    def level(self) -> int:
        """How many there are now."""
        return int(self._level)

    @property
    def mark(self) -> int:
        """The present level, for `shrink` to know what a refusal speaks of."""
        return self._shrunk

    def take_now(self) -> bool:
        """Take a slot, if one is free and nobody waits for it."""
        if self._queue or self._taken >= self.level:
            return False
        self._taken += 1
        return True

    async def take(self) -> None:
        """Take a slot as soon as there is one."""
        if self.take_now():
            return
        waiter = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # it was handed over in the very moment
                self.give_back()
            raise

    def give_back(self) -> None:
        """Let go of a slot."""
        self._taken -= 1
        self._hand_out()

    def shrink(self, mark: int) -> None:
        """Halve the level, since a request that was sent at a level was refused; once for all that were."""
        if mark == self._shrunk:
            self._shrunk += 1
            # One that was alone was not too many at once: of how many would be it says nothing.
            under_way = self._taken if self._taken > 1 else self._level
            self._level = max(1.0, min(self._level, under_way) // 2)

    def grow(self) -> None:
        """Raise the level a little, since a request was answered: by one for as many answers as there are slots."""
        if self._level < self.most:
            self._level = min(float(self.most), self._level + 1 / self._level)
            self._hand_out()

    def _hand_out(self) -> None:
        """Give free slots to those who wait."""
        while self._queue and self._taken < self.level:
            waiter = self._queue.popleft()
            if not waiter.done():
                self._taken += 1
                waiter.set_result(None)
