"""Where names stand in a chart so that they do not collide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ragcheck.report.curves import Point

#: Pixels: height of a line of text, mean width of a character, distance of a name from its point.
LINE, CHARACTER, AWAY = 16, 7.2, 11


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing of `width` x `height` pixels that shows `low`..`high` along each axis."""

    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        """Pixels from the left edge."""
        return (value - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0) * self.width

    def down(self, value: float) -> float:
        """Pixels from the top edge."""
        return (self.y[1] - value) / ((self.y[1] - self.y[0]) or 1.0) * self.height

    def up(self, pixels: float) -> float:
        """The value on the y axis that lies so many pixels from the top edge."""
        return self.y[1] - pixels / self.height * (self.y[1] - self.y[0])


@dataclass(frozen=True, slots=True)
class Label:
    """A point's name at height `y`; `right` of its point, else left of it."""

    point: Point
    y: float
    right: bool


Box = tuple[float, float, float, float]


def beside(points: Sequence[Point], avoid: Sequence[Point], frame: Frame) -> list[Label]:
    """Names next to their points, over no other name, point or edge; one without room has none.

    Earlier points choose first, each among right and left of it, above, level and below.
    """
    taken = [_around(point, frame) for point in avoid]
    labels: list[Label] = []
    for point in points:
        for right, drop in (
            (True, -0.7),
            (False, -0.7),
            (True, 0.8),
            (False, 0.8),
            (True, -1.7),
            (False, -1.7),
        ):
            box = _box(point, right, drop * LINE, frame)
            if _fits(box, frame) and not any(_meet(box, other) for other in taken):
                taken.append(box)
                labels.append(Label(point, frame.up((box[1] + box[3]) / 2), right))
                break
    return labels


def _around(point: Point, frame: Frame) -> Box:
    x, y = frame.across(point.x), frame.down(point.recall)
    return (x - 7, y - 7, x + 7, y + 7)


def _box(point: Point, right: bool, drop: float, frame: Frame) -> Box:
    x, y = frame.across(point.x), frame.down(point.recall) + drop
    width = len(point.system) * CHARACTER
    left = x + AWAY if right else x - AWAY - width
    return (left, y - LINE / 2, left + width, y + LINE / 2)


def _fits(box: Box, frame: Frame) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= frame.width and box[3] <= frame.height


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def stacked(points: Sequence[Point], frame: Frame) -> list[Label]:
    """Names in a column beside the chart, as near to their points' heights as their lines allow."""
    heights: list[tuple[Point, float]] = []
    last = math.inf
    for point in sorted(points, key=lambda p: (p.recall, p.system)):
        last = min(frame.down(point.recall), last - LINE)
        heights.append((point, last))
    over = max(0.0, -last)
    return [Label(point, frame.up(height + over), True) for point, height in heights]
