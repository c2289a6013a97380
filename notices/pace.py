"""A rate limit as even spacing. Pure: times are given, in seconds of one monotonic clock."""

# A loop that sends many a second cannot wake for each of them: what fell due within so many seconds
# goes at once, and what was missed before that is not made up for.
CATCH_UP = 0.1


class Pace:
    """How many messages may be handed over now, at ``per_minute`` (None: as many as one likes).

    The first may go one gap after ``now``, so that a loop that begins again does not send sooner
    than the one before it would have.
    """

    def __init__(self, per_minute: int | None, *, now: float) -> None:
        self.gap = 60 / per_minute if per_minute else 0.0
        self._next = now + self.gap

    def allowed(self, now: float, most: int) -> int:
        """How many may go now, at most ``most``."""
        if not self.gap:
            return most
        self._next = max(self._next, now - max(CATCH_UP - self.gap, 0.0))
        return max(0, min(most, int((now - self._next) / self.gap) + 1)) if now >= self._next else 0

    def used(self, count: int) -> None:
        """``count`` were handed over."""
        self._next += count * self.gap

    def wait(self, now: float) -> float:
        """Seconds until the next one may go."""
        return max(0.0, self._next - now) if self.gap else 0.0
