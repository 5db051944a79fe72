"""What a piece of advice promises, in words that promise no more than it may."""

from __future__ import annotations

from ragcheck.advice.records import Advice, Prediction


def promise(advice: Advice) -> str:
    """`12 of 29 misses: at most +3.0 points of recall@5 [1.2, 5.9], an upper bound; about +1.8 ..`.

    An upper bound is called so; what is measured in the run is told as such.
    """
    found = advice.predicted
    name = f"recall@{advice.at}"
    if found.measured and found.expected is not None:
        where = f"by `{advice.system_here}` of this run" if advice.system_here else "in this run"
        gain = f"{_points(found.expected)} points of {name}"
        if found.interval is not None:
            gain += f" [{', '.join(f'{100 * end:+.1f}' for end in found.interval)}]"
        return (
            f"{found.misses:,} of {found.of:,} misses are found: {gain}, measured {where} on its "
            "own questions"
        )
    text = f"{found.misses:,} of {found.of:,} misses: {_bound(found)} points of {name}"
    if found.recoverable.low is not None and found.recoverable.high is not None:
        ends = (f"{100 * end:.1f}" for end in (found.recoverable.low, found.recoverable.high))
        text += f" [{', '.join(ends)}]"
    text += ", an upper bound"
    if found.expected is not None:
        text += f"; about {_points(found.expected)} expected"
    return text


def beyond_chance(found: Prediction) -> str:
    """What the placebo leaves of it; "" where none belongs to the intervention."""
    if found.corrected is None or found.low is None or found.high is None:
        return ""
    # What is above 0 never reads as 0: that is what it is advised for.
    low = max(100 * found.low, 1.0) if found.low > 0 else 100 * found.low
    ends = f"[{low:.0f}, {100 * found.high:.0f}]"
    return (
        f"beyond what random windows of the same documents do, {100 * found.corrected:.0f}% "
        f"{ends} of all misses tried are found"
    )


def _bound(found: Prediction) -> str:
    return "at most " + _points(found.recoverable.mean or 0.0)


def _points(share: float) -> str:
    """A difference of recall in points, with its sign; never 0.0 by rounding."""
    points = 100 * share
    if 0 < abs(points) < 0.05:
        return "under +0.1" if points > 0 else "above -0.1"
    return f"{points:+.1f}"
