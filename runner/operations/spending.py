"""What a run may spend: a budget made from what was asked for and what models cost; it sends nothing.

Law: where money is limited, nothing begins whose price is not known.
"""

from collections.abc import Callable

from runner.core.budget import Allowance, Appraise, Budget, Spending, guess_tokens
from runner.core.message import Request, Usage
from runner.core.run import Run
from runner.errors import UsageError
from runner.operations.stage import Stage
from runner.settings import Provider
from runner.transports.priced import cost_of
from runner.transports.published import published_cost


def open_budget(stage: Stage, run: Run) -> Budget | None:
    """What a run may still spend; None where nothing limits it. Raises UsageError where a price is not known."""
    asked = stage.asked
    allowed = Allowance(cost_usd=asked.max_cost, tokens=asked.max_tokens_total)
    if not allowed.is_limited or (asked.cassettes is not None and asked.mode == "replay"):
        return None
    priced = _priced(stage) if asked.max_cost is not None else None
    return Budget(allowed, _appraiser(priced, stage), spent=run.spent)


def require_affordable(stage: Stage) -> None:
    """Raise UsageError where --max-cost is asked for and the price of a model that is played on is not known."""
    open_budget(stage, Run())


def models_at_published_prices(stage: Stage) -> list[str]:
    """The models whose cost is told by published prices, since the settings give none."""
    one = Usage(prompt_tokens=1, completion_tokens=1)
    return [
        model
        for name, model in stage.endpoints
        if (provider := stage.settings.named(name)).price_of(model) is None
        and published_cost(provider, one, model) is not None
    ]


def _appraiser(cost: Callable[[Request, int, int], float] | None, stage: Stage) -> Appraise:
    """What tells the cost of a request before it is sent; without prices, of its tokens alone."""

    def appraise(request: Request) -> Spending:
        if stage.recalled is not None and request.purpose == "turn":
            return Spending()  # it was paid by the run that asked it
        prompt, reply = guess_tokens(request)
        return Spending(prompt + reply, cost(request, prompt, reply) if cost else 0.0)

    return appraise


def _priced(stage: Stage) -> Callable[[Request, int, int], float]:
    """What tells the cost of a request of so many tokens; raises UsageError where a price of a model is not known."""
    providers = {name: stage.settings.named(name) for name, _ in stage.endpoints}
    for name, model in stage.endpoints:
        _highest(providers[name], model, 1, 1)

    def cost(request: Request, prompt: int, reply: int) -> float:
        provider = providers.get(request.provider) or stage.settings.named(request.provider)
        return _highest(provider, request.model, prompt, reply)

    return cost


def _highest(provider: Provider, model: str, prompt: int, reply: int) -> float:
    """The most that so many tokens can cost, whatever is cached of them; raises UsageError where no price is known."""
    if provider.kind == "local":
        return 0.0
    usages = (
        Usage(prompt_tokens=prompt, completion_tokens=reply),
        Usage(prompt_tokens=prompt, cache_write_tokens=prompt, completion_tokens=reply),
    )
    costs = [cost for usage in usages if (cost := cost_of(provider, usage, model)) is not None]
    if not costs:
        raise UsageError(
            f"--max-cost: the price of {model} on {provider.name} is not known; say it in the settings, in US dollars "
            f'per million tokens: [providers.{provider.name}] prices = {{"{model}" = {{input = .., output = ..}}}}, '
            f"or limit tokens by --max-tokens-total"
        )
    return max(costs)
