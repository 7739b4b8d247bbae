"""The speed of a model's server: what a person said of it, what was measured, or what is usual.

Of a server on this machine nothing is usual: a graphics card answers a hundred times as fast as an old processor. So
what it did the last time is kept, in a file of the data folder.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from swarm.config import Settings, ensure_data_folder, private
from swarm.errors import SwarmError
from swarm.models.allowance import MINUTE_S, ProviderLimits
from swarm.models.card import ModelCard
from swarm.models.catalogue import address_of, limits_of
from swarm.security.loopback import is_loopback_url
from swarm.security.whole import write_whole

_Measured = TypeAdapter(dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]])
_LEAST_TOKENS = 5
"""Of a reply that tells how fast its model is."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What is known of how fast a model's server answers."""

    asked_at: str = ""
    """Its provider or address: models that share it share its limits."""
    here: bool = False
    """Whether it is on this machine."""
    seconds_per_token: float | None = None
    """Of output, as measured the last time, with all that it did at once; None: nobody has."""
    limits: ProviderLimits = field(default_factory=ProviderLimits)

    @property
    def unmeasured(self) -> bool:
        """Tell whether nobody can say how long it takes."""
        return self.here and self.seconds_per_token is None

    def least_s(self, calls: int, tokens: int) -> float:
        """Seconds that so many calls and tokens take at least, as far as a minute has limits."""
        amounts = ((calls, self.limits.requests_per_minute), (tokens, self.limits.tokens_per_minute))
        return max(MINUTE_S * ((amount - 1) // most) if most and amount else 0.0 for amount, most in amounts)

    def busy_s(self, calls: int, tokens: int) -> float:
        """Seconds for which so many calls and tokens use up the limits of a minute, again and again."""
        amounts = ((calls, self.limits.requests_per_minute), (tokens, self.limits.tokens_per_minute))
        return max(MINUTE_S * amount / most if most else 0.0 for amount, most in amounts)


def speed_of(card: ModelCard, settings: Settings) -> Speed:
    """What is known of a model's speed."""
    if card.simulated:
        return Speed(card.provider)
    address = address_of(card, settings)
    here = address is not None and is_loopback_url(address)
    measured = _read(settings).get(card.id) if here else None
    return Speed(address or card.provider, here, measured, limits_of(card, settings))


def keep_speed(model: str, seconds: float, output_tokens: int, settings: Settings) -> None:
    """Remember how long a model took for so many tokens of output; too few tell nothing."""
    if output_tokens < _LEAST_TOKENS or seconds <= 0:
        return
    known: Mapping[str, float] = {**_read(settings), model: seconds / output_tokens}
    # It is only a help: whoever cannot keep it goes on without.
    with suppress(OSError, SwarmError), private():
        ensure_data_folder(settings)
        write_whole(settings.data / "speeds.json", json.dumps(known, indent=1).encode())


def _read(settings: Settings) -> dict[str, float]:
    try:
        return _Measured.validate_json((settings.data / "speeds.json").read_bytes())
    except (OSError, ValidationError):
        return {}
