"""
Settings as files keep them with small libraries (ml_collections, OmegaConf, yacs, easydict, addict, python-box): dictionaries
whose entries are attributes, too. Each library is a file that takes its names from here.
"""


class Config(dict):
    """A dictionary whose entries are attributes, and so are those of the dictionaries in it."""

    #: What an entry is that nobody set; an AttributeError where there is none.
    _absent = AttributeError

    def __init__(self, given=None, **more):
        super().__init__()
        for key, value in {**dict(given or {}), **more}.items():
            self[key] = value

    @classmethod
    def _of(cls, value):
        if type(value) is dict:
            return cls(value)
        if type(value) in (list, tuple):
            return type(value)(cls._of(v) for v in value)
        return value

    def __setitem__(self, key, value):
        dict.__setitem__(self, key, self._of(value))

    def __setattr__(self, name, value):
        if name.startswith("__"):
            object.__setattr__(self, name, value)
        else:
            self[name] = value

    def __getattr__(self, name):
        if name in self:
            return self[name]
        if name.startswith("__") or self._absent is AttributeError:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        made = self._absent()
        if made is not None:
            self[name] = made
        return made

    def __delattr__(self, name):
        self.pop(name, None)

    def update(self, given=None, **more):
        for key, value in {**dict(given or {}), **more}.items():
            held = self.get(key)
            if isinstance(held, Config) and isinstance(value, dict):
                held.update(value)
            else:
                self[key] = value

    def copy(self):
        return type(self)(self)

    def to_dict(self):
        return {k: v.to_dict() if isinstance(v, Config) else v for k, v in self.items()}

    def __deepcopy__(self, _):
        return type(self)(self.to_dict())


class _Locked(Config):
    """Locking and unlocking changes nothing for who only reads."""

    def lock(self, *_):
        return self

    unlock = freeze = defrost = lock

    def unlocked(self):
        return self

    def ignore_type(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class ConfigDict(_Locked):
    pass


class CfgNode(_Locked):
    def clone(self):
        return self.copy()

    def is_frozen(self):
        return False

    def set_new_allowed(self, _):
        pass

    def merge_from_other_cfg(self, other):
        self.update(other)

    def merge_from_list(self, pairs):
        for key, value in zip(pairs[::2], pairs[1::2]):
            *above, last = key.split(".")
            node = self
            for name in above:
                node = node[name]
            node[last] = value


class DictConfig(Config):
    _absent = staticmethod(lambda: None)


class Addict(Config):
    @property
    def _absent(self):
        return type(self)


class OmegaConf:
    @staticmethod
    def create(given=None, **_):
        return DictConfig(given) if isinstance(given, dict) or given is None else DictConfig._of(given)

    @staticmethod
    def structured(given, **_):
        import dataclasses

        values = given() if isinstance(given, type) else given
        return DictConfig(dataclasses.asdict(values))

    @staticmethod
    def merge(*parts):
        made = DictConfig()
        for part in parts:
            made.update(part)
        return made

    @staticmethod
    def to_container(config, **_):
        return config.to_dict() if isinstance(config, Config) else config

    to_object = to_container

    @staticmethod
    def is_config(value):
        return isinstance(value, Config)

    @staticmethod
    def set_struct(*_):
        pass

    set_readonly = register_new_resolver = register_resolver = resolve = set_struct
