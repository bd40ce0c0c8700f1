"""How the streams stand, and how fast they grow from one look to the next."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from services.notifier.queries.views import ConsumerView, StreamView
from shared.messaging.bus import Bus
from shared.messaging.states import StreamState, stream_states

OVER = timedelta(minutes=1)
"""A rate is taken over so long at most."""


class StreamQueries:
    """Looks at the broker. Each look is remembered for a minute, to know the rate at the next."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._looks: deque[tuple[datetime, dict[str, int]]] = deque()

    async def streams(self, wall: datetime) -> list[StreamView]:
        """Every stream with its consumers. Raises ``Unavailable`` while the broker is away."""
        states = await stream_states(self._bus)
        while self._looks and self._looks[0][0] < wall - OVER:
            self._looks.popleft()
        views = [self._view(state, wall) for state in states]
        self._looks.append((wall, {state.name: state.last_sequence for state in states}))
        return views

    def _view(self, state: StreamState, wall: datetime) -> StreamView:
        return StreamView(
            name=state.name,
            messages=state.messages,
            bytes=state.bytes,
            rate=self._rate(state, wall),
            oldest_age=(wall - state.oldest_at).total_seconds() if state.oldest_at else None,
            pending=sum(one.pending for one in state.consumers),
            ack_pending=sum(one.ack_pending for one in state.consumers),
            redelivered=sum(one.redelivered for one in state.consumers),
            consumers=[ConsumerView.model_validate(one, from_attributes=True) for one in state.consumers],
        )

    def _rate(self, state: StreamState, wall: datetime) -> float | None:
        if not self._looks or self._looks[0][0] >= wall:
            return None
        since, sequences = self._looks[0]
        grown = state.last_sequence - sequences.get(state.name, 0)
        return max(0.0, grown / (wall - since).total_seconds())
