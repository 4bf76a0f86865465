"""The older name of gymnasium."""

from gymnasium import *  # noqa: F403
from gymnasium import Env, Space, Wrapper, __getattr__, spaces  # noqa: F401
