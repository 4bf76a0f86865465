from _vitrine.configs import Addict as Dict  # noqa: F401
