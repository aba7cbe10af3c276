"""Numbers and names as people read them: counts with their nouns, tokens, money, time; it decides nothing."""


def seconds(value: float) -> str:
    """A span of time: `0.42 s`, `12.3 s`, `3 min 20 s`, `2 h 5 min`."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def clock(value: float) -> str:
    """A span of time as clocks show it: `0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def money(dollars: float) -> str:
    """An amount of US dollars, with as many places as it needs to be seen."""
    if dollars and dollars < 0.0001:
        return "<$0.0001"
    return f"${dollars:.4f}" if dollars < 1 else f"${dollars:,.2f}"


def listed(parts: list[str], most: int = 4) -> str:
    """Names in a row, the later ones only counted."""
    if len(parts) > most:
        return f"{', '.join(parts[: most - 1])} and {len(parts) - most + 1} more"
    return ", ".join(parts)
