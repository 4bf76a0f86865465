"""A model as Keras describes it in JSON: Sequential, or Functional with its graph of calls."""

from torch import nn

from keras_layers import Layer, kind_of

MODELS = ("Sequential", "Functional", "Model")


def named(name):
    return str(name).replace(".", "_").replace("/", "_")


class KerasModel(nn.Module):
    def __init__(self, config, kind, shapes):
        """`shapes` holds those of the weights of each layer, by the layers' names; for a nested model, such a dict."""
        super().__init__()
        self.kind = kind
        self.layers = config["layers"] if isinstance(config, dict) else config
        self.outputs = config.get("output_layers") if isinstance(config, dict) else None
        self.inputs = config.get("input_layers") if isinstance(config, dict) else None
        for described in self.layers:
            name, cls, own = name_of(described), described["class_name"], described.get("config") or {}
            if cls == "InputLayer":
                continue
            found = shapes.get(name, {} if cls in MODELS else [])
            made = KerasModel(own, cls, found) if cls in MODELS else kind_of(cls)(own, found)
            self.add_module(named(name), made)

    def layer(self, described):
        return self._modules[named(name_of(described))]

    def forward(self, *inputs, **_):
        if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)):
            inputs = tuple(inputs[0])
        if self.kind == "Sequential":
            [x] = inputs
            for described in self.layers:
                if described["class_name"] != "InputLayer":
                    x = self.layer(described)(x)
            return x
        return self.called(inputs)

    def called(self, inputs):
        known = {}
        for (name, node, tensor), value in zip(places(self.inputs), inputs):
            known[name, node, tensor] = value
        waiting = [
            (described, at, call)
            for described in self.layers
            if described["class_name"] != "InputLayer"
            for at, call in enumerate(described.get("inbound_nodes") or [])
        ]
        wanted = places(self.outputs)
        while any(w not in known for w in wanted):
            left = []
            for described, at, call in waiting:
                name = name_of(described)
                positional, keywords = arguments_of(call)
                needed = tensors_in((positional, keywords))
                if any(n not in known for n in needed):
                    left.append((described, at, call))
                    continue
                made = self.layer(described)(
                    *[filled(p, known) for p in positional], **{k: filled(v, known) for k, v in keywords.items()})
                for i, value in enumerate(made if isinstance(made, (list, tuple)) else [made]):
                    known[name, at, i] = value
            if len(left) == len(waiting):
                raise ValueError("The layers of the model wait for each other: " + ", ".join(
                    name_of(d) for d, _, _ in left[:5]))
            waiting = left
        made = [known[w] for w in wanted]
        return made[0] if len(made) == 1 else made


class Reference:
    """Stands for a tensor that a layer's call made."""

    def __init__(self, name, node, tensor):
        self.at = name, node, tensor


def name_of(described):
    return described.get("name") or (described.get("config") or {}).get("name") or ""


def places(listed):
    """`output_layers` and `input_layers`: one [name, node, tensor], or nested lists or dicts of them."""
    if isinstance(listed, dict):
        listed = list(listed.values())
    if isinstance(listed, list) and len(listed) == 3 and isinstance(listed[0], str):
        return [tuple(listed)]
    return [p for each in listed or [] for p in places(each)]


def arguments_of(call):
    """(positional, keywords) of an entry of `inbound_nodes`: Keras 3 has a dict, Keras 2 a list of references."""
    if isinstance(call, dict):
        return [referred(a) for a in call.get("args", [])], {k: referred(v) for k, v in call.get("kwargs", {}).items()
                                                             if v is not None and k != "training"}
    given = [Reference(*r[:3]) for r in call]
    keywords = {}
    for r in call:
        for k, v in (r[3] if len(r) > 3 else {}).items():
            if v is None or k == "training":
                continue
            is_tensor = isinstance(v, list) and len(v) >= 3 and isinstance(v[0], str)
            keywords[k] = Reference(*v[:3]) if is_tensor else v
    return [given[0] if len(given) == 1 else given], keywords


def referred(value):
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return Reference(*value["config"]["keras_history"])
        return {k: referred(v) for k, v in value.items()}
    return [referred(v) for v in value] if isinstance(value, list) else value


def tensors_in(value):
    if isinstance(value, Reference):
        return [value.at]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in tensors_in(v)] if isinstance(value, (list, tuple)) else []


def filled(value, known):
    if isinstance(value, Reference):
        return known[value.at]
    if isinstance(value, dict):
        return {k: filled(v, known) for k, v in value.items()}
    return [filled(v, known) for v in value] if isinstance(value, list) else value
