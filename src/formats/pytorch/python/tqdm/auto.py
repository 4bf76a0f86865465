"""As tqdm chooses by where it runs."""

from . import tqdm, trange
