"""Reads the model classes of one file: imports it, makes each class, calls its forward, tells what happened."""

import argparse
import ast
import builtins
import importlib
import importlib.abc
import importlib.machinery
import inspect
import itertools
import linecache
import sys
import types

from . import channel, sizes, trace, unknown

#: What calls of these names mean when a size is symbolic. The tree is changed, not the names, so that
#: `isinstance(x, int)` stays what it is.
_CALLS = {"int": "__vitrine_int__", "range": "__vitrine_range__"}


def _range(*arguments):
    for a in arguments:
        if sizes.is_symbolic(a):
            raise trace.SymbolicSize(repr(a))
    return range(*arguments)


class _Calls(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            node.func = ast.copy_location(ast.Name(_CALLS[node.func.id], ast.Load()), node.func)
        return node


def _is_main_guard(node):
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


_TRAINING = {"backward", "step", "zero_grad", "train", "fit", "eval"}


def _trains(node):
    """Whether a statement at the top of a file is a training loop and not a definition."""
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _TRAINING
        for n in ast.walk(node)
    )


class Source:
    """One file of the workspace."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tree = None

    def parse(self):
        if self.tree is None:
            self.tree = ast.parse(self.text, self.name)
        return self.tree


def _execute(source, namespace):
    """
    Runs a file statement by statement. One that fails leaves its names unknown and a finding, as a broken line at
    the top of a file does not make the classes below it unreadable. Loops that train are not run.
    """
    tree = _Calls().visit(source.parse())
    for node in tree.body:
        if _is_main_guard(node) or isinstance(node, ast.While):
            continue
        if isinstance(node, (ast.For, ast.With, ast.Expr, ast.Assign)) and _trains(node):
            _unknown_targets(node, namespace)
            continue
        module = ast.fix_missing_locations(ast.Module([node], []))
        try:
            exec(compile(module, source.name, "exec", dont_inherit=True), namespace)
        except (MemoryError, RecursionError):
            raise
        except BaseException as error:
            definition = isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom))
            at = trace.where_raised(error) or _place(source.name, node)
            trace.say("warning" if definition else "hint", "not-run", _worded(error), at)
            _unknown_targets(node, namespace)


def _unknown_targets(node, namespace):
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            namespace.setdefault(n.id, unknown.make(n.id))


def _place(file, node):
    return [file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset]


def _worded(error):
    name = type(error).__name__
    if isinstance(error, trace.ShapeMismatch):
        name = "RuntimeError"
    elif isinstance(error, trace.Unsupported):
        return str(error)
    elif isinstance(error, trace.SymbolicSize):
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    text = str(error)
    if isinstance(error, KeyError) and len(error.args) == 1:
        text = repr(error.args[0])
    return f"{name}: {text}"[:2000] if text else name


def _code_of(error):
    if isinstance(error, trace.ShapeMismatch):
        return "shape-mismatch"
    if isinstance(error, trace.Unsupported):
        return "unsupported-op"
    if isinstance(error, trace.SymbolicSize):
        return "input-shape-needed"
    return "python-error"


class _WorkspaceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the files that the reader was given, and no others."""

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        base = trace.WORKSPACE + name.replace(".", "/")
        for file, package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if file in self.sources:
                spec = importlib.machinery.ModuleSpec(name, self, origin=file, is_package=package)
                spec.has_location = False
                return spec
        if any(f.startswith(base + "/") for f in self.sources):
            spec = importlib.machinery.ModuleSpec(name, self, origin=None, is_package=True)
            return spec
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        source = self.sources.get(module.__spec__.origin)
        if source is not None:
            module.__file__ = module.__spec__.origin
            _prepare(module.__dict__)
            _execute(source, module.__dict__)


def _prepare(namespace):
    namespace["__vitrine_int__"] = sizes.to_int
    namespace["__vitrine_range__"] = _range


class _Quiet:
    """Standard output of a model's file goes nowhere."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        return None

    def isatty(self):
        return False


def _no_input(*_):
    raise EOFError("there is no input while a model is read")


def read(request):
    from torch import nn

    files = request["files"]
    sources = {name: Source(name, text) for name, text in files.items()}
    main = sources[request["main"]]
    sys.stdout = sys.stderr = _Quiet()
    builtins.input = _no_input
    sys.argv = [request["main"]]
    # A script's options have their defaults here; a required one that is missing is None.
    argparse.ArgumentParser.error = lambda self, message: None
    finder = _WorkspaceFinder(sources)
    unknown.Finder.own = {
        name[len(trace.WORKSPACE) :].split("/")[0].removesuffix(".py") for name in sources
    }
    missing = unknown.Finder()
    before = set(sys.modules)
    sys.meta_path[:0] = [finder]
    sys.meta_path.append(missing)
    for name, source in sources.items():
        linecache.cache[name] = (len(source.text), None, source.text.splitlines(True), name)
    try:
        try:
            main.parse()
        except SyntaxError as error:
            line, column = error.lineno or 1, max(0, (error.offset or 1) - 1)
            _finding("error", "syntax-error", f"SyntaxError: {error.msg}",
                     [main.name, line, column, error.end_lineno or line, max(column + 1, (error.end_offset or 1) - 1)])
            return
        except (ValueError, RecursionError, MemoryError) as error:
            _finding("error", "syntax-error", _worded(error), [main.name, 1, 0, 1, 0])
            return
        name = request["module"]
        is_package = main.name.endswith("/__init__.py") and name.endswith(".__init__")
        package = name = name.removesuffix(".__init__") if is_package else name
        if not is_package:
            package, _, _ = name.rpartition(".")
        above = package.rpartition(".")[0] if is_package else package
        if above:
            importlib.import_module(above)
        module = types.ModuleType(name)
        if is_package:
            module.__path__ = []
        module.__file__ = main.name
        module.__package__ = package
        sys.modules[name] = module
        _prepare(module.__dict__)
        _execute(main, module.__dict__)
        for found in trace.take_diagnostics():
            channel.ask("finding", diagnostic=found)
        wanted = request.get("class")
        for label, value in list(module.__dict__.items()):
            if (
                isinstance(value, type)
                and issubclass(value, nn.Module)
                and value.__module__ == name
                and value.__name__ == label
                and (wanted is None or label == wanted)
            ):
                _Reading(value, request, main, module.__dict__).run()
    except (Exception, SystemExit, KeyboardInterrupt, trace.Stop) as error:
        _finding("error", _code_of(error), _worded(error), trace.where_raised(error) or [main.name, 1, 0, 1, 0])
    finally:
        trace.tracing = False
        trace.calls.clear()
        for found in trace.take_diagnostics():
            channel.ask("finding", diagnostic=found)
        sys.meta_path[:] = [f for f in sys.meta_path if f is not finder and f is not missing]
        for added in set(sys.modules) - before:
            top = added.split(".")[0]
            if top in unknown.Finder.own or isinstance(sys.modules[added], unknown.StandIn) or sys.modules[added] is not None and getattr(sys.modules[added], "__file__", None) == request["main"]:
                del sys.modules[added]
        linecache.clearcache()
        unknown._made.clear()


def _finding(severity, code, message, at):
    channel.ask("finding", diagnostic={"severity": severity, "code": code, "message": message, "at": at})


class _NoInput(Exception):
    pass


class _Reading:
    def __init__(self, cls, request, source, namespace):
        self.cls, self.request, self.source, self.namespace = cls, request, source, namespace
        self.model = None
        self.outputs = []
        #: The input's shape as text while one is tried that nobody gave.
        self.guessed = ""

    def run(self):
        channel.ask("start")
        trace.take_diagnostics()
        try:
            arguments = self.arguments()
            if arguments is not None:
                trace.building = True
                self.model = self.cls(*arguments[0], **arguments[1])
                self.trace()
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self.report(error)
        finally:
            trace.tracing = trace.building = False
            trace.calls.clear()
        self.finish()

    def statement(self):
        for node in self.source.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == self.cls.__name__:
                return node
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.ClassDef) and node.name == self.cls.__name__:
                return node
        return None

    def place(self):
        node = self.statement()
        if node is None:
            return [self.source.name, 1, 0, 1, 0]
        return _place(self.source.name, node)

    def name_place(self):
        """The first line of the class statement."""
        file, line, column, _, _ = self.place()
        return [file, line, column, line, column + len("class ") + len(self.cls.__name__)]

    # Constructor arguments

    def arguments(self):
        given = dict(self.request.get("arguments") or {})
        try:
            signature = inspect.signature(self.cls.__init__)
        except (TypeError, ValueError):
            return (), given
        parameters = list(signature.parameters.values())[1:]
        missing = [
            p.name
            for p in parameters
            if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY, p.POSITIONAL_ONLY)
            and p.name not in given
        ]
        keywords = any(p.kind == p.VAR_KEYWORD for p in parameters)
        for name in given:
            if not keywords and all(p.name != name for p in parameters):
                known = ", ".join(p.name for p in parameters) or "none"
                trace.say("warning", "unknown-argument",
                          f"{self.cls.__name__} has no constructor argument {name}; it takes: {known}.",
                          self.name_place())
        if not keywords:
            given = {k: v for k, v in given.items() if any(p.name == k for p in parameters)}
        if not missing:
            return (), given
        for call, namespace in self.examples():
            try:
                positional, keywords_given = [], {}
                for a in call.args:
                    if isinstance(a, ast.Starred):
                        positional.extend(self.evaluate(a.value, namespace))
                    else:
                        positional.append(self.evaluate(a, namespace))
                for k in call.keywords:
                    value = self.evaluate(k.value, namespace)
                    keywords_given.update({k.arg: value} if k.arg else value)
                found = signature.bind_partial(None, *positional, **keywords_given)
            except Exception:
                continue
            values = {k: v for k, v in list(found.arguments.items())[1:]}
            for p in parameters:
                if p.kind == p.VAR_KEYWORD and p.name in values:
                    values.update(values.pop(p.name))
                elif p.kind == p.VAR_POSITIONAL:
                    values.pop(p.name, None)
            values = {**values, **given}
            if all(name in values and not _is_unknown(values[name]) for name in missing):
                return (), values
        config = self.config_for(missing, parameters)
        if config is not None:
            return (), {**config, **given}
        # A building block that another class makes is no finding unless it was asked for.
        trace.say(
            "error" if self.request.get("class") else "hint",
            "argument-needed",
            f"To read {self.cls.__name__}, give a value for its constructor argument"
            f"{'s' if len(missing) > 1 else ''} {', '.join(missing)}: in the experiment file under model.arguments, as "
            "a default in the constructor, or by making the model in an `if __name__ == \"__main__\":` block.",
            self.name_place(),
        )
        return None

    def config_for(self, missing, parameters):
        """One missing argument that is annotated with a dataclass of defaults: that dataclass."""
        found = {}
        for p in parameters:
            if p.name not in missing:
                continue
            kind = p.annotation
            if isinstance(kind, str):
                kind = self.namespace.get(kind)
            if not isinstance(kind, type) or not hasattr(kind, "__dataclass_fields__"):
                if p.name in ("config", "cfg", "conf", "args", "hparams"):
                    kinds = [v for v in self.namespace.values()
                             if isinstance(v, type) and hasattr(v, "__dataclass_fields__")]
                    kind = kinds[0] if len(kinds) == 1 else None
                else:
                    return None
            if kind is None:
                return None
            try:
                found[p.name] = kind()
            except Exception:
                return None
        return found

    def evaluate(self, node, namespace):
        expression = ast.fix_missing_locations(ast.Expression(_Calls().visit(node)))
        return eval(compile(expression, self.source.name, "eval"), namespace)

    def examples(self):
        """Calls of the class outside of classes, with the names that stand there."""
        blocks = [[n] for n in self.source.tree.body if not isinstance(n, (ast.ClassDef, ast.FunctionDef))]
        blocks += [n.body for n in self.source.tree.body if isinstance(n, ast.FunctionDef)]
        blocks.sort(key=lambda b: not (len(b) == 1 and _is_main_guard(b[0])))
        for block in blocks:
            namespace = dict(self.namespace)
            statements = block[0].body if len(block) == 1 and _is_main_guard(block[0]) else block
            for node in _simple(statements):
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and isinstance(call.func, (ast.Name, ast.Attribute)):
                        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
                        if name == self.cls.__name__:
                            yield call, namespace
                if isinstance(node, ast.Assign) and not _trains(node):
                    module = ast.fix_missing_locations(ast.Module([_Calls().visit(node)], []))
                    try:
                        exec(compile(module, self.source.name, "exec"), namespace)
                    except Exception:
                        _unknown_targets(node, namespace)

    # Input shapes

    def forward_inputs(self):
        """Names of forward's arguments that need a tensor."""
        signature = inspect.signature(self.cls.forward)
        names = []
        for p in list(signature.parameters.values())[1:]:
            if p.kind == p.VAR_POSITIONAL and not names:
                names.append(p.name)
            elif p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
                names.append(p.name)
        return names

    def candidates(self):
        """Shapes that the first input may have, likeliest first, from the layers in their order."""
        from torch import nn
        from torch.nn import _layers as L

        out = []

        def add(shape, dtype="float32"):
            if (shape, dtype) not in out:
                out.append((shape, dtype))

        tensors = [m for m in self.model.modules() if m is not self.model]
        for m in tensors:
            if isinstance(m, nn.Embedding):
                add(("N", "T"), "int64")
                add(("N",), "int64")
            elif isinstance(m, L._ConvNd):
                add(("N", m.in_channels or 3, *{1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}[m._n]))
            elif isinstance(m, nn.LazyLinear):
                add(("N", "F"))
            elif isinstance(m, nn.Linear):
                add(("N", m.in_features))
                add(("N", "T", m.in_features))
            elif isinstance(m, L.RNNBase):
                add(("N", "T", m.input_size) if m.batch_first else ("T", "N", m.input_size))
            elif isinstance(m, nn.BatchNorm1d):
                add(("N", m.num_features))
                add(("N", m.num_features, "L"))
            elif isinstance(m, (nn.BatchNorm2d, nn.InstanceNorm2d)):
                add(("N", m.num_features, "H", "W"))
            elif isinstance(m, nn.LayerNorm):
                add(("N", *m.normalized_shape))
                add(("N", "T", *m.normalized_shape))
            elif isinstance(m, nn.MultiheadAttention):
                add(("N", "T", m.embed_dim) if m.batch_first else ("T", "N", m.embed_dim))
            elif isinstance(m, (nn.LSTMCell, nn.GRUCell, nn.RNNCell)):
                add(("N", m.input_size))
            elif isinstance(m, nn.Bilinear):
                add(("N", m.in1_features))
            if len(out) >= 12:
                break
        for name, p in self.model.named_parameters():
            if p.ndim == 2:
                add(("N", p.shape[0]))
                add(("N", p.shape[1]))
                add(("N", "T", p.shape[0]))
            elif p.ndim == 1 and isinstance(p.shape[0], int):
                add(("N", p.shape[0]))
        add(("N", 1))
        return out[:16]

    def example_shapes(self):
        """Sizes of example tensors in the file, e.g. torch.randn(1, 3, 224, 224)."""
        found = []
        for node in ast.walk(self.source.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("randn", "rand", "zeros", "ones", "randint")
            ):
                arguments = node.args
                integers = node.func.attr == "randint"
                if integers:
                    arguments = [k.value for k in node.keywords if k.arg == "size"] or arguments[-1:]
                if len(arguments) == 1 and isinstance(arguments[0], (ast.Tuple, ast.List)):
                    arguments = arguments[0].elts
                try:
                    shape = [self.evaluate(a, dict(self.namespace)) for a in arguments]
                except Exception:
                    continue
                if shape and all(isinstance(d, int) and d > 0 for d in shape) and len(shape) >= 2:
                    found.append((tuple(shape), "int64" if integers else "float32"))
        return found

    def shapes(self, names):
        """Lists of (shape, dtype), one for each input, likeliest first."""
        layers = self.candidates()
        given = self.request.get("input")
        if given is not None:
            integers = layers and layers[0][1] == "int64"
            kinds = ["int64", "float32"] if integers else ["float32", "int64"]
            # Whoever gives one size gives that of a row: without it there is nothing left but the batch.
            batched = [("N", *given[1:])] if len(given) > 1 else []
            first = [(s, k) for k in kinds for s in (("N", *given), *batched, tuple(given))]
            if len(names) == 1:
                return [[f] for f in first]
            return [[f, *[r] * (len(names) - 1)] for f in first for r in [f, *layers[:4]]][:48]
        examples = self.example_shapes()
        first = []
        for shape, dtype in layers:
            # An example in the file settles what the layers leave open.
            for example, kind in examples:
                if kind == dtype and len(example) == len(shape) and all(
                    a == b or isinstance(a, str) for a, b in zip(shape[1:], example[1:])
                ) and any(isinstance(a, str) for a in shape[1:]) and "H" in shape:
                    first.append((("N", *example[1:]), dtype))
            first.append((shape, dtype))
        first += [(("N", *s[1:]), k) for s, k in examples]
        unique = list(dict.fromkeys(first))
        if len(names) == 1:
            return [[f] for f in unique]
        several = [[f] * len(names) for f in unique[:6]]
        pool = unique[:6]
        several += [list(c) for c in itertools.product(pool, repeat=len(names))][: 40]
        out = []
        for s in several:
            if s not in out:
                out.append(s)
        return out[:48]

    # Forward

    def trace(self):
        mark = channel.ask("mark")["nodes"]
        found = trace.mark_diagnostics()
        stated = self.request.get("inputs")
        if stated:
            self.attempt([i["name"] for i in stated], [(tuple(i["shape"]), i["dtype"]) for i in stated], mark, found)
            if self.error is not None:
                self.report(self.error)
            return
        try:
            names = self.forward_inputs()
        except (TypeError, ValueError):
            names = ["x"]
        if self.cls.forward is sys.modules["torch.nn"].Module.forward:
            self.report(NotImplementedError(
                f'Module [{self.cls.__name__}] is missing the required "forward" function'))
            return
        if not names:
            self.attempt([], [], mark, found)
            if self.error is not None:
                self.report(self.error)
            return
        best = None
        tried = 0
        given = self.request.get("input") is not None
        queue = self.shapes(names)
        seen = []
        while queue and tried < 60:
            shapes = queue.pop(0)
            if shapes in seen:
                continue
            seen.append(shapes)
            tried += 1
            self.attempt(names, shapes, mark, found)
            # A loop over a length that the input decides is read for one length.
            examples = []
            while isinstance(self.error, trace.SymbolicSize) and len(examples) < 4:
                exemplary = _exemplary(shapes, self.error.expression)
                if exemplary is None:
                    break
                examples.append((self.error.expression, exemplary[1], trace.where_raised(self.error)))
                shapes = exemplary[0]
                self.attempt(names, shapes, mark, found)
            for expression, number, at in examples:
                trace.say("hint", "example-size",
                          f"The size {expression} decides here what runs, and depends on the input: read with {number} as an "
                          "example. model.input in the experiment file gives another.", at or self.name_place())
            if self.error is None:
                settled = None if examples else self.settled(shapes)
                if settled is not None:
                    self.attempt(names, settled, mark, found)
                    if self.error is not None:
                        self.attempt(names, shapes, mark, found)
                if self.error is None:
                    return
            reached = channel.ask("mark")["nodes"] - mark
            # A shape without its batch is a last resort: its mistakes are not the user's.
            if given and not any("N" in s for s, _ in shapes):
                reached = -1
            # With a shape that was given, what counts is the reading of it that got anywhere at all.
            if best is None or (best[0] == 0 if given else True) and reached > best[0]:
                best = (reached, shapes)
            solved = self.solved(shapes, self.error)
            if solved and solved not in seen:
                queue.insert(0, solved)
            if isinstance(self.error, (MemoryError, RecursionError, trace.Unsupported)):
                break
        if best is None:
            trace.say("warning", "input-shape-needed",
                      f"The shape of the input of {self.cls.__name__} is not to be seen from its layers: give it as "
                      "model.input in the experiment file.", self.name_place())
            return
        if best[1] != shapes:
            self.attempt(names, best[1], mark, found)
        if self.error is not None:
            self.report(self.error)

    def solved(self, shapes, error):
        """Image sizes that make a size come out as a later layer wants it."""
        if not isinstance(error, trace.ShapeMismatch):
            return None
        pairs = []
        fix = error.fix
        if fix:
            pairs = [(fix["found"], fix["expected"]), (fix["expected"], fix["found"])]
        pairs += _mismatched(str(error))
        for expression, wanted in pairs:
            if isinstance(expression, str) and isinstance(wanted, int):
                return _sized(shapes, [[expression, wanted]])
        return None

    def settled(self, shapes):
        """Image and sequence sizes that later layers fix: where a symbolic size met a number."""
        met = channel.ask("met")["pairs"]
        return _sized(shapes, met) if met else None

    def attempt(self, names, shapes, mark, found):
        from torch import _tensor

        if self.request.get("input") is None and not self.request.get("inputs"):
            self.guessed = " and ".join(f"[{', '.join(str(d) for d in s)}]" for s, _ in shapes)
        channel.ask("rewind", nodes=mark)
        trace.rewind_diagnostics(found)
        for m in self.model.modules():
            m._entered.clear()
            m._left.clear()
        self.outputs = []
        self.error = None
        trace.tracing = True
        trace.calls.clear()
        snapshot = _state(self.model)
        try:
            inputs = [
                _tensor.graph_input(n, list(s), _tensor.DTYPES[k]) for n, (s, k) in zip(names, shapes)
            ]
            result = self.model(*inputs)
            for size, number in channel.ask("met")["pairs"]:
                # How many rows there are is nothing that a layer may fix.
                if "N" in _symbols(size):
                    raise trace.ShapeMismatch(f"The batch's size {size} would have to be {number}")
            self.outputs = []
            _collect(result, self.outputs)
            if not self.outputs:
                trace.say("warning", "no-output", f"forward of {self.cls.__name__} returns no tensor.",
                          self.name_place())
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self.error = error
        finally:
            trace.tracing = False
            trace.calls.clear()
            _restore(snapshot)

    def report(self, error):
        at = trace.where_raised(error) or self.name_place()
        fix = None
        if isinstance(error, trace.ShapeMismatch) and error.fix:
            fix = self.fix_for(error)
        message, severity = _worded(error), "error"
        if self.guessed and not fix:
            # The shape may be what is wrong, and not the code.
            message += f" (The input was taken to be {self.guessed}; model.input in the experiment file says otherwise.)"
            if not self.request.get("class"):
                severity = "warning"
        trace.say(severity, _code_of(error), message, at, fix)

    def fix_for(self, error):
        """The module whose constructor has the argument: the innermost call that the error came through."""
        traceback = error.__traceback__
        module = None
        argument = error.fix["argument"]
        while traceback is not None:
            owner = traceback.tb_frame.f_locals.get("self")
            if owner is not None and hasattr(owner, "_defined") and not traceback.tb_frame.f_code.co_filename.startswith(
                trace.WORKSPACE
            ):
                try:
                    names = list(inspect.signature(type(owner).__init__).parameters)
                except (TypeError, ValueError):
                    names = []
                if argument in names:
                    module = owner, names.index(argument) - 1
            traceback = traceback.tb_next
        if module is None:
            return None
        return {"module": module[0]._number, "argument": argument, "position": module[1],
                "found": error.fix["found"], "expected": error.fix["expected"]}

    # The result

    def finish(self):
        modules, parameters = [], []
        constructed = self.model is not None
        if constructed:
            ids = {}
            for path, m in self.model.named_modules():
                held = []
                for place, kind in (("_parameters", "parameter"), ("_buffers", "buffer")):
                    for name, tensor in m.__dict__.get(place, {}).items():
                        if tensor is None or tensor._id is None:
                            continue
                        full = f"{path}.{name}" if path else name
                        if kind == "buffer" and name in m._non_persistent_buffers_set:
                            known = "constant"
                        else:
                            known = kind
                        if tensor._id in ids:
                            ids[tensor._id]["aliases"].append(full)
                            continue
                        held.append(full)
                        entry = {"name": full, "aliases": [], "id": tensor._id, "kind": known,
                                 "trainable": kind == "parameter" and bool(tensor.requires_grad)}
                        ids[tensor._id] = entry
                        parameters.append(entry)
                modules.append({
                    "number": m._number, "path": path, "type": m.__dict__.get("_shown", type(m).__name__), "arguments": _printed(m),
                    "at": m._defined if path else None, "parameters": held, "inputs": m._entered, "outputs": m._left,
                })
        channel.ask(
            "finish", **{"class": self.cls.__name__}, definition=self.place(),
            outputs=[t._id for t in self.outputs], modules=modules, parameters=parameters,
            diagnostics=trace.take_diagnostics(), constructed=constructed,
        )


#: Symbols that stand for the same number when one is looked for: images are square.
_TOGETHER = (("D", "H", "W"), ("L",), ("T",))


def _sized(shapes, pairs):
    changed = shapes
    for group in _TOGETHER:
        symbols = [d for d in group if any(d in s for s, _ in changed)]
        if not symbols:
            continue
        size = channel.ask("solve", pairs=pairs, symbols=symbols).get("size")
        if size:
            changed = [(tuple(size if d in symbols else d for d in s), k) for s, k in changed]
    return changed if changed != shapes else None


def _exemplary(shapes, expression):
    """Shapes with a number for one of the sizes of an expression, and the number; none for the batch's."""
    for symbol in sorted(_symbols(expression) - {"N"}):
        number = sizes._hints.get(symbol, 16)
        if any(symbol in s for s, _ in shapes):
            return [(tuple(number if d == symbol else d for d in s), k) for s, k in shapes], number
    return None


def _printed(module):
    try:
        return str(module.extra_repr())[:1000]
    except Exception:
        return ""


def _state(model):
    """What forward may change: tensors that buffers and plain attributes hold."""
    kept = []
    for m in model.modules():
        own = m.__dict__
        kept.append((m, dict(own), {k: dict(own[k]) for k in ("_parameters", "_buffers", "_modules")},
                     [(t, dict(t.__dict__)) for t in (*own["_parameters"].values(), *own["_buffers"].values())
                      if t is not None and t._id is not None]))
    return kept


def _restore(kept):
    for m, own, held, tensors in kept:
        built = m.__dict__.get("_materialize")
        if built is not None:
            continue
        m.__dict__.clear()
        m.__dict__.update(own)
        for k, v in held.items():
            m.__dict__[k].clear()
            m.__dict__[k].update(v)
        for t, fields in tensors:
            t.__dict__.clear()
            t.__dict__.update(fields)


def _collect(value, into, depth=0):
    from torch import Tensor

    if isinstance(value, Tensor):
        into.append(value)
    elif hasattr(value, "_packed"):
        _collect(value.data, into, depth + 1)
    elif depth < 6:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            for v in value:
                _collect(v, into, depth + 1)
        elif hasattr(value, "__dataclass_fields__"):
            _collect(dict(vars(value)), into, depth + 1)


def _is_unknown(value):
    return isinstance(value, type) and hasattr(value, "_vitrine_unknown")


def _simple(statements):
    """Statements of a block in order, also inside of with and try."""
    for node in statements:
        if isinstance(node, (ast.With, ast.Try, ast.If, ast.For)):
            yield from _simple(node.body)
        else:
            yield node


def _symbols(size):
    import re

    return set(re.findall(r"[A-Za-z_]\w*", size))


def _mismatched(message):
    """Pairs of sizes that a message says do not match."""
    import re

    found = re.findall(r"\(([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*)\)", message)
    pairs = []
    match = re.search(r"size of tensor a \((.+)\) must match the size of tensor b \((.+)\) at", message)
    if match:
        for a, b in (match.groups(), match.groups()[::-1]):
            pairs.append((a, int(b) if b.isdigit() else b))
    match = re.search(r"\((.+)x(.+) and (.+)x(.+)\)", message)
    if match:
        _, a, b, _ = match.groups()
        pairs.append((a, int(b) if b.isdigit() else b))
    return [(a.replace(" ", ""), b) for a, b in pairs if found is not None]


def main():
    channel.open_device()
    read(channel.ask("request"))
