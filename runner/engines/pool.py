"""Many conversations at once on one event loop: it sends what they ask and passes on what happens; it keeps nothing.

Law: the events of one conversation come in their order; an answer is passed on the moment it arrives.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from runner.core.conversation import Conversation, Step
from runner.core.event import Answered, Begun, Event, Planned, Reopened, Stopped
from runner.core.message import Answer, Request
from runner.core.plan import Plan
from runner.core.trial import Trial
from runner.transports import Notice, Notify

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

    async def play(self, width: int) -> None:
        """Play to the end of the plan, at most `width` conversations at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(width, len(self._plan.trials))):
                group.create_task(self._work())

    @property
    def stopped(self) -> bool:
        """Whether nothing further begins."""
        return self._plan.stopped is not None

    def stop(self, reason: str) -> None:
        """Begin nothing more: each conversation ends after the answers it waits for."""
        if self._plan.stopped is None:
            self._pass_on(Stopped(reason=reason))

    def _pass_on(self, event: Event) -> None:
        """Give an event to the sink, then to the plan: what is not written down has not happened."""
        self._sink(event)
        self._plan = self._plan.after(event)

    async def _work(self) -> None:
        """Play one trial after the other."""
        while (trial := self._plan.next()) is not None:
            await self._converse(self._begin(trial))

    def _begin(self, trial: Trial) -> Conversation:
        """The trial's conversation, from its start or from where it was left."""
        begun = Begun(trial=trial.id)
        left = self._unfinished.pop(trial.id, None)
        if left is not None and trial.id not in self._reopened:
            self._plan = self._plan.after(begun)
            return left
        script = trial.script
        if script.variant not in self._planned:
            self._pass_on(Planned(script=script, plays=script.plays, judges=script.judges))
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
        while (step := conversation.next()) is not None and self._plan.stopped is None:
            conversation = self._conclude(await self._ask(conversation, step))

    def _conclude(self, conversation: Conversation) -> Conversation:
        """The conversation after what follows without asking anybody."""
        conversation, events = conversation.conclude()
        for event in events:
            self._pass_on(event)
        return conversation

    async def _ask(self, conversation: Conversation, step: Step) -> Conversation:
        """The conversation after the answers to a step; each is passed on as it arrives."""
        trial = conversation.trial.id

        def notify(notice: Notice) -> None:
            self._watch(trial, notice)

        async def answer(request: Request) -> Answered:
            return _answered(trial, request, await self._send(request, notify))

        if len(step.requests) == 1:  # a task of its own would cost more than the whole bookkeeping of a turn
            return self._take_in(conversation, await answer(step.requests[0]))
        tasks = [asyncio.ensure_future(answer(request)) for request in step.requests]
        try:
            for task in asyncio.as_completed(tasks):
                conversation = self._take_in(conversation, await task)
        finally:
            for task in tasks:
                task.cancel()
        return conversation

    def _take_in(self, conversation: Conversation, event: Answered) -> Conversation:
        """The conversation after an answer that was written down."""
        self._pass_on(event)
        return conversation.after(event)


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
