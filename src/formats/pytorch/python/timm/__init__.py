"""The small tools that many vision models borrow from timm; its models themselves are not here."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"timm.{name}")
