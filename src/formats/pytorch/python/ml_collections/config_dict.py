from _vitrine.configs import ConfigDict  # noqa: F401

FrozenConfigDict = ConfigDict


def placeholder(*_, **__):
    return None


def create(**values):
    return ConfigDict(values)
