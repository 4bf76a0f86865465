"""Reads one model class: makes it, calls its forward with symbolic inputs, tells what happened."""

import ast
import contextlib

from . import advice, arguments, channel, standing, state, trace, trees, unknown, unrun
from .reports import Reports
from .search import Search


class Reading(Search, Reports):
    def __init__(self, cls, request, scope, name=None, instance=None):
        self.cls, self.request, self.scope = cls, request, scope
        #: What the file calls it: the class's name, or a variable's.
        self.name = name or cls.__name__
        self.instance = instance
        #: Values that are examples in the constructor's arguments: what fails may fail for them.
        self.partly = False
        self.open = []
        self.model = None
        #: What it was made with, and who found that.
        self.given, self.finder = ((), {}), None
        #: Arguments that were read with examples.
        self.examples = []
        #: The number of such a place that it may take over.
        self.slot = None
        #: Where it stood before its forward was called; whether forward has changed what it cannot begin with again.
        self.held = None
        self.changed = False
        self._names = None
        #: Of the model as its constructor left it: its modules, what was told of them, the shapes that they may want, and
        #: what was handed over of them.
        self.modules, self.told, self.wanted, self.handed = (), (), None, None
        #: What forward may change of it, as it begins, and how much of any module had been changed by then.
        self.fresh = None
        #: Whether a layer is made at its first call only, and whether layers stand in lists (None while that is not seen).
        self.lazy, self.lists = False, None
        #: With what shape it is called itself by classes of the file.
        self.called_with = None
        #: How it was run, what that gave, what was known then of how the class is made, and what was found of others.
        self.asked, self.done, self.known, self.makes = {}, None, None, {}
        #: Whether its constructor asks for arguments, and codes that ran where these were looked for and it was made.
        self.needing, self.built = False, {}
        #: Names of what had been read with an example before it, and with it.
        self.exampled = set(), set()
        self.begin()

    def begin(self):
        """Nothing is known yet of what forward does."""
        self.outputs = []
        #: The input's shape as text while one is tried that nobody gave.
        self.guessed = ""
        #: Whether the sizes that do not match follow from that shape, and how many inputs it is of.
        self.depends, self.count = False, 1
        self.error = None
        #: Keys or places of the tensors in those arguments of forward that hold several.
        self.parts = {}
        #: Whether an argument of forward that may be left out is given a tensor.
        self.optional = False
        #: Codes that ran in it, and with what shapes it calls the classes of the file.
        self.ran, self.calls = {}, {}

    def run(self, quiet=False, last=False, callers=()):
        """
        Reads the class and hands it over (unless `quiet`). False when its constructor's arguments are not known as
        they should be and it may be tried again, with `last`, when more has been read.
        """
        self.asked = {"quiet": quiet, "last": last, "callers": callers}
        with standing.Noting(self):
            self.done = self._run(quiet, last, callers)
        return self.done

    def _run(self, quiet, last, callers):
        channel.ask("start")
        trace.begin_statement()
        trace.take_diagnostics()
        finder = arguments.Finder(self.cls, self.scope, self.request.get("arguments"),
                                  lambda *what: trace.say(*what, self.name_place()))
        with self.reporting():
            mark = trace.mark_diagnostics()
            found = ((), {}) if self.instance is not None else finder.find(callers)
            self.partly, self.open, self.needing = finder.partly, finder.open, bool(finder.missing)
            if finder.missing:
                # What the search ran is no concern of the class.
                trace.rewind_diagnostics(mark)
            if not last and (found is None or finder.partly):
                return False
            if found is None:
                self.ask_for(finder.missing)
            else:
                trace.building = True
                self.model = self.made(finder, found) if self.instance is None else self.instance
                _settle(self.model)
                self.modules = list(self.model.modules())
                self.lazy = any("_materialize" in m.__dict__ for m in self.modules)
                self.examples = finder.open
                if standing.current is not None:
                    self.hold(quiet)
                self.called()
        if not quiet:
            self.finish()
        if self.held is not None:
            self.settle()
        return True

    @contextlib.contextmanager
    def reporting(self):
        """Whatever the file raises in between is a finding."""
        try:
            yield
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self.report(error)
        finally:
            trace.tracing = trace.building = False
            trace.calls.clear()

    def called(self):
        """Calls forward, and says what is to be said of the model."""
        self.trace()
        self.ask_for_better(self.examples)
        if self.lists is not False:
            self.lists = advice.plain_lists(self.model, self.modules, self.scope)
        if self.error is None:
            advice.unused_layers(self.modules, self.scope)

    # Once more

    def hold(self, quiet):
        """Notes all that forward begins with."""
        try:
            if quiet:
                raise state.Refused("it is read for others alone")
            made = state.of_model(self.modules)
        except state.Refused:
            standing.current.steady = False
            return
        self.held = (channel.hold(self.slot), trace.keep_diagnostics(), made, unknown.exampled())
        self.called_with = trace.entered.get(self.cls)
        trace.ran = self.ran

    def settle(self):
        """Notes whether it could begin again."""
        try:
            _, _, made, exampled = self.held
            self.changed = not made.holds() or unknown.exampled() != exampled
        except state.Refused:
            self.changed = True

    def again(self):
        """As `run` from where forward is called, and hands it over anew."""
        held, said, _, exampled = self.held
        channel.back(held)
        later = unknown.exampled()
        unknown.set_exampled(exampled)
        trace.restore_diagnostics(said)
        self.called_with = trace.entered.get(self.cls)
        self.begin()
        trace.ran = self.ran
        for m in self.modules:
            m._entered.clear()
            m._left.clear()
        trace.building = True
        with self.reporting():
            self.called()
        self.finish()
        self.settle()
        unknown.set_exampled(later)

    def parts_named(self):
        """Names of the modules in modules, and in lists."""
        if self._names is None:
            self._names = {name for m in self.modules for name in (m.__dict__ if self.lists else m._modules)}
        return self._names

    def made(self, finder, found):
        """The model. Defaults that do not make it give way to what the file itself makes it with."""
        mark = channel.ask("mark")["nodes"]
        self.given, self.finder = found, finder
        try:
            return self.cls(*found[0], **found[1])
        except (Exception, SystemExit) as error:
            for positional, values in finder.others():
                channel.ask("rewind", nodes=mark)
                self.given = positional, values
                try:
                    return self.cls(*positional, **values)
                except (Exception, SystemExit):
                    continue
            raise error

    def ask_for(self, missing):
        # A building block that another class makes is no finding unless it was asked for.
        name = self.name
        part = any(
            name in trees.names(c) for c in self.scope.tree.body if isinstance(c, ast.ClassDef) and c.name != name
        )
        severity = "error" if self.request.get("class") else "hint" if part else "information"
        trace.say(
            severity,
            "argument-needed",
            f"To read {name}, give a value for its constructor argument"
            f"{'s' if len(missing) > 1 else ''} {', '.join(missing)}: in the experiment file under model.arguments, as "
            "a default in the constructor, or by making the model in an `if __name__ == \"__main__\":` block.",
            self.name_place(),
            ask={"arguments": missing},
        )

    def ask_for_better(self, names):
        """What was read with examples in the place of arguments: their values would tell more."""
        if not names or self.instance is not None:
            return
        trace.say(
            "hint", "example-value",
            f"{self.name} is read with examples for {', '.join(names)}: what {'they are' if len(names) > 1 else 'it is'} "
            "comes from something that is not run here. Their values under model.arguments in the experiment file say it.",
            self.name_place(), ask={"arguments": names},
        )

    def statement(self):
        for node in self.scope.tree.body:
            if self.instance is not None:
                if isinstance(node, ast.Assign) and _binds(node, self.name):
                    return node
            elif isinstance(node, ast.ClassDef) and node.name == self.name:
                return node
        if self.instance is not None:
            # In a function, or what a function makes.
            return next((n for n in trees.nodes(self.scope.tree) if _binds(n, self.name)), None)
        for node in trees.nodes(self.scope.tree):
            if isinstance(node, ast.ClassDef) and node.name == self.cls.__name__:
                return node
        return None

    def place(self):
        node = self.statement()
        if node is None:
            return [self.scope.name, 1, 0, 1, 0]
        return trees.place(self.scope.name, node)

    def name_place(self):
        """The first line of the class statement."""
        file, line, column, _, _ = self.place()
        statement = self.statement()
        before = "class " if self.instance is None else "def " if isinstance(statement, ast.FunctionDef) else ""
        return [file, line, column, line, column + len(before) + len(self.name)]

    # The result

    def finish(self):
        modules, aliases = [], []
        constructed = self.model is not None
        if self.handed is not None:
            modules = [(m._entered, m._left) for m in self.handed]
            aliases = None
        elif constructed:
            names = {}
            whole = {}
            for path, m in self.model.named_modules(remove_duplicate=False):
                before = f"{path}." if path else ""
                if m in whole:
                    # A module with two names: so have its parameters.
                    for tensor in (*m._parameters.values(), *m._buffers.values()):
                        if tensor is not None and tensor._id in names:
                            name = next(k for held in (m._parameters, m._buffers) for k, t in held.items() if t is tensor)
                            aliases.append((tensor._id, before + name))
                    continue
                whole[m] = path
                held = []
                own = m.__dict__
                for place, kind in (("_parameters", "parameter"), ("_buffers", "buffer")):
                    for name, tensor in own.get(place, {}).items():
                        if tensor is None or tensor._id is None:
                            continue
                        if tensor._id in names:
                            aliases.append((tensor._id, before + name))
                            continue
                        names[tensor._id] = name
                        known = "constant" if kind == "buffer" and name in m._non_persistent_buffers_set else kind
                        held.append((name, tensor._id, known, kind == "parameter" and bool(tensor.requires_grad),
                                     tensor.is_complex()))
                modules.append((
                    m._number, path, own.get("_shown", type(m).__name__), _printed(m),
                    channel.spot(m._defined) if path else None, held, m._entered, m._left,
                ))
            if self.held is not None and not any(map(_prints_itself, {type(m) for m in whole})):
                self.handed = list(whole)
        if self.instance is None and isinstance(self.statement(), ast.ClassDef):
            unrun.tell(self.scope, self.statement())
        answer = channel.ask(
            "finish", **{"class": self.name}, definition=self.place(),
            outputs=[t._id for t in self.outputs], modules=modules, aliases=aliases,
            diagnostics=trace.take_diagnostics(), constructed=constructed,
        )
        if "error" in answer:
            raise RuntimeError(f"{self.name} could not be handed over: {answer['error']}")


def _binds(node, name):
    """Whether a statement gives a name its value: an assignment, or a function of that name."""
    if isinstance(node, ast.FunctionDef):
        return node.name == name
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)


def _prints_itself(cls):
    """Whether the file's own code says how modules of a class are shown."""
    code = getattr(cls.extra_repr, "__code__", None)
    return code is None or code.co_filename.startswith(trace.WORKSPACE)


def _printed(module):
    try:
        return str(module.extra_repr())[:1000]
    except Exception:
        return ""


def _settle(model):
    """What a constructor computed into a parameter or buffer is how it begins."""
    from torch.nn import _module

    for path, m in model.named_modules():
        for held in (m.__dict__.get("_parameters", {}), m.__dict__.get("_buffers", {})):
            for name, tensor in held.items():
                if tensor is not None and tensor._id is not None and tensor._init is None:
                    tensor._become(_module.settled(tensor, f"{path}.{name}" if path else name))
