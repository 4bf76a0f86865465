"""Reads the model classes of one file: imports it, makes each class, calls its forward, tells what happened."""

import argparse
import ast
import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types

from . import (arguments, channel, checks, files, guarded, modes, nets, optional, parsed, replay, script, sizes, standing,
               trace, trees, unknown, unrun)
from .reading import Reading
from .reports import code_of, worded
from .stage import Stage


#: Texts of the files of the last request.
_texts = {}


def _range(*arguments):
    for a in arguments:
        if unknown.is_unknown(a) and a._vitrine_unknown.startswith("len("):
            # Of a data set that is not here there is nothing to go through.
            return range(0)
    if any(sizes.is_symbolic(a) for a in arguments):
        return sizes.SymRange(*arguments)
    return range(*arguments)


class Source:
    """One file of the workspace."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tree = None

    def parse(self):
        if self.tree is None:
            self.tree = parsed.parse(self.name, self.text)
        return self.tree


def _execute(source, namespace, is_main=False):
    """
    Runs a file statement by statement. One that fails leaves its names unknown and a finding, as a broken line at
    the top of a file does not make the classes below it unreadable. Loops that train are not run. Of what stands under
    the guard of the main file is run what its classes ask for.
    """
    watched = trace.script is not None
    tree = script.watched(source.name, source.text) if watched else source.parse()
    _execute_all(source, namespace, tree.body, watched)
    if is_main:
        _execute_all(source, namespace, guarded.statements(tree, namespace), watched)


def _execute_all(source, namespace, statements, watched):
    for node in statements:
        if arguments.is_main_guard(node) or isinstance(node, ast.While):
            continue
        if isinstance(node, (ast.For, ast.With, ast.Expr, ast.Assign)) and arguments.trains(node):
            arguments.unknown_targets(node, namespace)
            continue
        try:
            code = script.compiled(node, source.name) if watched else parsed.statement(node, source.name)
            replay.watch(code)
            trace.begin_statement()
            exec(code, namespace)
        except (MemoryError, RecursionError):
            raise
        except BaseException as error:
            definition = isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom))
            at = trace.where_raised(error) or trees.place(source.name, node)
            if not _prints(node):
                trace.say("warning" if definition else "hint", "not-run", worded(error), at)
            arguments.unknown_targets(node, namespace)
        if isinstance(node, (ast.If, ast.Try)):
            arguments.branches(node, namespace, lambda n, text: trace.say(
                "hint", "example-value", text, trees.place(source.name, n)))


def _prints(node):
    """What only shows something is nothing to a model."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"


class _WorkspaceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the files that the reader was given, and no others."""

    def __init__(self, sources, main):
        self.sources, self.main = sources, main

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
        if source is None:
            return
        module.__file__ = module.__spec__.origin
        _prepare(module.__dict__)
        if module.__spec__.submodule_search_locations is not None and source.name != self.main:
            # A package above what is imported: its own file may import a hundred others, so it waits until it is asked.
            object.__setattr__(module, "_waiting", source)
            module.__class__ = _Package
            return
        _execute(source, module.__dict__)


class _Package(types.ModuleType):
    """A package whose __init__.py runs when a name is first asked for that it does not have."""

    def __setattr__(self, name, value):
        # An import gives a package its part by the part's name. Where the package's file takes what has the same name
        # from a part (`from .attention import attention`), it would have come later, and that is what is asked for.
        is_part = isinstance(value, types.ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        if not is_part or self._part(name) is None:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        # One name that it takes from a part needs that part alone; so do parts that import each other through it.
        part = None if name.startswith("__") else self._part(name)
        if part is not None:
            try:
                value = getattr(importlib.import_module(part[0]), part[1])
            except (ImportError, AttributeError):
                pass
            else:
                return self.__dict__.setdefault(name, value)
        # So does a part itself that its file has no other name for.
        elsewhere = name.startswith("_") or name in self._taken or "*" in self._taken
        module = None if elsewhere else self._submodule(name)
        if module is not None:
            return module
        source = self.__dict__.pop("_waiting", None)
        if source is not None:
            _execute(source, self.__dict__)
            if name in self.__dict__:
                return self.__dict__[name]
        own = self.__dict__.get("__getattr__")
        if own is not None:
            return own(name)
        # A part of the package that something else would have imported by now.
        module = None if name.startswith("_") else self._submodule(name)
        if module is not None:
            return module
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def _submodule(self, name):
        part = f"{self.__name__}.{name}"
        return importlib.import_module(part) if importlib.util.find_spec(part) is not None else None

    def _part(self, name):
        """(module, name) of what `from .part import name` at the top of its file says, once and without a condition."""
        taken = self.__dict__.get("_taken")
        if taken is None:
            taken = {}
            source = self.__dict__.get("_waiting")
            try:
                tree = source.parse() if source is not None else None
            except (SyntaxError, ValueError, RecursionError):
                tree = None
            for node in tree.body if tree is not None else ():
                for bound, found in _taken_by(node, self.__name__):
                    taken[bound] = None if bound in taken else found
            object.__setattr__(self, "_taken", taken)
        return taken.get(name)


def _taken_by(node, package):
    """Names that a statement at the top of a package's file binds, and where they come from if that is a part of it."""
    if isinstance(node, ast.ImportFrom):
        base = package.split(".")
        base = base[: len(base) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            inside = node.module and module.startswith(package + ".")
            yield alias.asname or alias.name, (module, alias.name) if inside and alias.name != "*" else None
    elif not isinstance(node, ast.Expr):
        for n in trees.nodes(node):
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
                yield n.id, None
            elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield n.name, None
            elif isinstance(n, ast.alias):
                yield n.asname or n.name, None


def _prepare(namespace):
    namespace[modes.NAME], namespace[modes.EITHER] = modes.both, modes.either
    namespace["__vitrine_int__"] = sizes.to_int
    namespace["__vitrine_range__"] = _range
    namespace["__vitrine_len__"] = sizes.to_len
    checks.prepare(namespace)
    optional.prepare(namespace)
    script.prepare(namespace)


def read(request):
    global _texts
    # What an edit leaves is not sent again.
    _texts = {name: _texts[name] if text is None else text for name, text in request["files"].items()}
    sources = {name: Source(name, text) for name, text in _texts.items()}
    replay.wanted = not request.get("whole")
    main = sources[request["main"]]
    # A script's options have their defaults here; a required one that is missing is None.
    argparse.ArgumentParser.error = lambda self, message: None
    stage = Stage(main.name, dict(_texts), _WorkspaceFinder(sources, main.name))
    with stage:
        _read(main, sources, stage, request)


def _read(main, sources, stage, request):
    from torch import nn

    try:
        try:
            main.parse()
        except SyntaxError as error:
            line, column = error.lineno or 1, max(0, (error.offset or 1) - 1)
            _finding("error", "syntax-error", f"SyntaxError: {error.msg}",
                     [main.name, line, column, error.end_lineno or line, max(column + 1, (error.end_offset or 1) - 1)])
            return
        except (ValueError, RecursionError, MemoryError) as error:
            _finding("error", "syntax-error", worded(error), [main.name, 1, 0, 1, 0])
            return
        if request.get("script"):
            _read_script(main, request)
            return
        if not request.get("whole"):
            trace.ran = {}
        name = request["module"]
        is_package = main.name.endswith("/__init__.py") and name.endswith(".__init__")
        package = name = name.removesuffix(".__init__") if is_package else name
        if not is_package:
            package, _, _ = name.rpartition(".")
        above = package.rpartition(".")[0] if is_package else package
        if above:
            importlib.import_module(above)
        # A package that imports its parts has run the file already.
        module = sys.modules.get(name)
        if getattr(module, "__file__", None) != main.name:
            module = types.ModuleType(name)
            if is_package:
                module.__path__ = []
            module.__file__ = main.name
            module.__package__ = package
            sys.modules[name] = module
            _prepare(module.__dict__)
            if script.may_train(main.tree):
                # How wide a model is follows from its data. While one types, large files are not gone through.
                files.opened(main.name, request.get("home", ""), None if request.get("class") else 5_000_000)
            try:
                _execute(main, module.__dict__, True)
            finally:
                files.closed()
        for found in trace.take_diagnostics():
            # What does not run in another file matters where it is used, and is shown when that file is open.
            if found["severity"] == "error" or found.get("at", [main.name])[0] == main.name:
                channel.ask("finding", diagnostic=found)
        channel.ask("keep")
        scope = arguments.Scope(main.name, main.tree, module.__dict__, Runner)
        classes = [
            value
            for label, value in module.__dict__.items()
            if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == name
            and value.__name__ == label
        ]
        trace.classes.update(classes)
        if trace.ran is not None:
            standing.begin(main, module, request)
        _read_classes(classes, request, scope, lambda: _callers(request, sources))
        read = {c.__name__ for c in classes}
        for label, value in list(module.__dict__.items()):
            # A model that no class names: `model = nn.Sequential(…)` at the top of the file.
            if isinstance(value, nn.Module) and type(value) not in classes and request.get("class") in (None, label) and (
                request.get("only") is None or label in request["only"]
            ) and not script.is_loss(value):
                Reading(type(value), request, scope, label, value).run()
                classes.append(type(value))
                read.add(label)
        for function in nets.builders(scope, classes):
            if request.get("class") in (None, function.__name__) and request.get("only") is None:
                standing.current = None
                _read_built(function, request, scope)
                read.add(function.__name__)
        unrun.tell(scope)
        for found in trace.take_diagnostics():
            channel.ask("finding", diagnostic=found)
        is_lacking = not classes or request.get("class") not in (None, *read)
        if is_lacking and (script.may_train(main.parse()) or nets.may_make(main.parse())):
            standing.current = None
            _read_script(main, request)
        standing.end(scope, stage)
    except (Exception, SystemExit, KeyboardInterrupt, trace.Stop) as error:
        _finding("error", code_of(error), worded(error), trace.where_raised(error) or [main.name, 1, 0, 1, 0])
    finally:
        standing.current = None
        for found in trace.take_diagnostics():
            channel.ask("finding", diagnostic=found)


def _read_script(main, request):
    """The file's own training, and the models in it that are no class."""
    namespace = {"__name__": "__main__", "__file__": main.name, "__builtins__": builtins}
    module = types.ModuleType("__main__")
    kept = sys.modules.get("__main__")
    module.__dict__.update(namespace)
    sys.modules["__main__"] = module
    _prepare(module.__dict__)
    files.opened(main.name, request.get("home", ""))
    try:
        tree = script.watched(main.name, main.text)
        statements = []
        for node in tree.body:
            statements += node.body if arguments.is_main_guard(node) else [node]

        failed = []

        def execute(node):
            try:
                exec(script.compiled(node, main.name), module.__dict__)
            except (script.Trained, script.NotSeen, MemoryError, RecursionError):
                raise
            except BaseException as error:
                at = trace.where_raised(error) or trees.place(main.name, node)
                if trace.script.backwards and trace.script.changed():
                    # What fails behind the step is nothing to it.
                    raise script.Trained from error
                if arguments.trains(node) or trace.script.loss is not None:
                    raise script.NotSeen(worded(error), at) from error
                before = set(module.__dict__)
                arguments.unknown_targets(node, module.__dict__)
                failed.append((worded(error), at, set(module.__dict__) - before))

        with nets.Watching() as seen:
            trained = script.may_train(tree) or request.get("script")
            made = script.read(main.name, statements, execute, failed) if trained else script.tried(statements, execute)
        if not request.get("script"):
            seen.look(module.__dict__)
            _read_nets(main, request, module, made, seen.found())
    finally:
        files.closed()
        if kept is not None:
            sys.modules["__main__"] = kept


def _read_nets(main, request, module, trained, found):
    """Models that only the run has: made in a function, under the main guard, or once for each fold."""
    tree = main.parse()
    if trained is not None:
        found = [trained, *[(name, model) for name, model in found if model is not trained[1]]]
    held = found or list(nets.returned(tree, module.__dict__))
    channel.ask("keep")
    scope = arguments.Scope(main.name, tree, module.__dict__, Runner)
    for name, model in held:
        # Those of the file's own classes are read as these.
        is_own = type(model).__module__ == "__main__"
        if request.get("class") in (None, name) and name in (request.get("only") or [name]) and not is_own:
            Reading(type(model), request, scope, name, model).run()


def _read_built(function, request, scope):
    """A model that a function returns, made with what the file calls it with, or what was given for it."""
    from torch import nn

    name = function.__name__
    finder = arguments.Finder(nets.asked(function), scope, request.get("arguments"), trace.say)
    mark = trace.mark_diagnostics()
    found = finder.find()
    trace.rewind_diagnostics(mark)
    model = None
    if found is not None and not finder.partly:
        channel.ask("start")
        try:
            model = function(*found[0], **found[1])
        except (Exception, SystemExit) as error:
            trace.say("hint", "not-run", worded(error), trace.where_raised(error))
    if isinstance(model, nn.Module):
        channel.ask("keep")
        Reading(type(model), request, scope, name, model).run()
    elif found is None:
        channel.ask("start")
        lacking = Reading(nn.Sequential, request, scope, name, function)
        lacking.ask_for(finder.missing)
        lacking.finish()


class Runner:
    """Runs parts of files in given names, with the meaning that the files' own code has."""

    @staticmethod
    def evaluate(node, name, namespace):
        return eval(parsed.expression(node, name), namespace)

    @staticmethod
    def execute(node, name, namespace):
        exec(parsed.statement(node, name), namespace)


def _read_classes(classes, request, scope, callers):
    """
    The classes that can be made first: what makes a part tells how the part is made. Then the rest, with what other
    files say of them.
    """
    wanted = request.get("class")
    only = request.get("only")
    asked = [c for c in classes if (wanted is None or c.__name__ == wanted) and (only is None or c.__name__ in only)]
    later = [c for c in asked if not Reading(c, request, scope).run()]
    if not later:
        return
    channel.ask("open", classes=[c.__name__ for c in later])
    # Whoever asks for some by `only` knows that the others have nothing to do with them.
    if only is None and len(asked) < len(classes):
        for c in classes:
            if c not in asked and any(p not in trace.made for p in later):
                Reading(c, {}, scope).run(quiet=True)
    with standing.Wider():
        others = callers()
    # Parts stand before what they are part of: from the end, so that the whole comes first.
    left = []
    for c in reversed(later):
        if not Reading(c, request, scope).run(callers=others):
            left.append(c)
    for c in left:
        Reading(c, request, scope).run(last=True, callers=others)


def _callers(request, sources):
    """Other files that name a class of the main one, as far as they can be run."""
    out = []
    mark = trace.mark_diagnostics()
    channel.ask("start")
    for file in request.get("callers") or ():
        dotted = file[len(trace.WORKSPACE):].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        try:
            sources[file].parse()
            module = importlib.import_module(dotted)
        except (Exception, SystemExit, KeyboardInterrupt):
            continue
        out.append(arguments.Scope(file, sources[file].tree, module.__dict__, Runner))
    trace.rewind_diagnostics(mark)
    channel.ask("keep")
    return out


def _finding(severity, code, message, at):
    channel.ask("finding", diagnostic={"severity": severity, "code": code, "message": message, "at": at})


def main():
    channel.open_device()
    read(channel.ask("request"))


def again():
    """Reads a file that stands, if its new text changes no more than a function."""
    channel.open_device()
    standing.again(channel.ask("again"))
