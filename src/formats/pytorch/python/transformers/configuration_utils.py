"""Configurations: the base of a file's own, and those that transformers has, as they are made in code."""

import json

from _vitrine import unknown


class PretrainedConfig:
    """A configuration: what a class of its own sets, over what all of them have."""

    model_type = ""
    attribute_map = {}
    is_composition = False
    _attn_implementation = "eager"
    from_pretrained = unknown.make("PretrainedConfig.from_pretrained")

    def __init__(self, **given):
        labels = given.pop("num_labels", None)
        names = given.pop("id2label", None)
        if names is not None:
            self.id2label = {int(k): v for k, v in names.items()}
        else:
            self.num_labels = 2 if labels is None else labels
        self.label2id = {v: k for k, v in self.id2label.items()}
        for name, value in _ALL.items():
            setattr(self, name, given.pop(name, dict(value) if isinstance(value, dict) else value))
        for name, value in given.items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        object.__setattr__(self, type(self).attribute_map.get(name, name), value)

    def __getattribute__(self, name):
        if name != "attribute_map":
            name = object.__getattribute__(self, "attribute_map").get(name, name)
        return object.__getattribute__(self, name)

    @property
    def num_labels(self):
        return len(self.id2label)

    @num_labels.setter
    def num_labels(self, count):
        self.id2label = {i: f"LABEL_{i}" for i in range(count)}
        self.label2id = {v: k for k, v in self.id2label.items()}

    @property
    def use_return_dict(self):
        return self.return_dict

    def get_text_config(self, decoder=False):
        return self

    def to_dict(self):
        return dict(vars(self))

    to_diff_dict = to_dict

    def update(self, values):
        for name, value in values.items():
            setattr(self, name, value)

    @classmethod
    def from_dict(cls, values, **given):
        return cls(**{**values, **given})


_ALL = {
    "return_dict": True, "output_hidden_states": False, "output_attentions": False, "torchscript": False,
    "torch_dtype": None, "use_bfloat16": False, "tf_legacy_loss": False, "pruned_heads": {}, "tie_word_embeddings": True,
    "chunk_size_feed_forward": 0, "is_encoder_decoder": False, "is_decoder": False, "cross_attention_hidden_size": None,
    "add_cross_attention": False, "tie_encoder_decoder": False, "max_length": 20, "min_length": 0,
    "architectures": None, "finetuning_task": None, "tokenizer_class": None, "prefix": None, "bos_token_id": None,
    "pad_token_id": None, "eos_token_id": None, "sep_token_id": None, "decoder_start_token_id": None,
    "task_specific_params": None, "problem_type": None, "name_or_path": "",
}


class _OfTransformers(PretrainedConfig):
    """A configuration that transformers has: what it is given, its defaults, and what it computes of them."""

    _own = {}
    _computed = {}
    _fixed = {}
    _open = ()

    def __init__(self, *given, **named):
        given = {**dict(zip(self._own, given)), **named}
        aliases = type(self).attribute_map
        over = {name: given.pop(name) for name in [n for n in given if n in aliases]}
        for name, value in self._own.items():
            if name not in _ALL and (name not in self._open or name in given):
                setattr(self, name, given.pop(name, list(value) if isinstance(value, list) else value))
        base = {**self._fixed, **{n: v for n, v in self._own.items() if n in _ALL}}
        super().__init__(**{**base, **given, **over})
        for name, computed in self._computed.items():
            if name not in self._own or getattr(self, name) is None:
                setattr(self, name, _compute(self, computed))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        # What transformers computes in a way that is not known here.
        if name in type(self)._open:
            return unknown.make(f"{type(self).__name__}.{name}")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


class _Unlisted(PretrainedConfig):
    """A configuration of which only what the code gives it is known."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return unknown.make(f"{type(self).__name__}.{name}")


def _compute(config, text):
    """A number of others: `a`, `a // b`, `a * b`, with whole numbers in the place of b."""
    first, *rest = text.split()
    value = getattr(config, first)
    if rest:
        other = int(rest[1]) if rest[1].isdigit() else getattr(config, rest[1])
        value = value // other if rest[0] == "//" else value * other
    return value


def named(name):
    """The class of a configuration that transformers has by this name, made once."""
    from ._known import KNOWN

    if name not in KNOWN:
        return type(name, (_Unlisted,), {"__module__": "transformers"})
    entry = json.loads(KNOWN[name])
    opened = entry.get("open", [])
    return type(name, (_OfTransformers,), {
        "__module__": "transformers", "model_type": entry["type"], "attribute_map": entry.get("map", {}),
        "_own": entry["own"], "_open": opened,
        "_computed": entry.get("computed", {}), "_fixed": entry.get("fixed", {}),
    })
