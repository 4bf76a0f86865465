"""
What the configurations of Hugging Face's transformers hold when they are made in code:
src/formats/pytorch/python/transformers/_known.py and, to hold the reader to it, transformers_configs.json.

Authority: transformers 4.46.3. What a configuration computes of its other values (num_key_value_heads
of num_attention_heads) is found by making it with other values; what is computed otherwise is
named as not known. Configurations that hold other ones are left out.

    python test/reference/transformers_configs.py
"""

import inspect
import itertools
import json
import logging
import pathlib

import transformers
from transformers import PretrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

logging.disable(logging.CRITICAL)
transformers.logging.set_verbosity_error()

HERE = pathlib.Path(__file__).parent
OUT = HERE / "../../src/formats/pytorch/python/transformers/_known.py"
BASE = vars(PretrainedConfig())
#: What backbones say of their stages, which no layer is made of.
ASIDE = {"stage_names", "_out_features", "_out_indices", "out_features", "out_indices", "initializer_factor"}
MORE = ["CLIPTextConfig", "CLIPVisionConfig", "SiglipTextConfig", "SiglipVisionConfig", "Blip2QFormerConfig"]


def plain(value):
    if isinstance(value, (list, tuple)):
        return all(plain(v) for v in value)
    return value is None or isinstance(value, (bool, int, float, str))


def number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def same(a, b):
    return a == b or isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and list(a) == list(b)


def made(cls, **given):
    try:
        return cls(**given)
    except Exception:
        return None


def follows(cls, own, name, compute, of):
    """Whether an attribute is always what `compute` makes of others."""
    for by in ((2,), (4,), (8,), (3,), (2, 4), (4, 2)):
        given = {n: own[n] * b for n, b in zip(of, itertools.cycle(by))}
        got = made(cls, **given)
        if got is None:
            continue
        if getattr(got, name, None) != compute(*(given[n] for n in of)):
            return False
    return True


def computed(cls, own, name, value):
    """[kind, names] of what an attribute is computed from; None where that is not found."""
    numbers = [n for n, v in own.items() if number(v) and v > 0]
    if number(value):
        for n in numbers:
            if own[n] == value and follows(cls, own, name, lambda a: a, (n,)):
                return n
        for a, b in itertools.permutations(numbers, 2):
            if own[a] // own[b] == value and own[a] % own[b] == 0 and follows(cls, own, name, lambda x, y: x // y, (a, b)):
                return f"{a} // {b}"
        for a, b in itertools.combinations(numbers, 2):
            if own[a] * own[b] == value and follows(cls, own, name, lambda x, y: x * y, (a, b)):
                return f"{a} * {b}"
        # With a list beside it, the factor may be of its length.
        for n in () if any(isinstance(v, (list, tuple)) for v in own.values()) else numbers:
            if value % own[n] == 0 and follows(cls, own, name, lambda a, k=value // own[n]: a * k, (n,)):
                return f"{n} * {value // own[n]}"
    return None


def known(cls):
    config = made(cls)
    if config is None:
        return None
    parameters = inspect.signature(cls.__init__).parameters
    own = {k: p.default for k, p in parameters.items() if k != "self" and p.default is not p.empty}
    if any(p.default is p.empty and p.kind not in (p.VAR_KEYWORD,) for k, p in parameters.items() if k != "self"):
        return None
    own.pop("num_labels", None)
    if not all(plain(v) for v in own.values()) or any(isinstance(v, PretrainedConfig) for v in vars(config).values()):
        return None
    computes, fixed, open_ones = {}, {}, []
    for name in [*own, *[n for n in vars(config) if n not in own and n not in BASE]]:
        value = getattr(config, name, None)
        if name in ASIDE or name in own and same(value, own[name]):
            continue
        found = computed(cls, own, name, value)
        if found is None:
            open_ones.append(name)
        else:
            computes[name] = found
    if config.num_labels != 2:
        fixed["num_labels"] = config.num_labels
    for name, value in BASE.items():
        got = getattr(config, name, None)
        if name not in own and got != value and plain(got) and name not in ("transformers_version", "id2label", "label2id"):
            fixed[name] = got
    return {
        "type": cls.model_type, **({"map": dict(cls.attribute_map)} if cls.attribute_map else {}), "own": own,
        **({"computed": computes} if computes else {}), **({"open": open_ones} if open_ones else {}), **({"fixed": fixed} if fixed else {}),
    }


def main():
    found, left = {}, []
    for name in dict.fromkeys([*CONFIG_MAPPING_NAMES.values(), *MORE]):
        cls = getattr(transformers, name, None)
        if cls is None or ".deprecated." in cls.__module__:
            continue
        entry = known(cls)
        if entry is None:
            left.append(name)
        else:
            found[name] = entry
    text = '# fmt: off\n"""Made by test/reference/transformers_configs.py: what configurations of transformers 4.46.3 hold."""\n\n'
    lines = [f"    {name!r}: {json.dumps(entry, separators=(',', ':'))!r},\n" for name, entry in sorted(found.items())]
    OUT.write_text(text + "#: As JSON, by class: its own arguments with their defaults, and what is computed of them.\nKNOWN = {\n" + "".join(lines) + "}\n")
    print(len(found), "configurations,", OUT.stat().st_size, "bytes; left out:", " ".join(left))

    cases = [
        ("GPT2Config", {"n_layer": 2, "n_embd": 64, "n_head": 4}), ("GPT2Config", {"num_hidden_layers": 3, "hidden_size": 48}),
        ("BertConfig", {"hidden_size": 64, "num_labels": 5}), ("LlamaConfig", {"hidden_size": 96, "num_attention_heads": 6}),
        ("LlamaConfig", {"num_attention_heads": 8, "num_key_value_heads": 2}), ("T5Config", {"d_model": 32, "num_layers": 4}),
        ("ViTConfig", {"image_size": 32, "patch_size": 4}), ("DistilBertConfig", {"dim": 24}), ("BartConfig", {"encoder_layers": 3}),
        ("MistralConfig", {"num_attention_heads": 16}), ("Qwen2Config", {"hidden_size": 128}), ("RobertaConfig", {"vocab_size": 99}),
        ("MambaConfig", {"hidden_size": 64}), ("PhiConfig", {}), ("CLIPVisionConfig", {"hidden_size": 32}), ("OPTConfig", {}),
    ]
    rows = []
    for name, given in cases:
        config = getattr(transformers, name)(**given)
        held = {k: getattr(config, k, None) for k in [*found.get(name, {"own": {}})["own"], *config.attribute_map, "num_labels", "tie_word_embeddings",
                                                "is_encoder_decoder", "pad_token_id"]}
        aside = found.get(name, {}).get("open", ())
        rows.append({"class": name, "given": given, "held": {k: v for k, v in held.items() if plain(v) and k not in aside}})
    (HERE / "transformers_configs.json").write_text(json.dumps(rows, indent=1) + "\n")


main()
