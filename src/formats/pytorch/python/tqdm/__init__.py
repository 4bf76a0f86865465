"""A progress bar is what it goes over."""


class tqdm:
    def __init__(self, iterable=(), *_, **__):
        self._vitrine_iterable = iterable

    def __iter__(self):
        return iter(self._vitrine_iterable)

    def __len__(self):
        return len(self._vitrine_iterable)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __getattr__(self, name):
        if name.startswith("__") or name == "_vitrine_iterable":
            raise AttributeError(name)
        return lambda *_, **__: None


def trange(*arguments, **_):
    return tqdm(range(*[int(a) for a in arguments]))
