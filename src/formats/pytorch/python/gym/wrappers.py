"""The older name of gymnasium.wrappers."""

from gymnasium.wrappers import *  # noqa: F403
from gymnasium.wrappers import __getattr__  # noqa: F401
