"""Tensors that know their type and where they stand in the graph, but not their numbers."""

import math

from _vitrine import channel, trace, unknown
from _vitrine.sizes import SymFloat, SymInt, SymRange, is_symbolic, size


class dtype:
    def __init__(self, name, rank, floating):
        self.name, self._rank, self.is_floating_point = name, rank, floating
        self.is_complex = name.startswith("complex")
        self.itemsize = {"b": 1, "u": 1}.get(name[0], 4)

    def __repr__(self):
        return f"torch.{self.name}"

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return self.name


bool_ = dtype("bool", 0, False)
uint8 = dtype("uint8", 1, False)
int8 = dtype("int8", 2, False)
int32 = dtype("int32", 4, False)
int64 = dtype("int64", 5, False)
float16 = dtype("float16", 6, True)
bfloat16 = dtype("bfloat16", 7, True)
float32 = dtype("float32", 8, True)
float64 = dtype("float64", 9, True)
#: Of pairs of real tensors (see _complex): no value of the graph has it.
complex64 = dtype("complex64", 10, False)
DTYPES = {d.name: d for d in (bool_, uint8, int8, int32, int64, float16, bfloat16, float32, float64)}
_default = float32


def get_default_dtype():
    return _default


def set_default_dtype(value):
    global _default
    _default = as_dtype(value)


def as_dtype(value):
    if isinstance(value, dtype):
        return value
    if isinstance(value, type) and issubclass(value, Tensor):
        return value._old
    if value is float:
        return float64
    if value is int:
        return int64
    if value is bool:
        return bool_
    if value is complex:
        return complex64
    raise TypeError(f"{value!r} is no dtype")


class device:
    def __init__(self, type="cpu", index=None):
        text = type.type if isinstance(type, device) else str(type)
        self.type, _, number = text.partition(":")
        self.index = int(number) if number.isdigit() else index

    def __repr__(self):
        return f"device(type='{self.type}')"

    def __str__(self):
        return self.type

    def __eq__(self, other):
        return isinstance(other, (device, str)) and str(other).split(":")[0] == self.type

    def __hash__(self):
        return hash(self.type)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


CPU = device("cpu")


class Size(tuple):
    def numel(self):
        return math.prod(self)

    def __repr__(self):
        return f"torch.Size([{', '.join(str(d) for d in self)}])"

    def __getitem__(self, index):
        picked = tuple.__getitem__(self, index)
        return Size(picked) if isinstance(index, slice) else picked

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))


def _attribute(value):
    if isinstance(value, SymInt):
        return value._expression
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        if value != value:
            return value
        # Infinity does not survive JSON; the largest float32 does the same to a softmax or a maximum.
        return max(-3.4028234663852886e38, min(3.4028234663852886e38, value))
    if isinstance(value, (list, tuple)):
        return [_attribute(v) for v in value]
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, SymFloat):
        return _attribute(value.__trunc__())
    if isinstance(value, Tensor):
        return _attribute(value.item())
    if unknown.is_unknown(value):
        return unknown.example(value)
    raise TypeError(f"an argument must be a number or text, not {type(value).__name__}")


def _failed(answer):
    kind = answer.get("kind")
    if kind == "shape":
        error = trace.ShapeMismatch(answer["error"])
        error.fix = answer.get("fix")
        return error
    if kind == "op":
        return trace.Unsupported(answer["error"])
    return RuntimeError(answer["error"])


#: Types of an op's outputs by its inputs' types and its attributes, as they were told.
_inferred = {}
#: As `_inferred`, of what was asked without a node.
_asked = {}
_most_inferred = 20_000

#: The class of numpy's arrays, once there are some: what is computed from arrays alone is one.
ARRAY = None

#: Ops that only move what a random tensor holds.
_MOVING = {"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Identity"}


def emit(op, inputs, outputs=1, **attributes):
    """Adds a node to the graph; its output, or a tuple if there are several."""
    for tensor in inputs:
        if tensor is not None:
            if not isinstance(tensor, Tensor):
                raise TypeError(f"expected Tensor but got {_kind(tensor)}")
            if tensor._dtype is complex64:
                from . import _complex

                return _complex.emitted(op, inputs, outputs, attributes)
    attributes = {
        k: v if type(v) is int or type(v) is str else _attribute(v) for k, v in attributes.items() if v is not None
    }
    if not trace.tracing and trace.script is None and op in _MOVING and inputs[0]._random():
        source = inputs[0]
        [made] = infer(op, [(source._dtype, source._shape)], **attributes)
        return leaf([size(d) for d in made["shape"]], source.dtype, source._init)
    free = trace.without_gradient and trace.tracing
    if free:
        inputs = [_cut(t) for t in inputs]
    # A value that the other side has dropped is its to refuse.
    ids, key, known, learns = [], [op], True, False
    alive = channel.alive
    for tensor in inputs:
        if tensor is None:
            ids.append(None)
            key.append(None)
            continue
        ids.append(tensor._id)
        if tensor._id not in alive:
            known = False
        elif known:
            key.append(tensor._typed or tensor._kind_of_type())
        if tensor.requires_grad:
            learns = True
    text = repr(attributes)
    again = None
    if trace.journal is not None or trace.known is not None:
        again = op, tuple(ids), text
        if trace.known is not None:
            before = trace.known.get(again)
            if before:
                return before.pop(0)
    module = trace.calls[-1]._number if trace.calls else -1
    types = None
    if known:
        key.append(text)
        key = tuple(key)
        types = _inferred.get(key)
    if types is None:
        answer = channel.ask("node", op=op, inputs=ids, attributes=attributes, module=module, at=trace.here())
        if "error" in answer:
            raise _failed(answer)
        made = tuple(_from(o) for o in answer["outputs"])
        if len(_inferred) > _most_inferred:
            _inferred.clear()
        if known:
            _inferred[key] = tuple((t._dtype, t._shape, t._kind_of_type()) for t in made)
    else:
        at = channel.spot(trace.here())
        first = channel.later("node", op, ids, attributes, module, at, values=len(types))
        made = []
        for kind, shape, typed in types:
            t = _new(Tensor)
            t._id, t._dtype, t._shape, t._typed, t.requires_grad = first, kind, shape, typed, False
            made.append(t)
            first += 1
    if free:
        for t in made:
            t._cut_id = t._id, t
    elif learns:
        for t in made:
            t.requires_grad = t._dtype.is_floating_point
            t.grad_fn = op
    if ARRAY is not None and trace.script is not None and any(t.__class__ is ARRAY for t in inputs if t is not None) and all(
        t is None or t.__class__ is ARRAY or not t._shape for t in inputs
    ):
        for t in made:
            t.__class__ = ARRAY
    result = made[0] if outputs == 1 else tuple(made)
    if again is not None and trace.journal is not None:
        # Of its own: what is changed in place later is not what was made here.
        trace.journal.append((again, _twin(made[0]) if outputs == 1 else tuple(_twin(t) for t in made)))
    return result


_new = object.__new__


def _twin(t):
    made = Tensor.__new__(Tensor)._fill(t._id, t._dtype, t._shape)
    made.requires_grad, made.grad_fn = t.requires_grad, t.grad_fn
    return made


def _cut(t):
    """In a context without gradients: what an op reads has no past."""
    if t is None or not t._dtype.is_floating_point or t._init is not None and not t.requires_grad:
        return t
    if "_cut_id" in t.__dict__ and t._cut_id[0] == t._id:
        return t._cut_id[1]
    deep, trace.without_gradient = trace.without_gradient, 0
    try:
        made = emit("Identity", [t], detach=1)
    finally:
        trace.without_gradient = deep
    made.requires_grad = False
    # What comes of it without gradients needs no cut of its own.
    made._cut_id = made._id, made
    t._cut_id = t._id, made
    return made


def infer(op, types, **attributes):
    """Asks for a shape without adding a node; raises what the op would raise."""
    inputs = [{"dtype": d.name, "shape": [_attribute(n) for n in s]} for d, s in types]
    attributes = {k: _attribute(v) for k, v in attributes.items()}
    key = op, repr(inputs), repr(attributes)
    found = _asked.get(key)
    if found is None:
        answer = channel.ask("infer", op=op, inputs=inputs, attributes=attributes)
        if "error" in answer:
            raise _failed(answer)
        if len(_asked) > _most_inferred:
            _asked.clear()
        found = _asked[key] = answer["outputs"]
    return found


def _from(description):
    t = Tensor.__new__(Tensor)
    t._fill(description["id"], DTYPES[description["dtype"]], [size(d) for d in description["shape"]])
    return t


def leaf(shape, dtype, initializer, kind=None):
    """A tensor that no node makes."""
    shape = list(shape)
    t = (kind or Tensor).__new__(kind or Tensor)
    if _is_plain(shape, initializer):
        t._fill(channel.later("leaf", dtype.name, shape, initializer), dtype, shape)
    else:
        answer = channel.ask("leaf", dtype=dtype.name, shape=shape, initializer=initializer)
        if "error" in answer:
            raise _failed(answer)
        t._fill(answer["id"], dtype, [size(d) for d in answer["shape"]])
    # The values themselves stay where they are looked up.
    t._init = {"kind": "values"} if initializer["kind"] == "values" else initializer
    return t


#: Numbers that JSON can hold, in an initializer of one of these kinds.
_PLAIN = {"zeros", "ones", "eye", "constant", "uniform", "normal", "truncated_normal", "orthogonal", "values"}


def _is_plain(shape, initializer):
    """Whether the leaf is known to be accepted."""
    if initializer["kind"] not in _PLAIN:
        return False
    for d in shape:
        if type(d) is not int or not 0 <= d < 1 << 53:
            return False
    for k, v in initializer.items():
        if k == "kind" or _is_number(v):
            continue
        if k != "values" or len(v) >= 64 or not all(_is_number(n) for n in v):
            return False
    return True


def _is_number(value):
    return type(value) in (int, float) and -1e308 < value < 1e308


def settled(tensor):
    """A leaf of its own with the values that a tensor has; None if these are not known."""
    return settled_or_why(tensor)[0]


def settled_or_why(tensor):
    """`settled`, and the operation that is not computed of what a tensor comes from: None where random numbers are why."""
    answer = channel.ask("settle", id=tensor._id)
    if "id" not in answer:
        return None, answer.get("because")
    t = Tensor.__new__(Tensor)._fill(answer["id"], tensor._dtype, tensor._shape)
    t._init = tensor._init or {"kind": "values"}
    return t, None


def graph_input(name, shape, dtype):
    answer = channel.ask("input", name=name, dtype=dtype.name, shape=shape)
    return _from(answer)


def _kind(value):
    return getattr(type(value), "__name__", str(value))


_RANDOM = ("uniform", "normal", "truncated_normal", "orthogonal")


class Tensor:
    #: What its name says of a tensor's numbers where it is given as a type: torch.FloatTensor is this class.
    _old = float32
    _init = None
    _typed = None
    grad = None
    grad_fn = None
    is_cuda = False
    is_sparse = False
    is_quantized = False
    layout = "torch.strided"
    names = None

    def __new__(cls, *arguments, **options):
        return object.__new__(cls)

    def __init__(self, *arguments, **options):
        from . import _make

        if len(arguments) == 1 and isinstance(arguments[0], (list, tuple, range, SymRange, Tensor)) and not isinstance(
            arguments[0], Size
        ):
            made = _make.tensor(arguments[0], dtype=_default)
        else:
            made = _make.empty(*arguments)
        self._become(made)

    def _fill(self, id, dtype, shape):
        self._id, self._dtype, self._shape = id, dtype, Size(shape)
        self._typed = None
        self.requires_grad = False
        return self

    def _kind_of_type(self):
        """Its type as a key."""
        if self._typed is None:
            self._typed = self._dtype.name, *[d._expression if isinstance(d, SymInt) else d for d in self._shape]
        return self._typed

    def _become(self, other):
        """In-place ops: the same object stands for a newer value."""
        if self._init is not None:
            trace.changes += 1
        self._id, self._dtype, self._shape, self._init = other._id, other._dtype, other._shape, other._init
        self._typed = None
        if not hasattr(self, "requires_grad"):
            self.requires_grad = other.requires_grad
        self.__dict__.pop("_constant", None)
        return self

    def _type(self):
        return {"dtype": self._dtype.name, "shape": list(self._shape)}

    def _random(self):
        return self._init is not None and self._init["kind"] in _RANDOM

    def _start(self, **initializer):
        """Sets how the values begin."""
        if trace.tracing:
            raise trace.Unsupported("values that are set anew inside of forward are not read yet")
        self._init = {"kind": "values"} if initializer["kind"] == "values" else initializer
        if _is_plain(self._shape, initializer):
            self._id = channel.later("leaf", self._dtype.name, list(self._shape), initializer)
            self._init = initializer
            return self
        answer = channel.ask("leaf", dtype=self._dtype.name, shape=list(self._shape), initializer=initializer)
        if "error" in answer:
            raise _failed(answer)
        self._id = answer["id"]
        return self

    @property
    def dtype(self):
        return self._dtype

    @property
    def shape(self):
        return self._shape

    @property
    def ndim(self):
        return len(self._shape)

    @property
    def device(self):
        return CPU

    @property
    def data(self):
        """The same values without a past; of a parameter it is the parameter, which is often set through it."""
        return self if self._init is not None else self.detach()

    @data.setter
    def data(self, value):
        self._become(value)

    @property
    def is_leaf(self):
        return self.grad_fn is None

    @property
    def T(self):
        from . import _ops

        return _ops.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self):
        from . import _ops

        return _ops.transpose(self, -1, -2)

    H = mT

    @property
    def itemsize(self):
        return self._dtype.itemsize

    def dim(self):
        return len(self._shape)

    ndimension = dim

    def size(self, dim=None):
        return self._shape if dim is None else self._shape[dim]

    def numel(self):
        return math.prod(self._shape)

    nelement = numel

    def __len__(self):
        if not self._shape:
            raise TypeError("len() of a 0-d tensor")
        return self._shape[0].__index__()

    def is_floating_point(self):
        return self._dtype.is_floating_point

    def is_complex(self):
        return self._dtype.is_complex

    def is_contiguous(self, *_, **__):
        return "_order" not in self.__dict__

    def stride(self, dim=None):
        strides = [1] * self.ndim
        for i in range(self.ndim - 2, -1, -1):
            strides[i] = strides[i + 1] * self._shape[i + 1]
        return tuple(strides) if dim is None else strides[dim]

    def requires_grad_(self, requires_grad=True):
        self.requires_grad = requires_grad
        return self

    def detach(self):
        from . import _ops

        # Of an input, too: explanations ask for its gradient.
        if not trace.tracing or not self._dtype.is_floating_point:
            return self
        return _ops.detach(self)

    def detach_(self):
        return self

    def same(self, *_, **__):
        return self

    def contiguous(self, *_, **__):
        from . import _layout

        return _layout.contiguous(self)

    cpu = cuda = pin_memory = retain_grad = share_memory_ = coalesce = same
    to_dense = to_sparse = resolve_conj = resolve_neg = refine_names = align_to = same

    def to(self, *arguments, **options):
        wanted = options.get("dtype")
        for a in arguments:
            if isinstance(a, Tensor):
                wanted = a.dtype
            elif isinstance(a, dtype) or a in (float, int, bool, complex):
                wanted = a
        from . import _ops

        return self if wanted is None else _ops.cast(self, as_dtype(wanted))

    def type(self, dtype=None, non_blocking=False):
        wanted = dtype
        if wanted is None:
            return f"torch.{self._dtype.name}"
        if isinstance(wanted, str):
            short = wanted.rsplit(".", 1)[-1].replace("Tensor", "").lower()
            wanted = DTYPES[{"long": "int64", "float": "float32", "double": "float64", "int": "int32",
                             "byte": "uint8", "half": "float16"}.get(short, short)]
        from . import _ops

        return _ops.cast(self, as_dtype(getattr(wanted, "_dtype", wanted)))

    def astype(self, wanted, *_, **__):
        """What an array of numpy calls it."""
        import numpy

        return self.to(numpy._dtype(wanted) or wanted)

    def copy(self):
        return self

    def type_as(self, other):
        return self.to(other.dtype)

    def float(self):
        return self.to(float32)

    def double(self):
        return self.to(float64)

    def half(self):
        return self.to(float16)

    def bfloat16(self):
        return self.to(bfloat16)

    def long(self):
        return self.to(int64)

    def int(self):
        return self.to(int32)

    def bool(self):
        return self.to(bool_)

    def byte(self):
        return self.to(uint8)

    def backward(self, *_, **__):
        if trace.script is not None:
            trace.script.backward(self)
        return None

    def register_hook(self, hook):
        trace.say("warning", "unsupported-op",
                  "The hook on a gradient is not run: the gradient stays as it is.", trace.here())

    def _values(self):
        trace.refused += 1
        answer = channel.ask("values", id=self._id)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        if "unknown" in answer:
            raise trace.Unnumbered()
        values = [float(v) if isinstance(v, str) else v for v in answer["values"]]
        if self._dtype is bool_:
            return [v != 0 for v in values]
        return values if self._dtype.is_floating_point else [math.trunc(v) for v in values]

    def _known(self):
        """Whether its numbers are known before a run."""
        return not any(isinstance(d, SymInt) for d in self._shape) and "values" in channel.ask("values", id=self._id)

    def item(self):
        try:
            values = self._values()
        except trace.Unsupported:
            if trace.script is None:
                raise
            # What a script prints on its way, or stops at, is nothing to what it trains.
            return unknown.make("item()")
        if len(values) != 1:
            raise RuntimeError(
                f"a Tensor with {len(values)} elements cannot be converted to Scalar"
            )
        return float_or(values[0], self._dtype)

    def tolist(self):
        try:
            values = [float_or(v, self._dtype) for v in self._values()]
        except trace.Unsupported:
            if trace.script is None:
                raise
            return unknown.make("tolist()")
        for d in reversed(self._shape[1:]):
            values = [values[i : i + d] for i in range(0, len(values), d)]
        return values if self._shape else values[0]

    def numpy(self, *_, **__):
        if trace.script is None:
            return self
        from numpy._arrays import array_of

        return array_of(self)

    def __float__(self):
        value = self.item()
        return math.nan if unknown.is_unknown(value) else float(value)

    def __int__(self):
        return int(self.item())

    def __index__(self):
        return int(self.item())

    def __bool__(self):
        value = self.item()
        return False if unknown.is_unknown(value) else bool(value)

    def __format__(self, spec):
        return format(self.item(), spec) if not self._shape and spec else repr(self)

    def __iter__(self):
        if not self._shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter([self[i] for i in range(self._shape[0].__index__())])

    def __contains__(self, other):
        raise trace.Unsupported("whether a tensor contains a value is not known before the model runs")

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"tensor(shape={list(self._shape)}, dtype={self._dtype})"

    def __deepcopy__(self, memo):
        if self._init is None or self._id is None:
            return self
        source = settled(self)
        copy = object.__new__(type(self))._fill(source._id, source._dtype, source._shape)
        copy._init = source._init
        copy.requires_grad = self.requires_grad
        for k, v in self.__dict__.items():
            copy.__dict__.setdefault(k, v)
        memo[id(self)] = copy
        return copy

    def __array__(self, *_, **__):
        return self

    @classmethod
    def __torch_function__(cls, *_, **__):
        return NotImplemented


def float_or(value, dtype):
    if dtype is bool_:
        return value != 0
    return float(value) if dtype.is_floating_point else math.trunc(value)
