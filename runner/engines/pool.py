"""Many conversations at once on one event loop: it sends what they ask and passes on what happens; it keeps nothing.

Law: the events of one conversation come in their order; an answer is passed on the moment it arrives.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from typing import Any

from runner.core.conversation import Conversation, Step
from runner.core.event import Answered, Begun, Event, Planned, Reopened, Stopped
from runner.core.message import Answer, Request
from runner.core.plan import Plan, Wait
from runner.core.trial import Trial
from runner.transports import Notice, Notify, Started, Waiting

Send = Callable[[Request, Notify], Awaitable[Answer]]
"""How a request becomes an answer: a transport's `send`."""

Sink = Callable[[Event], None]
"""Where events go; it has them for good when it returns."""

Watch = Callable[[str, Notice], None]
"""Who looks on while a trial is played: the trial's id, and what is going on."""


class Pool:
    """Workers that play the trials of one plan."""

    def __init__(
        self,
        plan: Plan,
        send: Send,
        sink: Sink,
        watch: Watch,
        *,
        planned: Collection[str] = (),
        unfinished: Mapping[str, Conversation] | None = None,
        reopened: Collection[str] = (),
    ) -> None:
        """Take the plan, and of an earlier part of the run: variants that are planned, what is unfinished, what is told anew."""
        self._plan = plan
        self._send = send
        self._sink = sink
        self._watch = watch
        self._planned = set(planned)
        self._unfinished = dict(unfinished or {})
        self._reopened = frozenset(reopened)
        self._idle: set[asyncio.Task[Any]] = set()
        """Workers all of whose requests wait and none of whose is under way."""
        self._held: list[asyncio.Future[None]] = []
        """Who waits for an answer that leaves room for what is to be sent."""
        self._alone = False
        """Whether one request is sent after the other."""
        self._free: list[asyncio.Future[None]] = []
        """Workers that wait for a trial which may begin."""

    async def play(self, width: int) -> None:
        """Play to the end of the plan, at most `width` conversations at a time; of a single one no two requests at once."""
        self._alone = width == 1
        async with asyncio.TaskGroup() as group:
            for _ in range(min(width, len(self._plan.trials))):
                group.create_task(self._work())

    @property
    def stopped(self) -> bool:
        """Whether nothing further begins."""
        return self._plan.stopped is not None

    def stop(self, reason: str) -> None:
        """Begin nothing more: each conversation ends after the answers that are under way; what only waits is not sent."""
        if self._plan.stopped is None:
            self._pass_on(Stopped(reason=reason))

    def _pass_on(self, event: Event) -> None:
        """Give an event to the sink, then to the plan: what is not written down has not happened."""
        self._sink(event)
        before, self._plan = self._plan, self._plan.after(event)
        if self._held and isinstance(event, Answered | Stopped):
            held, self._held = self._held, []
            for waiter in held:
                if not waiter.done():
                    waiter.set_result(None)
        if isinstance(event, Stopped):
            for worker in self._idle:
                worker.cancel()
        if self._plan is not before:
            self._call()

    def _call(self) -> None:
        """Call a worker that waits, if there is a trial for it; all of them, if none will come any more."""
        if not self._free or isinstance(coming := self._plan.next(), Wait):
            return
        called = self._free[:1] if coming else self._free[:]
        del self._free[: len(called)]
        for worker in called:
            if not worker.done():
                worker.set_result(None)

    async def _work(self) -> None:
        """Play one trial after the other."""
        while (trial := self._plan.next()) is not None:
            if isinstance(trial, Trial):
                conversation = self._begin(trial)
                self._call()  # there may be one for another worker as well
                await self._converse(conversation)
            else:
                self._free.append(asyncio.get_running_loop().create_future())
                await self._free[-1]

    def _begin(self, trial: Trial) -> Conversation:
        """The trial's conversation, from its start or from where it was left."""
        begun = Begun(trial=trial.id)
        left = self._unfinished.pop(trial.id, None)
        if left is not None and trial.id not in self._reopened:
            self._plan = self._plan.after(begun)
            return left
        script = trial.script
        if script.variant not in self._planned:
            self._pass_on(Planned(script=script, plays=script.plays, judges=script.judges, place=trial.place))
            self._planned.add(script.variant)
        if left is not None:
            self._plan = self._plan.after(begun)
            self._pass_on(Reopened(trial=trial.id))
            return left
        self._pass_on(begun)
        return Conversation.begin(trial).after(begun)

    async def _converse(self, conversation: Conversation) -> None:
        """Play a conversation to its end, or until the plan is stopped."""
        conversation = self._conclude(conversation)
        while (step := self._step(conversation)) is not None and await self._may_send(
            conversation.trial.id, step
        ):
            conversation = self._conclude(await self._ask(conversation, step))

    def _step(self, conversation: Conversation) -> Step | None:
        """What a conversation asks next: of several requests the first, where one is sent after the other."""
        step = conversation.next()
        return Step(step.requests[:1]) if step is not None and self._alone else step

    async def _may_send(self, trial: str, step: Step) -> bool:
        """Whether a step is sent: it waits where what is under way may leave room for it, and ends the run where not."""
        while self._plan.stopped is None:
            match self._plan.send(trial, step.requests):
                case Plan() as plan:
                    self._plan = plan
                    return True
                case Wait() as wait:
                    self._watch(trial, Waiting(step.requests[0].slot, None, wait.reason))
                    self._held.append(asyncio.get_running_loop().create_future())
                    await self._held[-1]
                case Stopped() as stopped:
                    self._pass_on(stopped)
        return False

    def _conclude(self, conversation: Conversation) -> Conversation:
        """The conversation after what follows without asking anybody."""
        conversation, events = conversation.conclude()
        for event in events:
            self._pass_on(event)
        return conversation

    async def _ask(self, conversation: Conversation, step: Step) -> Conversation:
        """The conversation after the answers to a step; each is passed on as it arrives."""
        trial = conversation.trial.id
        pending = _Pending(step)

        def notify(notice: Notice) -> None:
            self._watch(trial, notice)
            if pending.notes(notice):
                self._settle_down(pending)

        async def answer(request: Request) -> Answered:
            return _answered(trial, request, await self._send(request, notify))

        try:
            if (
                len(step.requests) == 1
            ):  # a task of its own would cost more than the whole bookkeeping of a turn
                return self._take_in(conversation, await answer(step.requests[0]))
            return await self._ask_together(
                conversation, [answer(request) for request in step.requests], pending
            )
        finally:
            if pending.waiting:
                self._idle.discard(pending.worker)

    async def _ask_together(
        self, conversation: Conversation, asking: Iterable[Coroutine[Any, Any, Answered]], pending: "_Pending"
    ) -> Conversation:
        """The conversation after answers that come in any order."""
        tasks = [asyncio.ensure_future(each) for each in asking]
        try:
            for task in asyncio.as_completed(tasks):
                event = await task
                conversation = self._take_in(conversation, event)
                if pending.ends(event.slot):
                    self._settle_down(pending)
        finally:
            for task in tasks:
                task.cancel()
        return conversation

    def _settle_down(self, pending: "_Pending") -> None:
        """Note whether a worker only waits; nobody waits for it, once the run is stopped."""
        if not pending.is_idle:
            self._idle.discard(pending.worker)
        elif self.stopped:
            pending.worker.cancel()
        else:
            self._idle.add(pending.worker)

    def _take_in(self, conversation: Conversation, event: Answered) -> Conversation:
        """The conversation after an answer that was written down."""
        self._pass_on(event)
        return conversation.after(event)


class _Pending:
    """The requests of one step: which of them are unanswered, and which of these wait and are not under way."""

    __slots__ = ("_left", "waiting", "worker")

    def __init__(self, step: Step) -> None:
        """Take the step that the present task asks."""
        worker = asyncio.current_task()
        assert worker is not None
        self.worker = worker
        self._left = {request.slot for request in step.requests}
        self.waiting: set[str] = set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return self.waiting == self._left

    def notes(self, notice: Notice) -> bool:
        """Whether a notice changes what waits."""
        if isinstance(notice, Waiting):
            self.waiting.add(notice.slot)
            return True
        if self.waiting and isinstance(notice, Started):
            self.waiting.discard(notice.slot)
            return True
        return False

    def ends(self, slot: str) -> bool:
        """Take in that a request is answered; whether that may leave none but such as wait."""
        self._left.discard(slot)
        self.waiting.discard(slot)
        return bool(self.waiting)


def _answered(trial: str, request: Request, answer: Answer) -> Answered:
    """The event that a request came to its end."""
    return Answered(
        trial=trial,
        slot=request.slot,
        purpose=request.purpose,
        key=request.key,
        draw=request.draw,
        answer=answer,
    )
