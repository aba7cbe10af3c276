"""What a conversation sends: its turns' requests and its checks' questions, each with the slot its answer belongs in."""

from collections.abc import Iterable, Iterator, Mapping

from runner.core.check import Question, Subject
from runner.core.message import Answer, Chain, Request, close_key
from runner.core.trial import Posed, Trial


def turn_slot(turn: int) -> str:
    """Where a turn's reply belongs."""
    return f"turns[{turn}]"


def turn_of(slot: str) -> int | None:
    """The turn whose reply belongs in a slot; None for a check's question."""
    inner = slot.removeprefix("turns[").removesuffix("]")
    return int(inner) if inner.isdecimal() else None


def turn_request(trial: Trial, turn: int, chain: Chain, draw: int) -> Request:
    """The request that asks for the reply to a turn."""
    script = trial.script
    params = script.params_of(turn)
    return Request(
        slot=turn_slot(turn),
        purpose="turn",
        provider=script.provider,
        model=script.model,
        params=params,
        chain=chain,
        key=close_key(chain, model=script.model, params=params),
        draw=draw,
        scenario=script.scenario,
    )


def when_slot(turn: int, index: int) -> str:
    """Where the answers to the questions of a turn's condition belong."""
    return f"{turn_slot(turn)}.when[{index}]"


def when_requests(
    posed: Iterable[Posed], turn: int, subject: Subject, *, scenario: str
) -> dict[str, Request]:
    """The questions of a turn's conditions about the last reply, by slot."""
    return {
        slot: request
        for index, each in enumerate(posed)
        for slot, request in _requests(each, when_slot(turn, index), subject, scenario)
    }


def check_slot(turn: int | None, index: int, subject: Subject) -> str:
    """Where the answers to a check's questions about a reply belong; no turn for a check at the foot."""
    return (
        f"expect[{index}]/{turn_slot(subject.turn)}" if turn is None else f"{turn_slot(turn)}.expect[{index}]"
    )


def check_requests(
    posed: Posed, turn: int | None, index: int, subjects: Iterable[Subject], *, scenario: str
) -> dict[str, Request]:
    """A check's questions about each of some replies, by slot; none for a check that only looks."""
    return {
        slot: request
        for subject in subjects
        for slot, request in _requests(posed, check_slot(turn, index, subject), subject, scenario)
    }


def group_answers(answers: Mapping[str, Answer], asked: Iterable[str]) -> dict[str, tuple[Answer, ...]]:
    """Answers by the slot of the check and reply that they are about, in the order in which they were asked."""
    groups: dict[str, list[Answer]] = {}
    for slot in asked:
        groups.setdefault(slot.rpartition("?")[0], []).append(answers[slot])
    return {slot: tuple(group) for slot, group in groups.items()}


def _requests(posed: Posed, place: str, subject: Subject, scenario: str) -> Iterator[tuple[str, Request]]:
    """A check's questions about one reply, each with its slot."""
    questions = () if posed.ask is None else posed.ask.questions(subject)
    for number, question in enumerate(questions):
        slot = f"{place}?{number}"
        yield slot, _request(slot, question, scenario)


def _request(slot: str, question: Question, scenario: str) -> Request:
    """A check's question as a request."""
    chain = Chain()
    for message in question.messages:
        chain = chain.add(message)
    return Request(
        slot=slot,
        purpose="judge",
        provider=question.provider,
        model=question.model,
        params=question.params,
        chain=chain,
        key=close_key(chain, model=question.model, params=question.params, path=question.path),
        draw=question.draw,
        path=question.path,
        scenario=scenario,
    )
