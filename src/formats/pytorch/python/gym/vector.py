"""The older name of gymnasium.vector."""

from gymnasium.vector import *  # noqa: F403
from gymnasium.vector import __getattr__  # noqa: F401
