"""When a solve ends: after seconds, after rounds of the loop, or whichever comes first."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stopping criterion of one solve.

    ``seconds`` count from the call of ``solve``, start of processes included, and promise
    a refereed plan, not the same one; where the machine is too busy to have given any by then, the
    first one is waited for. ``iterations`` count rounds of the loop; alone they
    make the solve repeatable.

    Raises
    ------
    InvalidInput
        E140 when both are None, E111 when one is negative.
    """

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.iterations is None:
            raise InvalidInput("E140")
        for name, value in (("seconds", self.seconds), ("iterations", self.iterations)):
            if value is not None and value < 0:
                raise InvalidInput("E111", what="stop", ids="-", field=name, value=value)
