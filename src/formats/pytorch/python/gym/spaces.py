"""The older name of gymnasium.spaces."""

from gymnasium.spaces import *  # noqa: F403
