"""
Keras layers over tensors in Keras's own layout, channels last, with weights of Keras's shapes in Keras's order.

Definitions: keras.io/api/layers. A layer gets its configuration and the shapes of its weights, as the file holds them.
"""

import torch
from torch import nn
from torch._tensor import emit
from torch.nn import functional as F

SMALLEST = -3.0e38


def activation(name):
    """A function of a configuration's `activation`, by name or as {"class_name": …, "config": …}."""
    options = {}
    if isinstance(name, dict):
        options = name.get("config") or {}
        name = name.get("class_name", "") if not isinstance(options, str) else options
        options = options if isinstance(options, dict) else {}
    key = (name or "linear").lower().replace("_", "")
    known = {
        "linear": lambda x: x,
        "relu": F.relu,
        "relu6": F.relu6,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda x: F.softmax(x, -1),
        "logsoftmax": lambda x: F.log_softmax(x, -1),
        "softplus": F.softplus,
        "softsign": F.softsign,
        "elu": lambda x: F.elu(x, options.get("alpha", 1.0)),
        "selu": F.selu,
        "silu": F.silu,
        "swish": F.silu,
        "gelu": lambda x: F.gelu(x, approximate="tanh" if options.get("approximate") else "none"),
        "mish": F.mish,
        "exponential": torch.exp,
        "leakyrelu": lambda x: F.leaky_relu(x, options.get("negative_slope", 0.2)),
        "hardsigmoid": lambda x: F.relu6(x + 3) / 6,
        "hardswish": lambda x: x * F.relu6(x + 3) / 6,
    }
    if key not in known:
        raise NotImplementedError(f"The activation {name} of Keras is not known to Vitrine yet.")
    return known[key]


def first(x):
    """Channels last to channels first."""
    return x.permute(0, x.ndim - 1, *range(1, x.ndim - 1))


def last(x):
    return x.permute(0, *range(2, x.ndim), 1)


def several(value, n):
    return list(value) if isinstance(value, (list, tuple)) else [value] * n


def same(sizes, kernel, stride, dilation):
    """Padding that makes the output's size the input's divided by the stride, rounded up: more of it behind."""
    out = []
    for size, k, s, d in zip(sizes, kernel, stride, dilation):
        reach = (k - 1) * d + 1
        total = reach - s if s == 1 else max(0, (-(-size // s) - 1) * s + reach - size)
        out.append((total // 2, total - total // 2))
    return out


def padded(x, pads, value=0.0):
    """Pads a tensor with channels first."""
    flat = [p for pair in reversed(pads) for p in pair]
    return F.pad(x, flat, value=value) if any(flat) else x


class Layer(nn.Module):
    """What all layers share: `weights` names those that the layer has, in Keras's order."""

    def __init__(self, config, shapes):
        super().__init__()
        self.config, self.shapes = config, [tuple(s) for s in shapes]
        self.build()

    def build(self):
        if self.shapes:
            raise NotImplementedError(f"{type(self).__name__} has weights that are not expected of it.")

    def weights(self, *names, statistics=()):
        if len(self.shapes) != len(names) + len(statistics):
            raise ValueError(
                f"{type(self).__name__} has {len(self.shapes)} weights in the file; expected "
                f"{len(names) + len(statistics)}: {', '.join([*names, *statistics])}"
            )
        for name, shape in zip([*names, *statistics], self.shapes):
            if name in statistics:
                self.register_buffer(name, torch.zeros(*shape))
            else:
                setattr(self, name, nn.Parameter(torch.zeros(*shape)))

    def bias_of(self):
        return self.bias if self.config.get("use_bias", True) else None

    def extra_repr(self):
        shown = ("units", "filters", "kernel_size", "strides", "padding", "pool_size", "activation", "rate",
                 "axis", "epsilon", "input_dim", "output_dim", "num_heads", "key_dim", "target_shape")
        return ", ".join(f"{k}={self.config[k]}" for k in shown if k in self.config and not isinstance(self.config[k], dict))


class Dense(Layer):
    def build(self):
        self.weights("kernel", *["bias"] * self.config.get("use_bias", True))
        self.activation = activation(self.config.get("activation"))

    def forward(self, x):
        return self.activation(F.linear(x, self.kernel.t(), self.bias_of()))


class Embedding(Layer):
    def build(self):
        self.weights("embeddings")

    def forward(self, x):
        return F.embedding(x, self.embeddings)


class _Conv(Layer):
    def build(self):
        self.weights(*self.names(), *["bias"] * self.config.get("use_bias", True))
        self.activation = activation(self.config.get("activation"))

    def names(self):
        return ["kernel"]

    def convolve(self, x, weight, groups, bias, kernel, dilation=True):
        """`x` and `weight` with channels first; the last step of a layer."""
        n = len(kernel)
        stride = several(self.config.get("strides", 1), n)
        dilation = several(self.config.get("dilation_rate", 1), n)
        padding = self.config.get("padding", "valid")
        if padding == "same":
            x = padded(x, same(x.shape[2:], kernel, stride, dilation))
        elif padding == "causal":
            x = padded(x, [((kernel[0] - 1) * dilation[0], 0)])
        return {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[n](x, weight, bias, stride, 0, dilation, groups)

    def taken(self, x):
        return x if self.config.get("data_format") == "channels_first" else first(x)

    def given(self, x):
        return self.activation(x if self.config.get("data_format") == "channels_first" else last(x))


class Conv1D(_Conv):
    def forward(self, x):
        n = self.kernel.ndim - 2
        weight = self.kernel.permute(n + 1, n, *range(n))
        kernel = [int(k) for k in self.kernel.shape[:n]]
        return self.given(self.convolve(self.taken(x), weight, self.config.get("groups", 1), self.bias_of(), kernel))


class Conv2D(Conv1D):
    pass


class Conv3D(Conv1D):
    pass


def depthwise(kernel):
    """[h, w, in, multiplier] to [in * multiplier, 1, h, w]."""
    n = kernel.ndim - 2
    moved = kernel.permute(n, n + 1, *range(n))
    return moved.reshape(kernel.shape[n] * kernel.shape[n + 1], 1, *kernel.shape[:n])


class DepthwiseConv2D(_Conv):
    def forward(self, x):
        n = self.kernel.ndim - 2
        kernel = [int(k) for k in self.kernel.shape[:n]]
        made = self.convolve(self.taken(x), depthwise(self.kernel), self.kernel.shape[n], self.bias_of(), kernel)
        return self.given(made)


class DepthwiseConv1D(DepthwiseConv2D):
    pass


class SeparableConv2D(_Conv):
    def names(self):
        return ["depthwise_kernel", "pointwise_kernel"]

    def forward(self, x):
        n = self.depthwise_kernel.ndim - 2
        kernel = [int(k) for k in self.depthwise_kernel.shape[:n]]
        made = self.convolve(self.taken(x), depthwise(self.depthwise_kernel), self.depthwise_kernel.shape[n], None, kernel)
        point = self.pointwise_kernel.permute(n + 1, n, *range(n))
        return self.given({1: F.conv1d, 2: F.conv2d}[n](made, point, self.bias_of()))


class SeparableConv1D(SeparableConv2D):
    pass


class Conv2DTranspose(_Conv):
    def forward(self, x):
        n = self.kernel.ndim - 2
        x = self.taken(x)
        sizes = list(x.shape[2:])
        kernel = [int(k) for k in self.kernel.shape[:n]]
        stride = several(self.config.get("strides", 1), n)
        if any(d != 1 for d in several(self.config.get("dilation_rate", 1), n)) or self.config.get("output_padding"):
            raise NotImplementedError("A transposed convolution with dilation or output padding is not read yet.")
        extra = [max(s - k, 0) for s, k in zip(stride, kernel)]
        weight = self.kernel.permute(n + 1, n, *range(n))
        made = {1: F.conv_transpose1d, 2: F.conv_transpose2d}[n](
            x, weight, self.bias_of(), stride, 0, extra if self.config.get("padding") != "same" else 0)
        if self.config.get("padding") == "same":
            for i, (size, k, s) in enumerate(zip(sizes, kernel, stride)):
                before = max(k - s, 0) // 2
                made = made.narrow(2 + i, before, size * s)
        return self.given(made)


class Conv1DTranspose(Conv2DTranspose):
    pass


class _Pool(Layer):
    _maximum = True

    def forward(self, x):
        firsts = self.config.get("data_format") == "channels_first"
        x = x if firsts else first(x)
        n = x.ndim - 2
        kernel = several(self.config["pool_size"], n)
        stride = several(self.config.get("strides") or kernel, n)
        pads = [(0, 0)] * n
        if self.config.get("padding") == "same":
            pads = same(x.shape[2:], kernel, stride, [1] * n)
        if self._maximum:
            pool = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[n]
            made = pool(padded(x, pads, SMALLEST), kernel, stride)
        else:
            pool = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[n]
            made = pool(padded(x, pads), kernel, stride)
            if any(p for pair in pads for p in pair):
                # Of what lies outside nothing counts.
                made = made / pool(padded(torch.ones(1, 1, *x.shape[2:]), pads), kernel, stride)
        return made if firsts else last(made)


class MaxPooling1D(_Pool):
    pass


class MaxPooling2D(_Pool):
    pass


class MaxPooling3D(_Pool):
    pass


class AveragePooling1D(_Pool):
    _maximum = False


class AveragePooling2D(AveragePooling1D):
    pass


class AveragePooling3D(AveragePooling1D):
    pass


class GlobalAveragePooling1D(Layer):
    def forward(self, x):
        return self.reduced(x, lambda x, axes, keep: x.mean(axes, keepdim=keep))

    def reduced(self, x, how):
        axes = list(range(2, x.ndim)) if self.config.get("data_format") == "channels_first" else list(range(1, x.ndim - 1))
        return how(x, axes, bool(self.config.get("keepdims")))


class GlobalAveragePooling2D(GlobalAveragePooling1D):
    pass


class GlobalAveragePooling3D(GlobalAveragePooling1D):
    pass


class GlobalMaxPooling1D(GlobalAveragePooling1D):
    def forward(self, x):
        return self.reduced(x, lambda x, axes, keep: torch.amax(x, axes, keepdim=keep))


class GlobalMaxPooling2D(GlobalMaxPooling1D):
    pass


class BatchNormalization(Layer):
    def build(self):
        names = [n for n, key in (("gamma", "scale"), ("beta", "center")) if self.config.get(key, True)]
        self.weights(*names, statistics=("moving_mean", "moving_variance"))

    def forward(self, x):
        axis = self.config.get("axis", -1)
        axis = axis[0] if isinstance(axis, (list, tuple)) else axis
        end = axis in (-1, x.ndim - 1)
        if not end and axis != 1:
            raise NotImplementedError(f"Normalization over the axis {axis} is not read yet.")
        moved = first(x) if end and x.ndim > 2 else x
        made = F.batch_norm(moved, self.moving_mean, self.moving_variance, getattr(self, "gamma", None),
                            getattr(self, "beta", None), self.training, 1 - self.config.get("momentum", 0.99),
                            self.config.get("epsilon", 1e-3))
        return last(made) if end and x.ndim > 2 else made


class LayerNormalization(Layer):
    def build(self):
        self.weights(*[n for n, key in (("gamma", "scale"), ("beta", "center")) if self.config.get(key, True)])

    def forward(self, x):
        axis = several(self.config.get("axis", -1), 1)
        if axis not in ([-1], [x.ndim - 1]):
            raise NotImplementedError(f"Normalization over the axes {axis} is not read yet.")
        return F.layer_norm(x, [x.shape[-1]], getattr(self, "gamma", None), getattr(self, "beta", None),
                            self.config.get("epsilon", 1e-3))


class Normalization(Layer):
    def build(self):
        if self.shapes:
            self.weights(statistics=("mean", "variance", "count"))

    def forward(self, x):
        if not self.shapes:
            raise NotImplementedError("A normalization whose figures stand in the configuration is not read yet.")
        return (x - self.mean) / torch.clamp(torch.sqrt(self.variance), min=1e-7)


class Rescaling(Layer):
    def forward(self, x):
        return x * self.config["scale"] + self.config.get("offset", 0.0)


class Activation(Layer):
    def forward(self, x):
        return activation(self.config["activation"])(x)


class ReLU(Layer):
    def forward(self, x):
        c = self.config
        if c.get("threshold"):
            raise NotImplementedError("A ReLU with a threshold is not read yet.")
        slope = c.get("negative_slope") or 0.0
        made = F.leaky_relu(x, slope) if slope else F.relu(x)
        return made if c.get("max_value") is None else torch.clamp(made, max=c["max_value"])


class LeakyReLU(Layer):
    def forward(self, x):
        return F.leaky_relu(x, self.config.get("negative_slope", self.config.get("alpha", 0.3)))


class PReLU(Layer):
    def build(self):
        self.weights("alpha")

    def forward(self, x):
        return F.relu(x) - self.alpha * F.relu(-x)


class ELU(Layer):
    def forward(self, x):
        return F.elu(x, self.config.get("alpha", 1.0))


class Softmax(Layer):
    def forward(self, x):
        return F.softmax(x, several(self.config.get("axis", -1), 1)[0])


class Dropout(Layer):
    def forward(self, x):
        return F.dropout(x, self.config.get("rate", 0.5), self.training)


class SpatialDropout1D(Layer):
    """Drops whole channels; they lie last."""

    def forward(self, x):
        ones = torch.ones_like(x.mean(list(range(1, x.ndim - 1)), keepdim=True))
        return x * F.dropout(ones, self.config.get("rate", 0.5), self.training)


class SpatialDropout2D(SpatialDropout1D):
    pass


class GaussianNoise(Layer):
    """Noise is of training alone; here there is none."""

    def forward(self, x):
        return x


class GaussianDropout(Dropout):
    pass


class ActivityRegularization(GaussianNoise):
    pass


class Identity(GaussianNoise):
    pass


class Flatten(Layer):
    def forward(self, x):
        return x.flatten(1) if x.ndim > 1 else x.unsqueeze(1)


class Reshape(Layer):
    def forward(self, x):
        return x.reshape(x.shape[0], *self.config["target_shape"])


class Permute(Layer):
    def forward(self, x):
        return x.permute(0, *self.config["dims"])


class RepeatVector(Layer):
    def forward(self, x):
        return x.unsqueeze(1).repeat(1, self.config["n"], 1)


class ZeroPadding2D(Layer):
    def forward(self, x):
        n = x.ndim - 2
        pads = several(self.config["padding"], 2 if n == 1 else n)
        pads = [tuple(pads)] if n == 1 else [tuple(several(p, 2)) for p in pads]
        return last(padded(first(x), pads))


class ZeroPadding1D(ZeroPadding2D):
    pass


class Cropping2D(Layer):
    def forward(self, x):
        n = x.ndim - 2
        cuts = several(self.config["cropping"], 2 if n == 1 else n)
        cuts = [tuple(cuts)] if n == 1 else [tuple(several(c, 2)) for c in cuts]
        for i, (before, after) in enumerate(cuts):
            x = x.narrow(1 + i, before, x.shape[1 + i] - before - after)
        return x


class Cropping1D(Cropping2D):
    pass


class UpSampling2D(Layer):
    def forward(self, x):
        mode = self.config.get("interpolation", "nearest")
        if mode not in ("nearest", "bilinear"):
            raise NotImplementedError(f"Upsampling by {mode} is not read yet.")
        moved = first(x)
        scale = several(self.config["size"], moved.ndim - 2)
        return last(F.interpolate(moved, scale_factor=[float(s) for s in scale], mode=mode,
                                  **({} if mode == "nearest" else {"align_corners": False})))


class UpSampling1D(UpSampling2D):
    pass


class Add(Layer):
    """Of a list of tensors, or of two, where the model was written with operators."""

    def forward(self, *values):
        values = list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple)) else list(values)
        return self.merged(values)

    def merged(self, values):
        return self.folded(values, lambda a, b: a + b)

    def folded(self, values, how):
        made = values[0]
        for v in values[1:]:
            made = how(made, v)
        return made


class Subtract(Add):
    def merged(self, values):
        return values[0] - values[1]


class Multiply(Add):
    def merged(self, values):
        return self.folded(values, lambda a, b: a * b)


class Divide(Add):
    def merged(self, values):
        return values[0] / values[1]


class TrueDivide(Divide):
    pass


class Average(Add):
    def merged(self, values):
        return self.folded(values, lambda a, b: a + b) / len(values)


class Maximum(Add):
    def merged(self, values):
        return self.folded(values, torch.maximum)


class Minimum(Add):
    def merged(self, values):
        return self.folded(values, torch.minimum)


class Concatenate(Add):
    def merged(self, values):
        return torch.cat(values, self.config.get("axis", -1))


class Dot(Layer):
    def forward(self, values):
        a, b = values
        axes = several(self.config.get("axes", -1), 2)
        if a.ndim != 3 or b.ndim != 3 or self.config.get("normalize"):
            raise NotImplementedError("This Dot is not read yet.")
        a = a.transpose(1, 2) if axes[0] == 1 else a
        b = b if axes[1] == 1 else b.transpose(1, 2)
        return a @ b


class _Recurrent(Layer):
    _op, _reset = "RNN", None

    def build(self):
        bias = self.config.get("use_bias", True)
        self.weights("kernel", "recurrent_kernel", *["bias"] * bias)
        wanted = {"activation": "tanh", "recurrent_activation": "sigmoid"}
        for key, usual in wanted.items():
            if self._op != "RNN" and self.config.get(key, usual) != usual:
                raise NotImplementedError(f"{type(self).__name__} with {key} {self.config[key]} is not read yet.")
        if self.config.get("activation", "tanh") not in ("tanh", "relu"):
            raise NotImplementedError(f"{type(self).__name__} with {self.config['activation']} is not read yet.")

    def ordered(self, x):
        """The gates along the first axis in ONNX's order."""
        return x

    def options(self):
        return {"activations": ["Relu" if self.config.get("activation") == "relu" else "Tanh"]}

    def biases(self):
        return torch.cat([self.ordered(self.bias), torch.zeros_like(self.bias)], 0).unsqueeze(0)

    def forward(self, x, **_):
        back = bool(self.config.get("go_backwards"))
        units = self.recurrent_kernel.shape[0]
        bias = self.biases() if self.config.get("use_bias", True) else None
        weights = [self.ordered(self.kernel.t()).unsqueeze(0), self.ordered(self.recurrent_kernel.t()).unsqueeze(0)]
        made = emit(self._op, [x.transpose(0, 1), *weights, bias, None, *[None] * (2 if self._op == "LSTM" else 1)],
                    3 if self._op == "LSTM" else 2, hidden_size=units,
                    direction="reverse" if back else "forward", **self.options())
        if not self.config.get("return_sequences"):
            out = made[1].squeeze(0)
        else:
            out = made[0].squeeze(1).transpose(0, 1)
            out = torch.flip(out, [1]) if back else out
        if self.config.get("return_state"):
            return (out, *[m.squeeze(0) for m in made[1:]])
        return out


class SimpleRNN(_Recurrent):
    pass


class LSTM(_Recurrent):
    _op = "LSTM"

    def ordered(self, x):
        # Keras: input, forget, cell, output. ONNX: input, output, forget, cell.
        i, f, c, o = torch.chunk(x, 4, 0)
        return torch.cat([i, o, f, c], 0)

    def options(self):
        return {}


class GRU(_Recurrent):
    """Gates in ONNX's order already."""

    _op = "GRU"

    def options(self):
        return {"linear_before_reset": 1 if self.config.get("reset_after", True) else 0}

    def biases(self):
        if self.bias.ndim == 1:
            return torch.cat([self.bias, torch.zeros_like(self.bias)], 0).unsqueeze(0)
        return self.bias.reshape(1, -1)


class Bidirectional(Layer):
    def build(self):
        half = len(self.shapes) // 2
        inner = self.config["layer"]
        other = self.config.get("backward_layer") or inner
        kinds = [recurrent(inner["class_name"]), recurrent(other["class_name"])]
        self.forward_layer = kinds[0](inner["config"], self.shapes[:half])
        self.backward_layer = kinds[1]({**other["config"], "go_backwards": True}, self.shapes[half:])

    def forward(self, x, **_):
        left, right = self.forward_layer(x), self.backward_layer(x)
        if self.config["layer"]["config"].get("return_sequences"):
            right = torch.flip(right, [1])
        mode = self.config.get("merge_mode", "concat")
        if mode not in ("concat", "sum", "ave", "mul"):
            raise NotImplementedError(f"Bidirectional with merge_mode {mode} is not read yet.")
        if mode == "concat":
            return torch.cat([left, right], -1)
        return left * right if mode == "mul" else (left + right) / (2 if mode == "ave" else 1)


def recurrent(name):
    kinds = {"LSTM": LSTM, "GRU": GRU, "SimpleRNN": SimpleRNN}
    if name not in kinds:
        raise NotImplementedError(f"Bidirectional of {name} is not read yet.")
    return kinds[name]


class TimeDistributed(Layer):
    def build(self):
        inner = self.config["layer"]
        self.layer = kind_of(inner["class_name"])(inner["config"], self.shapes)

    def forward(self, x, **_):
        if isinstance(self.layer, (Dense, Activation, Dropout)):
            return self.layer(x)
        made = self.layer(x.reshape(-1, *x.shape[2:]))
        return made.reshape(-1, x.shape[1], *made.shape[1:])


class EinsumDense(Layer):
    """One of the projections of an attention: [features, heads, size] and back."""

    def build(self):
        self.weights("kernel", *["bias"] * (len(self.shapes) - 1))


class MultiHeadAttention(Layer):
    def build(self):
        each = len(self.shapes) // 4
        parts = [self.shapes[i * each : (i + 1) * each] for i in range(4)]
        self.query_dense, self.key_dense, self.value_dense, self.output_dense = (EinsumDense({}, p) for p in parts)

    def projected(self, part, x):
        """[N, T, F] by [F, H, K] to [N, H, T, K]."""
        _, heads, size = part.kernel.shape
        made = x @ part.kernel.reshape(-1, heads * size)
        if hasattr(part, "bias"):
            made = made + part.bias.reshape(heads * size)
        return made.reshape(x.shape[0], x.shape[1], heads, size).transpose(1, 2)

    def forward(self, query, value, key=None, use_causal_mask=False, attention_mask=None, **_):
        if attention_mask is not None:
            raise NotImplementedError("An attention with a mask of its own is not read yet.")
        key = value if key is None else key
        q, k, v = self.projected(self.query_dense, query), self.projected(self.key_dense, key), self.projected(
            self.value_dense, value)
        made = F.scaled_dot_product_attention(q, k, v, is_causal=bool(use_causal_mask))
        heads, size, width = self.output_dense.kernel.shape
        made = made.transpose(1, 2).reshape(query.shape[0], query.shape[1], heads * size)
        made = made @ self.output_dense.kernel.reshape(heads * size, width)
        return made + self.output_dense.bias if hasattr(self.output_dense, "bias") else made


def kind_of(name):
    kind = globals().get(name)
    if not (isinstance(kind, type) and issubclass(kind, Layer)) or name.startswith("_"):
        raise NotImplementedError(f"The layer {name} of Keras is not known to Vitrine yet.")
    return kind
