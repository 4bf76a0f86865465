"""
Constructor arguments that nobody gave: found where the workspace makes the class, by evaluating what stands there.

In this order: what the experiment file gives; a call at the top of the file or under its main guard; a function of
the file that makes the class, as it is called there, or that needs nothing itself; a call in the body of a function or
method; a configuration dataclass with defaults; the owner that makes it as its part; a call in another file that
imports it.
"""

import ast
import inspect
import itertools
import types

from . import handed_on, trace, trees, unknown

#: Arguments of these names hold many options.
_CONFIGS = ("config", "cfg", "conf", "args", "hparams", "opt", "params", "options", "model_args", "configuration")
#: Calls of these methods prepare what a later call uses.
_PREPARING = {"add_argument", "set_defaults", "add_argument_group", "update", "setdefault", "append", "extend", "insert",
              "merge_from_dict", "parse_args", "freeze"}
#: How many functions are called to see what they make.
_most_tried = 4
_TRAINING = {"backward", "step", "zero_grad", "train", "fit", "eval"}


def is_main_guard(node):
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def trains(node):
    """Whether a statement at the top of a file is a training loop and not a definition."""
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _TRAINING
        for n in trees.nodes(node)
    )


def branches(node, namespace, say):
    """
    Names that only a branch which is not taken would set: with what stands there, where it is a plain value, else
    unknown.
    """
    for n in _here(node):
        if not isinstance(n, ast.Assign) or len(n.targets) != 1 or not isinstance(n.targets[0], ast.Name):
            continue
        name = n.targets[0].id
        if name in namespace:
            continue
        try:
            namespace[name] = ast.literal_eval(n.value)
        except ValueError:
            continue
        say(n, f"{name} is set in a branch that is not taken here: read with {namespace[name]!r}, which stands here.")
    for n in _here(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            namespace.setdefault(n.id, unknown.make(n.id))


def _here(node):
    """What stands in a statement, without the bodies of functions and classes."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _here(child)


def unknown_targets(node, namespace):
    for n in trees.nodes(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            namespace.setdefault(n.id, unknown.make(n.id))
        elif isinstance(n, ast.alias) and n.name != "*":
            bound = n.asname or n.name.split(".")[0]
            namespace.setdefault(bound, unknown.make(bound))


class Options(dict):
    """A dictionary of an experiment file where the code wants an object with attributes, or a dictionary."""

    def __getattr__(self, name):
        if name in self:
            value = self[name]
            return Options(value) if type(value) is dict else value
        raise AttributeError(f"the options have no {name}: give it under model.arguments")

    def __setattr__(self, name, value):
        self[name] = value


class Scope:
    """One file with the names that its top level gave."""

    def __init__(self, name, tree, namespace, run):
        self.name, self.tree, self.namespace, self.run = name, tree, namespace, run
        #: What inputs.examples found.
        self.examples = None

    def evaluate(self, node, namespace):
        return self.run.evaluate(node, self.name, namespace)

    def execute(self, node, namespace):
        self.run.execute(node, self.name, namespace)


class Finder:
    def __init__(self, cls, scope, given, say):
        self.cls, self.scope, self.given, self.say = cls, scope, dict(given or {}), say
        self.signature = None
        self.parameters = []
        self.missing = []
        #: True when some of what was found is not a value that is known, and the names of those arguments.
        self.partly = False
        self.open = []
        unknown.give(self.given)

    def find(self, callers=()):
        """(positional, keywords), or None with the names that are missing in `self.missing`."""
        try:
            self.signature = inspect.signature(self.cls.__init__)
        except (TypeError, ValueError):
            return (), self.given
        self.parameters = list(self.signature.parameters.values())[1:]
        given = self.checked()
        self.missing = [
            p.name
            for p in self.parameters
            if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY, p.POSITIONAL_ONLY)
            and p.name not in given
        ]
        if any(p.kind == p.VAR_KEYWORD for p in self.parameters):
            self.missing += [name for name in handed_on.wanted(self.cls, self.scope.tree) if name not in given]
        if not self.missing:
            return (), given
        partly = None
        for positional, values in self.candidates(callers):
            values = {k: unknown.known(v) for k, v in {**values, **given}.items()}
            if any(name not in values for name in self.missing):
                continue
            open_ones = sum(_is_open(v) for v in values.values())
            if not open_ones:
                return positional, values
            if partly is None or open_ones < partly[0]:
                partly = open_ones, positional, values
        self.partly = partly is not None
        self.open = [name for name, v in partly[2].items() if _is_open(v)] if partly else []
        return partly[1:] if partly else None

    def others(self):
        """What calls and functions of the class's own file give, where its defaults alone do not make it."""
        if not self.parameters or self.given:
            return
        own = self.scope
        found = itertools.chain(self.calls(own, _top_blocks(own.tree)), self.called_factories(own), self.factories(own))
        for positional, values in found:
            if not any(_is_open(v) for v in (*positional, *values.values())):
                yield positional, values

    def candidates(self, callers):
        own = self.scope
        for found in self.calls(own, _top_blocks(own.tree)):
            yield found
        for found in self.called_factories(own):
            yield found
        for found in self.factories(own):
            yield found
        made = trace.made.get(self.cls)
        if made is not None:
            found = self.bound(*made)
            if found is not None:
                yield found
        for found in self.calls(own, _bodies(own)):
            yield found
        config = self.config()
        if config is not None:
            yield (), config
        for caller in callers:
            for found in self.calls(caller, _top_blocks(caller.tree)):
                yield found
            for found in self.factories(caller):
                yield found
            for found in self.calls(caller, _bodies(caller)):
                yield found

    # What was given

    def checked(self):
        given = self.given
        keywords = any(p.kind == p.VAR_KEYWORD for p in self.parameters)
        if not keywords:
            for name in given:
                if all(p.name != name for p in self.parameters) and not unknown.is_name(name):
                    known = ", ".join(p.name for p in self.parameters) or "none"
                    self.say("warning", "unknown-argument",
                             f"{self.cls.__name__} has no constructor argument {name}; it takes: {known}.")
            given = {k: v for k, v in given.items() if any(p.name == k for p in self.parameters)}
        kinds = {p.name: p.annotation for p in self.parameters}
        return {k: self.meant(v, kinds.get(k), k) for k, v in given.items()}

    def meant(self, value, kind, name):
        """A value of an experiment file as the constructor wants it."""
        if not isinstance(value, dict):
            return value
        if set(value) == {"python"} and isinstance(value["python"], str):
            node = ast.parse(value["python"], mode="eval").body
            return self.scope.evaluate(node, dict(self.scope.namespace))
        if isinstance(kind, str):
            kind = self.scope.namespace.get(kind)
        if not _is_config(kind) and name in _CONFIGS:
            kind = self.own_config(name)
        value = {k: self.meant(v, None, k) for k, v in value.items()}
        if _is_config(kind):
            return kind(**value)
        return Options(value)

    def only_dataclass(self):
        kinds = [v for v in self.scope.namespace.values()
                 if isinstance(v, type) and hasattr(v, "__dataclass_fields__")]
        return kinds[0] if len(kinds) == 1 else None

    def config(self):
        """Missing arguments that are annotated with dataclasses of defaults, or are called like a configuration."""
        found = {}
        for p in self.parameters:
            if p.name not in self.missing:
                continue
            kind = p.annotation
            if isinstance(kind, str):
                kind = self.scope.namespace.get(kind)
            if not _is_config(kind):
                kind = self.own_config(p.name)
            if kind is None:
                return None
            try:
                found[p.name] = kind()
            except Exception:
                return None
        return found

    def own_config(self, name):
        """The configuration class that the class names itself (`config_class`), or the only one of the file."""
        named = getattr(self.cls, "config_class", None)
        if name in _CONFIGS and _is_config(named) and self.is_needless(named):
            return named
        return self.only_dataclass() if name in _CONFIGS else None

    @staticmethod
    def is_needless(kind):
        """Whether the workspace's code says how it is made with nothing: the base of all configurations has no sizes."""
        code = getattr(kind.__init__, "__code__", None)
        return hasattr(kind, "__dataclass_fields__") or code is not None and code.co_filename.startswith(trace.WORKSPACE)

    # Calls

    def bound(self, positional, keywords):
        try:
            found = self.signature.bind_partial(None, *positional, **keywords)
        except TypeError:
            return None
        values = dict(list(found.arguments.items())[1:])
        rest = ()
        for p in self.parameters:
            if p.kind == p.VAR_KEYWORD and p.name in values:
                values.update(values.pop(p.name))
            elif p.kind == p.VAR_POSITIONAL and p.name in values:
                rest = values.pop(p.name)
        if not rest:
            return (), values
        # What follows a starred argument can be given by place only.
        before = [p.name for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        if any(name not in values for name in before):
            return None
        return (*[values.pop(name) for name in before], *rest), values

    def calls(self, scope, blocks):
        name = self.cls.__name__
        for block, parameters in blocks:
            if not _mentions(block, name):
                continue
            namespace = {**scope.namespace, **parameters(scope)}
            last = None
            for node in _simple(block):
                if trees.mentions(node, name):
                    last = node
            # What a function's parameters are by default says which of its branches they are for.
            taken = None if parameters is _nothing else lambda test: _known_bool(test, scope, namespace)
            for node in _simple(block, taken) if last is not None else ():
                for call in trees.nodes(node):
                    if isinstance(call, ast.Call) and _called_name(call) == name and not _is_of_torch(call.func, namespace):
                        found = self.evaluated(call, scope, namespace)
                        if found is not None:
                            yield found
                # What follows the last call tells nothing of it.
                if node is last:
                    break
                _follow(node, scope, namespace)

    def evaluated(self, call, scope, namespace):
        positional, keywords = [], {}

        def value(node):
            try:
                return scope.evaluate(node, namespace)
            except Exception:
                return unknown.make(ast.unparse(node)[:80])

        try:
            for a in call.args:
                if isinstance(a, ast.Starred):
                    positional.extend(scope.evaluate(a.value, namespace))
                else:
                    positional.append(value(a))
            for k in call.keywords:
                if k.arg:
                    keywords[k.arg] = value(k.value)
                else:
                    keywords.update(scope.evaluate(k.value, namespace))
        except Exception:
            return None
        return self.bound(positional, keywords)

    def makers(self, scope):
        """Functions of a file that make the class, themselves or by others of them, in their order."""
        functions = {n.name: n for n in scope.tree.body if isinstance(n, ast.FunctionDef)}
        names = {k: trees.names(f) for k, f in functions.items()}
        makers = {k for k, used in names.items() if self.cls.__name__ in used}
        grown = True
        while grown:
            more = {k for k, used in names.items() if k not in makers and used & makers}
            grown = bool(more)
            makers |= more
        return {k: f for k, f in functions.items() if k in makers}

    def factories(self, scope):
        """What functions that need nothing make the class with."""
        wanted = [name for name, function in self.makers(scope).items() if is_maker(function)]
        for name in wanted[:_most_tried]:
            yield from self.captured(scope.namespace.get(name))

    def called_factories(self, scope):
        """What functions make the class with as they are called at the top of the file, or under its main guard."""
        makers = {name for name, function in self.makers(scope).items() if not trains(function) and name != "main"}
        tried = 0
        for block, _ in _top_blocks(scope.tree) if makers else ():
            if not any(_mentions(block, name) for name in makers):
                continue
            namespace = dict(scope.namespace)
            for node in _simple(block):
                calls = [n for n in trees.nodes(node) if isinstance(n, ast.Call) and _called_name(n) in makers]
                for call in calls:
                    tried += 1
                    if tried <= _most_tried:
                        yield from self.captured(lambda: scope.evaluate(call, namespace))
                if not calls:
                    _follow(node, scope, namespace)

    def captured(self, function):
        """What the class is made with when a function is called, if it is."""
        trace.wanted = self.cls
        trace.caught = None
        try:
            function()
        except (Exception, SystemExit, trace.Stop):
            pass
        finally:
            trace.wanted = None
        made, trace.caught = trace.caught, None
        found = self.bound(*made) if made is not None else None
        if found is not None:
            yield found


def _called_name(call):
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _is_of_torch(node, namespace):
    """Whether a name stands for what is PyTorch's: `nn.Embedding` is no class Embedding of a file."""
    if isinstance(node, ast.Name):
        found = namespace.get(node.id)
    else:
        names = ast.unparse(node).split(".")
        found = namespace.get(names[0])
        for name in names[1:]:
            found = getattr(found, name, None) if isinstance(found, types.ModuleType) else None
    return isinstance(found, type) and found.__module__.split(".")[0] == "torch"


def _mentions(block, name):
    return any(trees.mentions(statement, name) for statement in block)


def is_maker(node):
    """Whether a statement is a function that can be called with nothing, to see what it makes."""
    return isinstance(node, ast.FunctionDef) and not _needs(node) and not trains(node) and node.name != "main"


def _needs(function):
    a = function.args
    positional = len(a.posonlyargs) + len(a.args)
    return positional > len(a.defaults) or any(d is None for d in a.kw_defaults)


def _nothing(scope):
    return {}


def _top_blocks(tree):
    guards = [n for n in tree.body if is_main_guard(n)]
    rest = [n for n in tree.body if not isinstance(n, (ast.ClassDef, ast.FunctionDef)) and not is_main_guard(n)]
    for guard in guards:
        yield guard.body, _nothing
    for node in rest:
        yield [node], _nothing


def _bodies(scope):
    for node in scope.tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.body, _parameters_of(node)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield method.body, _parameters_of(method)


def _is_config(kind):
    """Whether it is a class of settings with defaults: a dataclass, or a configuration in transformers' manner."""
    if not isinstance(kind, type) or unknown.is_unknown(kind):
        return False
    return hasattr(kind, "__dataclass_fields__") or hasattr(kind, "attribute_map") and hasattr(kind, "model_type")


def _is_open(value):
    """Whether a value is not known, or a configuration with a field that waits for its value."""
    if unknown.is_unknown(value):
        return True
    fields = getattr(type(value), "__dataclass_fields__", ())
    return any(getattr(value, f, 0) is None or unknown.is_unknown(getattr(value, f, 0)) for f in fields)


def _parameters_of(function):
    """What a function's parameters are when it is called with nothing: their defaults, or unknown."""

    def names(scope):
        a = function.args
        positional = [*a.posonlyargs, *a.args]
        out = {p.arg: unknown.make(p.arg) for p in [*positional, *a.kwonlyargs]}
        pairs = list(zip(positional[len(positional) - len(a.defaults):], a.defaults))
        pairs += [(p, d) for p, d in zip(a.kwonlyargs, a.kw_defaults) if d is not None]
        for p, default in pairs:
            try:
                out[p.arg] = scope.evaluate(default, scope.namespace)
            except Exception:
                continue
        if a.vararg:
            out[a.vararg.arg] = ()
        if a.kwarg:
            out[a.kwarg.arg] = {}
        return out

    return names


def _follow(node, scope, namespace):
    """Runs a statement for the names that it sets."""
    prepares = (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in _PREPARING
    )
    sets = isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign))
    defines = isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
    if not (prepares or defines or sets and not trains(node)):
        return
    try:
        scope.execute(node, namespace)
    except (Exception, SystemExit):
        unknown_targets(node, namespace)


def _known_bool(test, scope, namespace):
    """What the test of an `if` gives, where it is plainly true or false."""
    try:
        value = scope.evaluate(test, namespace)
    except Exception:
        return None
    return value if type(value) is bool else None


def _simple(statements, taken=None):
    """
    Statements of a block in order, also inside of with, try, if and for; of an `if` both branches, unless `taken` says
    of its test which one.
    """
    for node in statements:
        if isinstance(node, (ast.With, ast.Try, ast.If, ast.For)):
            known = taken(node.test) if taken is not None and isinstance(node, ast.If) else None
            if known is not False:
                yield from _simple(node.body, taken)
            if isinstance(node, ast.If) and known is not True:
                yield from _simple(node.orelse, taken)
        else:
            yield node
