"""How much work each quality is worth: the size that is solved, and the evaluations there."""

from typing import NamedTuple


class Effort(NamedTuple):
    """Work for one image.

    Attributes:
        solve_size: longer side in pixels of the finest level.
        max_evaluations: evaluations of the objective at a level of that size; 0 for none at all.
    """

    solve_size: int
    max_evaluations: int


PHOTO_EFFORTS = {"draft": Effort(350, 0), "normal": Effort(350, 16), "fine": Effort(700, 30)}
PAINTING_EFFORTS = {"draft": Effort(256, 25), "normal": Effort(512, 50), "fine": Effort(700, 100)}
QUALITIES = tuple(PHOTO_EFFORTS)
