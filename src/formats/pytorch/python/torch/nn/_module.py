"""nn.Module and the containers: names, registration and traversal as PyTorch has them."""

import itertools
import sys
from collections import OrderedDict, namedtuple

from _vitrine import replay, trace, unknown

from .. import _tensor
from .._tensor import Tensor, get_default_dtype, leaf
from . import functional as F

_Keys = namedtuple("_IncompatibleKeys", ["missing_keys", "unexpected_keys"])
_forwarded = {}


def settled(tensor, what):
    """A tensor that no node makes: what a node computed becomes values."""
    if tensor._init is not None:
        return tensor
    if tensor.dtype.is_complex:
        from .. import _complex

        made = _complex.stored(tensor)
        if made is None:
            _not_known(what)
            start = leaf((*tensor.shape, 2), get_default_dtype(), dict(_START))
            made = _complex.held(start, start._init, tensor.shape)
        return made
    made, operation = _tensor.settled_or_why(tensor)
    if made is None:
        _not_known(what, operation)
        return leaf(tensor.shape, tensor.dtype, dict(_START))
    return made


#: What a tensor begins with whose own beginning is not known.
_START = {"kind": "normal", "mean": 0, "std": 0.02}


def _not_known(what, operation=None):
    how = f"by {operation}, which is" if operation else "from random numbers in a way that is"
    trace.say(
        "warning",
        "unknown-initial-values",
        f"How {what} begins is computed {how} not read yet; without a checkpoint "
        "it begins with a normal distribution (mean 0, standard deviation 0.02).",
        trace.here(),
    )


class Parameter(Tensor):
    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            from .. import _make

            data = _make.empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(f"expected a Tensor, got {type(data).__name__}")
        source = settled(data, "a parameter")
        if source.dtype.is_complex:
            from .. import _complex

            made = _complex.stored(source, cls)
            made.requires_grad = requires_grad
            return made
        made = object.__new__(cls)
        made._fill(source._id, source._dtype, source._shape)
        made._init = source._init
        made.requires_grad = requires_grad
        return made

    def __init__(self, *_, **__):
        pass

    def __repr__(self):
        return f"Parameter(shape={list(self.shape)})"


class Buffer(Tensor):
    def __new__(cls, data=None, persistent=True):
        source = settled(data, "a buffer")
        made = object.__new__(cls)
        made._fill(source._id, source._dtype, source._shape)
        made._init = source._init
        made.persistent = persistent
        return made

    def __init__(self, *_, **__):
        pass


class UninitializedParameter(Parameter):
    """Gets its shape at the first call."""

    def __new__(cls, *_, **__):
        made = object.__new__(cls)
        made._id, made._dtype, made._shape, made._init = None, None, (), None
        made.requires_grad = True
        return made


_SIMPLE = {bool, int, float, str, tuple, type(None)}
_PLACES = ("_parameters", "_buffers", "_modules")


class Module:
    dump_patches = False
    call_super_init = False
    #: Whether its first option may be a tensor, as the weights of a loss's classes; its second is none.
    _begins_with_tensor = False

    def __new__(cls, *arguments, **options):
        if cls is trace.wanted:
            trace.caught = arguments, options
            raise trace.Stop
        if trace.building and cls in trace.classes and cls not in trace.made:
            if not _holds(arguments) and not _holds(options):
                trace.made[cls] = arguments, options
        made = object.__new__(cls)
        if trace.script is not None:
            object.__setattr__(made, "_given", (arguments, options))
        if trace.tracing:
            trace.refused += 1
            given = [isinstance(a, Tensor) for a in arguments[:2]]
            if given[:1] == [True] and cls.__module__.startswith("torch.nn") and trace.script is None \
                    and (given == [True, True] or not cls._begins_with_tensor):
                trace.misused = cls.__name__, trace.here()
        object.__setattr__(made, "_number", trace.next_module())
        frame = trace.user_frame(sys._getframe(1))
        object.__setattr__(made, "_defined", trace.position_in(frame) if frame is not None else None)
        object.__setattr__(made, "_entered", [])
        object.__setattr__(made, "_left", [])
        return made

    def __init__(self, *_, **__):
        put = super().__setattr__
        put("training", F.TrainingFlag())
        for name in ("_parameters", "_buffers", "_modules"):
            put(name, OrderedDict())
        put("_non_persistent_buffers_set", set())

    def forward(self, *_, **__):
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *arguments, **options):
        if "_modules" not in self.__dict__:
            raise AttributeError(
                f"cannot call {type(self).__name__}: super().__init__() was not called in its __init__"
            )
        drawing = None
        if not trace.calls and not trace.tracing:
            trace.asked_again(self)
        if trace.tracing:
            if trace.calls and (type(self) in trace.classes or replay.drawing):
                _enter(self, arguments)
            if replay.on and trace.script is None:
                drawing = replay.call(self, arguments, options)
                if type(drawing) is replay.Again:
                    _note(self._entered, arguments)
                    _note(self._entered, options)
                    _note(self._left, drawing.result)
                    return drawing.result
        trace.calls.append(self)
        asked, trace.asked = trace.asked, 0
        try:
            if len(trace.calls) > 900:
                raise RecursionError("maximum recursion depth exceeded")
            hook = self.__dict__.get("_materialize")
            if hook is not None:
                hook(*arguments)
            for compute in self.__dict__.get("_recomputed", ()):
                compute(self)
            for hook, named in self.__dict__.get("_before", ()):
                arguments, options = _prepared(self, hook, named, arguments, options)
            result = self.forward(*arguments, **options)
            for hook, named in self.__dict__.get("_after", ()):
                changed = hook(self, arguments, options, result) if named else hook(self, arguments, result)
                result = result if changed is None else changed
            if drawing is not None:
                drawing.end(result)
        finally:
            trace.calls.pop()
            trace.asked += asked
            if drawing is not None:
                drawing.abandon()
        if trace.script is not None and not trace.calls:
            trace.script.called(self, arguments, options, result)
        if trace.tracing:
            _note(self._entered, arguments)
            _note(self._entered, options)
            _note(self._left, result)
        return result

    def _slow_forward(self, *arguments, **options):
        return self.forward(*arguments, **options)

    def __setattr__(self, name, value):
        trace.changes += 1
        own = self.__dict__
        if type(value) in _SIMPLE and name != "training":
            for place in _PLACES:
                if name in own.get(place, ()):
                    break
            else:
                object.__setattr__(self, name, value)
                return
        if isinstance(value, Parameter):
            self._need_init("parameters", "_parameters")
            _drop(self, name)
            own["_parameters"][name] = value
        elif isinstance(value, Module):
            self._need_init("module", "_modules")
            _drop(self, name)
            own["_modules"][name] = value
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
        elif name in own.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            own["_parameters"][name] = None
        elif name in own.get("_modules", ()):
            if unknown.is_unknown(value):
                own["_modules"][name] = _Unread(value)
                return
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            own["_modules"][name] = None
        elif name in own.get("_buffers", ()) and (value is None or isinstance(value, Tensor)):
            own["_buffers"][name] = value if value is None or trace.tracing else settled(value, name)
        elif name == "training" and not isinstance(value, F.TrainingFlag):
            object.__setattr__(self, name, F.TrainingFlag())
        else:
            object.__setattr__(self, name, value)

    def _need_init(self, what, name):
        if name not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")

    def __getattr__(self, name):
        for place in ("_parameters", "_buffers", "_modules"):
            held = self.__dict__.get(place)
            if held is not None and name in held:
                return held[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        trace.changes += 1
        for place in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(place, ()):
                del self.__dict__[place][name]
                return
        object.__delattr__(self, name)

    def __dir__(self):
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def register_parameter(self, name, param):
        trace.changes += 1
        self._need_init("parameters", "_parameters")
        if "." in name:
            raise KeyError('parameter name can\'t contain "."')
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        trace.changes += 1
        self._need_init("buffer", "_buffers")
        if "." in name:
            raise KeyError('buffer name can\'t contain "."')
        self.__dict__.pop(name, None)
        if tensor is not None:
            if not isinstance(tensor, Tensor):
                raise TypeError(
                    f"cannot assign '{_type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
                )
            tensor = settled(tensor, f"the buffer {name}")
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name, module):
        trace.changes += 1
        if unknown.is_unknown(module):
            module = _Unread(module)
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_type_name(module)} is not a Module subclass")
        if "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError('module name can\'t be empty string ""')
        self._modules[name] = module

    def register_module(self, name, module):
        self.add_module(name, module)

    def get_submodule(self, target):
        found = self
        for part in target.split(".") if target else ():
            found = getattr(found, part)
        return found

    def get_parameter(self, target):
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._parameters[name]

    def get_buffer(self, target):
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._buffers[name]

    def named_children(self):
        seen = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self):
        for _, module in self.named_children():
            yield module

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        memo = set() if memo is None else memo
        if id(self) in memo:
            return
        if remove_duplicate:
            memo.add(id(self))
        yield prefix, self
        # One generator for all depths: what is far below would be handed up through one for each.
        stack = [(f"{prefix}." if prefix else "", iter(self._modules.items()))]
        while stack:
            above, left = stack[-1]
            for name, module in left:
                if module is None or id(module) in memo:
                    continue
                if remove_duplicate:
                    memo.add(id(module))
                path = above + name
                yield path, module
                if module._modules:
                    if len(stack) > 900:
                        raise RecursionError("maximum recursion depth exceeded")
                    stack.append((path + ".", iter(module._modules.items())))
                    break
            else:
                stack.pop()

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def _named(self, place, prefix, recurse, remove_duplicate=True):
        seen = set()
        modules = self.named_modules(prefix=prefix) if recurse else [(prefix, self)]
        for path, module in modules:
            held = getattr(module, place)
            if not held:
                continue
            for name, tensor in held.items():
                if tensor is None or remove_duplicate and id(tensor) in seen:
                    continue
                seen.add(id(tensor))
                yield (f"{path}.{name}" if path else name), tensor

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def state_dict(self, *_, destination=None, prefix="", keep_vars=False):
        destination = OrderedDict() if destination is None else destination
        for name, tensor in self._parameters.items():
            if tensor is not None:
                destination[prefix + name] = tensor
        for name, tensor in self._buffers.items():
            if tensor is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = tensor
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.")
        return destination

    def load_state_dict(self, state_dict, strict=True, assign=False):
        return _Keys([], [])

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _same(self, *_, **__):
        return self

    train = eval = cuda = cpu = to = float = double = half = bfloat16 = type = xpu = ipu = share_memory = _same
    to_empty = compile = _same

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        return None

    def _hook(self, *_, **__):
        return _Handle()

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        return self._kept("_before", hook, with_kwargs, prepend)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        return self._kept("_after", hook, with_kwargs, prepend)

    def _kept(self, place, hook, named, first):
        trace.changes += 1
        held = self.__dict__.setdefault(place, [])
        held.insert(0 if first else len(held), (hook, named))
        return _Handle(held, held[0 if first else -1])

    def _backward_hook(self, *_, **__):
        trace.say("warning", "unsupported-op",
                  "The hook on gradients is not run: they stay as they are.", trace.here())
        return _Handle()

    register_backward_hook = register_full_backward_hook = register_full_backward_pre_hook = _backward_hook
    register_load_state_dict_post_hook = register_state_dict_pre_hook = _hook
    _register_state_dict_hook = _register_load_state_dict_pre_hook = register_state_dict_post_hook = _hook
    register_load_state_dict_pre_hook = _hook

    def _get_name(self):
        return self.__class__.__name__

    def extra_repr(self):
        return ""

    def __repr__(self):
        return f"{type(self).__name__}({self.extra_repr()})"


def _prepared(module, hook, named, arguments, options):
    changed = hook(module, arguments, options) if named else hook(module, arguments)
    if changed is None:
        return arguments, options
    if named:
        return changed
    return (changed if isinstance(changed, tuple) else (changed,)), options


class _Handle:
    def __init__(self, held=None, kept=None):
        self._held, self._kept = held, kept

    def remove(self):
        if self._held is not None and self._kept in self._held:
            self._held.remove(self._kept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def _type_name(value):
    return f"{type(value).__module__}.{type(value).__name__}".replace("builtins.", "")


def _drop(module, name):
    """A name stands for one thing."""
    own = module.__dict__
    own.pop(name, None)
    for place in ("_parameters", "_buffers", "_modules"):
        held = own.get(place)
        if held is not None and name in held:
            # Assigning again keeps the place in the order, as in PyTorch.
            if not (place == "_parameters" and isinstance(held[name], Tensor)) and place != "_modules":
                del held[name]


def _holds(value, depth=0):
    """Whether a value holds tensors or modules, which belong to the model that is read now."""
    if isinstance(value, (Tensor, Module)):
        return True
    if depth < 3 and isinstance(value, (list, tuple, dict)):
        return any(_holds(v, depth + 1) for v in (value.values() if isinstance(value, dict) else value))
    return False


def _enter(module, arguments):
    if arguments and replay.is_first(type(module)) and all(isinstance(a, Tensor) for a in arguments):
        replay.called(module, arguments)


def _note(into, value, depth=0):
    if isinstance(value, Tensor):
        if value._id is None and value.is_complex():
            # It stands in the graph as its two parts.
            for part in value._pair:
                _note(into, part, depth)
        elif value._id not in into and len(into) < 1000:
            into.append(value._id)
    elif depth < 4:
        if isinstance(value, dict):
            value = value.values()
        if isinstance(value, (list, tuple)) or type(value).__name__ == "dict_values":
            for v in value:
                _note(into, v, depth + 1)
        elif hasattr(value, "__dataclass_fields__"):
            _note(into, dict(vars(value)), depth + 1)


class Sequential(Module):
    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def forward(self, input):
        for module in self:
            input = module(input)
        return input

    def _key(self, index):
        count = len(self._modules)
        index = index.__index__()
        if not -count <= index < count:
            raise IndexError(f"index {index} is out of range")
        return next(itertools.islice(self._modules, index % count, None))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return self._modules[self._key(index)]

    def __setitem__(self, index, module):
        trace.changes += 1
        self._modules[self._key(index)] = module

    def __delitem__(self, index):
        trace.changes += 1
        kept = [m for i, m in enumerate(self._modules.values()) if i not in _picked(index, len(self._modules))]
        self._modules.clear()
        for i, m in enumerate(kept):
            self._modules[str(i)] = m

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __add__(self, other):
        return Sequential(*self, *other)

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for m in modules:
            self.append(m)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        trace.changes += 1
        self._modules.clear()
        return self.extend(modules)

    def pop(self, key):
        module = self[key]
        del self[key]
        return module


def _picked(index, count):
    return range(count)[index] if isinstance(index, slice) else [range(count)[index]]


class _Unread(Module):
    """In the place of a part whose code is not here: the rest of the model shows, and its call says what is missing."""

    def __init__(self, what):
        super().__init__()
        self.what = what
        self._shown = what._vitrine_unknown

    def forward(self, *arguments, **options):
        return self.what(*arguments, **options)


class ModuleList(Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self._modules.values())[index])
        index = index.__index__()
        count = len(self._modules)
        if not -count <= index < count:
            raise IndexError(f"index {index} is out of range")
        return self._modules[str(index % count)]

    def __setitem__(self, index, module):
        trace.changes += 1
        self._modules[str(range(len(self))[index])] = module

    __delitem__ = Sequential.__delitem__
    __len__ = Sequential.__len__
    __iter__ = Sequential.__iter__
    append = Sequential.append
    insert = Sequential.insert
    pop = Sequential.pop

    def __add__(self, other):
        return ModuleList([*self, *other])

    def __iadd__(self, modules):
        return self.extend(modules)

    def extend(self, modules):
        for m in modules:
            self.append(m)
        return self

    def forward(self, *_):
        raise NotImplementedError('Module [ModuleList] is missing the required "forward" function')


class ModuleDict(Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        trace.changes += 1
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def keys(self):
        return self._modules.keys()

    def items(self):
        return self._modules.items()

    def values(self):
        return self._modules.values()

    def pop(self, key):
        trace.changes += 1
        return self._modules.pop(key)

    def clear(self):
        trace.changes += 1
        self._modules.clear()

    def update(self, modules):
        for key, m in modules.items() if hasattr(modules, "items") else modules:
            self.add_module(key, m)


class ParameterList(Module):
    def __init__(self, values=None):
        super().__init__()
        object.__setattr__(self, "_size", 0)
        for v in values or ():
            self.append(v)

    def append(self, value):
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        setattr(self, str(self._size), value)
        object.__setattr__(self, "_size", self._size + 1)
        return self

    def extend(self, values):
        for v in values:
            self.append(v)
        return self

    def __len__(self):
        return self._size

    def __iter__(self):
        return (getattr(self, str(i)) for i in range(self._size))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)([getattr(self, str(i)) for i in range(self._size)[index]])
        return getattr(self, str(range(self._size)[index]))

    def __setitem__(self, index, value):
        setattr(self, str(range(self._size)[index]), value)


    def extra_repr(self):
        return "\n".join(
            f"  ({i}): Parameter containing: [torch.{p.dtype.name} of size {'x'.join(str(d) for d in p.shape)}]"
            for i, p in enumerate(self)
        )


class ParameterDict(Module):
    def __init__(self, parameters=None):
        super().__init__()
        object.__setattr__(self, "_keys", {})
        self.update(parameters or {})

    def __setitem__(self, key, value):
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        self._keys[key] = None
        setattr(self, key, value)

    def __getitem__(self, key):
        return getattr(self, key)

    def __contains__(self, key):
        return key in self._keys

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)

    def keys(self):
        return self._keys.keys()

    def items(self):
        return [(k, self[k]) for k in self._keys]

    def values(self):
        return [self[k] for k in self._keys]

    def extra_repr(self):
        return "\n".join(
            f"  ({k}): Parameter containing: [torch.FloatTensor of size {'x'.join(str(d) for d in p.shape)}]"
            for k, p in self.items()
        )

    def update(self, parameters):
        for k, v in parameters.items() if hasattr(parameters, "items") else parameters:
            self[k] = v

