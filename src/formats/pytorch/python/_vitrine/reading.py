"""Reads one model class: makes it, calls its forward with symbolic inputs, tells what happened."""

import ast
import contextlib
import inspect
import re
import sys

from . import advice, arguments, channel, inputs, likeness, policies, replay, sizes, standing, state, trace, trees, unknown


def place(file, node):
    return [file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset]


def worded(error):
    name = type(error).__name__
    if isinstance(error, trace.ShapeMismatch):
        name = "RuntimeError"
    elif isinstance(error, (trace.Unsupported, trace.Repeated)):
        return str(error)
    elif isinstance(error, trace.SymbolicSize):
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    # A line that it names would stay behind when the code moves.
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, KeyError) and len(error.args) == 1:
        text = repr(error.args[0])
    return f"{name}: {text}"[:2000] if text else name


def code_of(error):
    if isinstance(error, trace.ShapeMismatch):
        return "shape-mismatch"
    if isinstance(error, trace.Unsupported):
        return "unsupported-op"
    if isinstance(error, trace.SymbolicSize):
        return "input-shape-needed"
    return "python-error"


class _OfBatch(trace.ShapeMismatch):
    """The dimension that was taken for the rows is something else: `size` would have to be `number`."""

    def __init__(self, size, number):
        super().__init__(f"The batch's size {size} would have to be {number}")
        self.size, self.number = size, number


class Reading:
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
        return place(self.scope.name, node)

    def name_place(self):
        """The first line of the class statement."""
        file, line, column, _, _ = self.place()
        statement = self.statement()
        before = "class " if self.instance is None else "def " if isinstance(statement, ast.FunctionDef) else ""
        return [file, line, column, line, column + len(before) + len(self.name)]

    def forward_inputs(self):
        """Names of forward's arguments that need a tensor."""
        signature = inspect.signature(self.cls.forward)
        static = isinstance(inspect.getattr_static(self.cls, "forward"), (staticmethod, classmethod))
        names = []
        for p in list(signature.parameters.values())[0 if static else 1 :]:
            if p.kind == p.VAR_POSITIONAL and not names:
                names.append(p.name)
            elif p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
                names.append(p.name)
        if not names and (self.request.get("input") is not None or self.optional):
            # All may be left out, and without any there is nothing to work on.
            names = [p.name for p in list(signature.parameters.values())[0 if static else 1 :]
                     if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is None][:1]
        return names

    def shapes(self, names):
        """Lists of (shape, dtype), one for each input, likeliest first."""
        layers = self.wanted if self.wanted is not None else inputs.candidates(self.model)
        if not self.lazy:
            self.wanted = layers
        given = self.request.get("input")
        if given is not None:
            return inputs.given_shapes(given, layers, len(names))
        found = inputs.guesses(layers, self.shown(), len(names))
        called = trace.entered.get(self.cls)
        if called and len(called) >= len(names) and inputs.as_part(called[: len(names)]) not in found[:1]:
            found.insert(0, inputs.as_part(called[: len(names)]))
        return found

    def shown(self):
        """Examples of inputs in the file."""
        return self.outside(lambda: inputs.examples(self.scope))

    @staticmethod
    def outside(look):
        """What is looked for in the whole file is for all of its classes: what runs for it is no forward's own."""
        ran = trace.ran
        if standing.current is not None:
            trace.ran = standing.current.outside
        try:
            return look()
        finally:
            trace.ran = ran

    # Forward

    def trace(self):
        mark = channel.ask("mark")["nodes"]
        found = trace.mark_diagnostics()
        stated = self.request.get("inputs")
        if stated:
            self.attempt_stated(stated, mark, found)
            if self.error is not None:
                self.report(self.error)
            return
        try:
            names = self.forward_inputs()
        except (TypeError, ValueError):
            names = ["x"]
        if policies.without_forward(self.cls):
            if not policies.give_forward(self.cls, self.model, self.name_place()):
                policies.say_missing(self.cls, self.scope, self.name_place())
                return
            found = trace.mark_diagnostics()
            names = ["x"]
        if not names:
            self.attempt([], [], mark, found)
            if self.error is not None:
                self.optional = True
                names = self.forward_inputs()
            if not names:
                if self.error is not None:
                    self.report(self.error)
                return
        if self.fails_as_called(names, mark, found):
            if self.error is not None:
                self.report(self.error)
            return
        self.search(names, mark, found)
        if self.error is not None:
            self.search_parts(names, mark, found)
        if self.error is not None:
            self.report(self.error)

    def fails_as_called(self, names, mark, found):
        """
        Tries what the file itself calls the class with. True where that fails, as the call in the file would; what is
        read stays open in the sizes that the call happens to have.
        """
        if self.request.get("input") is not None or self.instance is not None:
            return False
        shown = self.outside(lambda: inputs.shown_to(self.scope, self.cls.__name__, self.is_alike))
        if not shown or len(shown) != len(names):
            return False
        rows = [(("N", *s[1:]), k) for s, k in shown]
        self.attempt(names, rows, mark, found)
        if self.error is None and self.settled(rows) is None:
            return False
        first = self.error
        self.attempt(names, shown, mark, found)
        if not isinstance(self.error, trace.ShapeMismatch) and "but got torch.FloatTensor" not in str(self.error):
            return False
        if type(first) is type(self.error) and trace.where_raised(first) == trace.where_raised(self.error):
            # In the words of any number of rows, with their fix.
            self.attempt(names, rows, mark, found)
        self.guessed = ""
        return True

    def is_alike(self, call):
        """Whether a call in the file makes the class with what it was made with here."""
        if self.finder is None or self.finder.signature is None:
            return False
        found = self.finder.evaluated(call, self.scope, dict(self.scope.namespace))
        try:
            return found is not None and likeness.plain(self.whole(*found)) == likeness.plain(self.whole(*self.given))
        except likeness.Unlike:
            return False

    def whole(self, positional, keywords):
        """What a constructor is given, with its defaults."""
        defaults = {p.name: p.default for p in self.finder.parameters if p.default is not p.empty}
        return positional, sorted({**defaults, **keywords}.items())

    def attempt_stated(self, stated, mark, found):
        """Tries the inputs that were stated, by place or by the names of parts."""
        names = [i["name"] for i in stated]
        shapes = [(tuple(i["shape"]), i["dtype"]) for i in stated]
        self.attempt(names, shapes, mark, found)
        if isinstance(self.error, trace.SymbolicSize) and "N" in _symbols(self.error.expression):
            self.counted(names, shapes, mark, found)
        fixed, first = _of_one(shapes, self.error), self.error
        if self.error is None or fixed is not None and self.read_for(names, fixed, mark, found):
            return
        self.error = first
        own = self.forward_inputs()
        parts = {n: keys for n in own if (keys := inputs.parts_of(self.cls, n))}
        if parts and sum(len(parts.get(n, "1")) for n in own) == len(names):
            before, kept = self.error, trace.keep_diagnostics()
            self.parts = parts
            self.attempt(names, shapes, mark, found)
            if self.error is not None:
                self.parts, self.error = {}, before
                trace.restore_diagnostics(kept)

    def counted(self, names, shapes, mark, found):
        """Tries with a number for how many rows there are; the error stays the first one if that fails, too."""
        first = self.error
        trace.counting = True
        try:
            self.attempt(names, shapes, mark, found)
        finally:
            trace.counting = False
        if self.error is not None:
            self.error = first

    def search_parts(self, names, mark, found):
        """Tries once more with arguments that hold several tensors, where forward takes them apart."""
        parts = {n: keys for n in names if (keys := inputs.parts_of(self.cls, n))}
        if not parts:
            return
        before, kept = self.error, trace.keep_diagnostics()
        self.parts = parts
        flat = [k for n in names for k in ([inputs.part_name(n, key) for key in parts[n]] if n in parts else [n])]
        self.search(flat, mark, found)
        if self.error is not None:
            self.parts = {}
            self.error = before
            trace.restore_diagnostics(kept)

    def search(self, names, mark, found):
        """Tries shapes for inputs until one is read; leaves the error of the best of them."""
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
            if isinstance(self.error, trace.SymbolicSize) and "N" in _symbols(self.error.expression):
                self.counted(names, shapes, mark, found)
            for expression, number, at in examples:
                trace.say("hint", "example-size",
                          f"The size {expression} decides here what runs, and depends on the input: read with {number} as an "
                          "example. model.input in the experiment file gives another.", at or self.name_place(),
                          ask={"input": True})
            if self.error is None:
                settled = None if examples else self.settled(shapes)
                if settled is not None:
                    self.attempt(names, settled, mark, found)
                    if self.error is not None:
                        self.attempt(names, shapes, mark, found)
                if self.error is None:
                    return
            reached = channel.ask("mark")["nodes"] - mark
            if self.error is not None and any("N" in _symbols(size) for size, _ in channel.ask("met")["pairs"]):
                reached = -1
            # A shape without its batch is a last resort: its mistakes are not the user's.
            if isinstance(self.error, _OfBatch) or given and not any("N" in s for s, _ in shapes):
                reached = -1
            # With a shape that was given, what counts is the reading of it that got anywhere at all.
            at, (error, self.depends) = self.failed_at(), (self.error, False)
            solved = self.solved(shapes, error)
            if not solved and not given and "but got torch.FloatTensor instead" in str(error):
                # What looks rows up is given their numbers: of a sentence without a batch, too, where a batch fits nowhere.
                solved = [(("N", "T"), "int64") if len(s) < 3 else (s, "int64") for s, _ in shapes]
                if len(names) == 1:
                    queue.append([(("T",), "int64")])
                # That numbers with a point look up no rows is no mistake of the code.
                reached = -2
            if not solved and not given:
                # Lengths that were taken as examples stay open.
                change = self.scaled(names, shapes, mark, found)
                solved = change and _with_size(seen[-1], *change)
                self.error = error
            if best is None or (best[0] == 0 if given else at != best[3]) and reached > best[0]:
                best = (reached, shapes, self.depends, at)
            if solved and solved not in seen:
                queue.insert(0, solved)
            if isinstance(self.error, (MemoryError, RecursionError, trace.Unsupported)):
                break
        if best is None:
            trace.say("warning", "input-shape-needed",
                      f"The shape of the input of {self.cls.__name__} is not to be seen from its layers: give it as "
                      "model.input in the experiment file.", self.name_place(), ask={"input": True})
            return
        self.depends = best[2]
        if best[1] != shapes or self.guessed:
            self.attempt(names, best[1], mark, found)
        # Its words are of numbers where the code fixes them: 16 x 120, and no expression of the image's sides.
        at, settled = trace.where_raised(self.error), None if given else self.settled(best[1])
        if settled is not None:
            self.attempt(names, settled, mark, found)
            if self.error is not None and trace.where_raised(self.error) != at:
                self.attempt(names, best[1], mark, found)

    def read_for(self, names, shapes, mark, found):
        """Whether it is read with a number for its rows, as it fixes how many there are."""
        self.attempt(names, shapes, mark, found)
        if self.error is not None:
            return False
        shown = " and ".join(f"[{', '.join(str(d) for d in s)}]" for s, _ in shapes)
        trace.say("hint", "example-size",
                  f"forward of {self.cls.__name__} takes no batch, or one of a certain size alone: it is read for {shown}.",
                  self.name_place())
        return True

    def failed_at(self):
        """Where the last attempt failed, and after how many calls of layers: more nodes up to there tell nothing."""
        return trace.where_raised(self.error), sum(len(m._left) for m in self.modules)

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

    def scaled(self, names, shapes, mark, found):
        """
        The place of a size, the size and another one with which a layer gets as much as it wants, where that follows from
        it: it is tried with twice as much, and what comes out is a line through both.
        """
        fix = isinstance(self.error, trace.ShapeMismatch) and self.error.fix
        if not fix or not isinstance(fix["found"], int) or not isinstance(fix["expected"], int):
            return None
        # In the words of a fix, which changes the layer: it has so much, and would have to have what came.
        at, wants, came = trace.where_raised(self.error), fix["found"], fix["expected"]
        for place in sorted({i for s, _ in shapes for i, d in enumerate(s) if i and isinstance(d, int)}):
            held = {s[place] for s, _ in shapes if len(s) > place and isinstance(s[place], int)}
            if len(held) != 1:
                continue
            [size] = held
            self.attempt(names, _with_size(shapes, place, size, 2 * size), mark, found)
            again = isinstance(self.error, trace.ShapeMismatch) and self.error.fix
            if not again or trace.where_raised(self.error) != at or not isinstance(again["expected"], int):
                continue
            slope = (again["expected"] - came) / size
            if slope:
                self.depends = True
                wanted = (wants - came) / slope + size
                if wanted >= 1 and wanted == int(wanted):
                    return place, size, int(wanted)
        return None

    def settled(self, shapes):
        """Image and sequence sizes that later layers fix: where a symbolic size met a number."""
        met = channel.ask("met")["pairs"]
        return _sized(shapes, met) if met else None

    def attempt(self, names, shapes, mark, found, well=True):
        from torch import _tensor

        if self.request.get("input") is None and not self.request.get("inputs"):
            self.guessed = " and ".join(f"[{', '.join(str(d) for d in s)}]" for s, _ in shapes)
            self.count = len(shapes)
        channel.ask("rewind", nodes=mark)
        trace.rewind_diagnostics(found)
        if self.lazy:
            self.modules = list(self.model.modules())
        for m in self.modules:
            m._entered.clear()
            m._left.clear()
        self.outputs = []
        self.error = None
        trace.tracing, trace.misused = True, None
        trace.calls.clear()
        trace.entering.clear()
        changes = trace.changes, trace.reached
        # What a forward changed is taken back: where nobody has changed anything since, it begins as it did.
        known = self.fresh is not None and self.fresh[0] == changes and not self.lazy
        snapshot = self.fresh[1] if known else _state(self.modules)
        replay.fresh(well, self.told)
        try:
            tensors = [
                _tensor.graph_input(n, list(s), _tensor.DTYPES[k]) for n, (s, k) in zip(names, shapes)
            ]
            result = self.model(*self.together(tensors))
            for size, number in channel.ask("met")["pairs"]:
                # How many rows there are is nothing that a layer may fix.
                if "N" in _symbols(size):
                    raise _OfBatch(size, number)
            self.outputs = []
            _collect(result, self.outputs)
            if trace.misused is not None and self.say_misused():
                pass
            elif not self.outputs:
                trace.say("warning", "no-output", f"forward of {self.cls.__name__} returns no tensor.",
                          self.name_place())
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self.error = error
        finally:
            trace.tracing = False
            trace.calls.clear()
            if self.error is None:
                for cls, called in trace.entering.items():
                    trace.entered.setdefault(cls, called)
                    self.calls.setdefault(cls, called)
            _restore(snapshot, changes == (trace.changes, trace.reached))
            # What was told of modules as it began is true of the next attempt, too.
            self.told = () if self.lazy else replay.told()
            self.fresh = (trace.changes, trace.reached), snapshot
        if not replay.held():
            self.attempt(names, shapes, mark, found, False)

    def together(self, tensors):
        """The tensors as forward takes them: some of its arguments may hold several."""
        if not self.parts:
            return tensors
        left, out = list(tensors), []
        for name in self.forward_inputs():
            keys = self.parts.get(name)
            if keys is None:
                out.append(left.pop(0))
                continue
            held = {k: left.pop(0) for k in keys}
            out.append(held if isinstance(keys[0], str) else tuple(held.get(i) for i in range(max(keys) + 1)))
        return out

    def report(self, error):
        at = trace.where_raised(error) or self.name_place()
        fix = ask = None
        if isinstance(error, trace.SymbolicSize) and not self.request.get("inputs"):
            ask = {"input": True}
        if isinstance(error, trace.ShapeMismatch) and error.fix:
            fix = self.fix_for(error)
        message, severity, code = worded(error), "error", code_of(error)
        if trace.misused is not None and self.say_misused():
            return
        known = self.advised(error, at)
        if known is not None:
            code, words, fix = known
            kind = "RuntimeError" if isinstance(error, (trace.ShapeMismatch, RuntimeError)) else type(error).__name__
            message = f"{kind}: {words}" if words else message
            trace.say(severity, code, message, at, fix)
            return
        if _of_unknown(error):
            trace.say("hint", "unsupported-op", f"{message} (A value here comes from a library that is not here.)", at)
            return
        if self.partly and not isinstance(error, trace.ShapeMismatch):
            message = (f"{self.name} was made with examples in place of values that are not known here, and that fails: "
                       f"{message}. Give its arguments in an experiment file under model.arguments.")
            trace.say("information", "argument-needed", message, at, ask={"arguments": self.open} if self.open else None)
            return
        if self.guessed and self.takes_more():
            self.depends = True
        if self.guessed and (not fix or self.depends) and not _own_fault(error):
            # The shape may be what is wrong, and not the code.
            message += f" (The input was taken to be {self.guessed}; model.input in the experiment file says otherwise.)"
            ask = {"input": True}
            if self.depends:
                fix = None
            if not self.request.get("class"):
                severity = self.doubtful(error)
        trace.say(severity, code, message, at, fix, ask or self.asked_again(error))

    def say_misused(self):
        """Says that a layer was made of a tensor instead of called with it, where the file does so."""
        found = advice.layer_of_value(trace.misused, self.scope)
        if found is None:
            return False
        at, message, fix = found
        trace.say("error", "layer-not-called", message, at, fix)
        return True

    def doubtful(self, error):
        """How grave a failure is that the shape which was taken may have made: what people give parts is not to be seen."""
        of_shape = isinstance(error, (trace.ShapeMismatch, trace.Unsupported)) or "Dimension out of range" in str(error)
        is_plain = of_shape and self.count == 1 and not self.depends
        return "warning" if is_plain and not self.is_part() else "hint"

    def takes_more(self):
        """Whether forward takes any number of tensors: how many it is called with is not to be seen."""
        kinds = [p.kind for p in inspect.signature(self.cls.forward).parameters.values()]
        return inspect.Parameter.VAR_POSITIONAL in kinds

    def is_part(self):
        """Whether other classes of the file use it."""
        return self.instance is None and any(
            self.cls.__name__ in trees.names(c) for c in self.scope.tree.body
            if isinstance(c, ast.ClassDef) and c.name != self.cls.__name__
        )

    def asked_again(self, error):
        """Of what was answered, what may be wrong: it is asked for once more."""
        if isinstance(error, (AttributeError, NameError, SyntaxError, trace.Unsupported)):
            return None
        given = [p for p in self.request.get("arguments") or () if p in inspect.signature(self.cls.__init__).parameters]
        again = {"arguments": given} if given else {}
        if self.model is not None and self.request.get("input") is not None:
            again["input"] = True
        return again or None

    def advised(self, error, at):
        """(code, message, fix) of a mistake that has a name."""
        if isinstance(error, AttributeError):
            found = advice.missing_init(error, self.scope, self.statement())
            if found is not None:
                return "missing-super-init", *found
            found = advice.forgotten_self(error, self.scope, at) or advice.misspelt_attribute(error, self.scope, at)
            if found is not None:
                return "unknown-name", *found
        if isinstance(error, NameError):
            found = advice.forgotten_self(error, self.scope, at) or advice.misspelt_name(error, self.scope, at)
            if found is not None:
                return "unknown-name", *found
        found = (advice.not_viewable(error, self.scope, at) or advice.dimensions_of_norm(error, self.scope)
                 or advice.flattened(error, self.scope, at))
        if found is not None:
            return "shape-mismatch", *found
        found = advice.tuple_of_recurrent(error, self.scope, at)
        if found is not None:
            return "python-error", *found
        if isinstance(error, TypeError):
            found = advice.misspelt_keyword(error, self.scope, at)
            if found is not None:
                return "unknown-name", *found
        fix = advice.wants_indices(error, self.scope, at)
        return None if fix is None else ("dtype-mismatch", None, fix)

    def fix_for(self, error):
        """The module whose constructor has the argument: the innermost call that the error came through."""
        module = None
        argument = error.fix["argument"]
        for traceback in trace.passed(error):
            owner = traceback.tb_frame.f_locals.get("self")
            if owner is not None and hasattr(owner, "_defined") and not trace.in_workspace(traceback):
                try:
                    names = list(inspect.signature(type(owner).__init__).parameters)
                except (TypeError, ValueError):
                    names = []
                if argument in names:
                    module = owner, names.index(argument) - 1
        if module is None:
            return None
        return {"module": module[0]._number, "argument": argument, "position": module[1],
                "found": error.fix["found"], "expected": error.fix["expected"]}

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


#: Symbols that stand for the same number when one is looked for: images are square.
_TOGETHER = (("D", "H", "W"), ("L",), ("T",))


def _of_unknown(error):
    """Whether what failed, inside of what stands in for PyTorch, was given a value that is not known."""
    if isinstance(error, (trace.Unsupported, trace.ShapeMismatch)):
        return False
    last = [None, *trace.passed(error)][-1]
    return last is not None and not trace.in_workspace(last) and any(
        unknown.is_unknown(v) for v in last.tb_frame.f_locals.values()
    )


def _own_fault(error):
    """Whether the code fails so whatever it is given: a name that is not there, an attribute that the model does not have."""
    from torch import nn

    if isinstance(error, AttributeError):
        return isinstance(error.obj, nn.Module)
    if isinstance(error, trace.ShapeMismatch):
        # H and H-2 never meet, whatever H is.
        return re.search(r"tensor a \(\D.*\) must match the size of tensor b \(\D", str(error)) is not None
    return isinstance(error, NameError)


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


def _of_one(shapes, error):
    """Shapes with a number for the rows, where the model fixes how many there are; else None."""
    if not isinstance(error, _OfBatch):
        return None
    size = channel.ask("solve", pairs=[[error.size, error.number]], symbols=["N"]).get("size")
    return [(tuple(size if d == "N" else d for d in s), k) for s, k in shapes] if size else None


def _with_size(shapes, place, size, other):
    """Shapes with another number in a place where they have a certain one."""
    return [(tuple(other if i == place and d == size else d for i, d in enumerate(s)), k) for s, k in shapes]


def _exemplary(shapes, expression):
    """Shapes with a number for one of the sizes of an expression, and the number; none for the batch's."""
    for symbol in sorted(_symbols(expression) - {"N"}):
        number = sizes._hints.get(symbol, 16)
        if any(symbol in s for s, _ in shapes):
            return [(tuple(number if d == symbol else d for d in s), k) for s, k in shapes], number
    return None


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


def _state(modules):
    """What forward may change: tensors that buffers and plain attributes hold."""
    kept = []
    for m in modules:
        own = m.__dict__
        tensors = []
        for t in (*own["_parameters"].values(), *own["_buffers"].values()):
            if t is not None and t._id is not None:
                # What is only looked up later is no change.
                t._kind_of_type()
                tensors.append((t, dict(t.__dict__)))
        kept.append((m, dict(own), {k: dict(own[k]) for k in ("_parameters", "_buffers", "_modules")}, tensors))
    return kept


def _restore(kept, unchanged):
    """Takes back what forward changed; `unchanged` where nothing was set on a module."""
    for m, own, held, tensors in kept:
        if not unchanged:
            built = m.__dict__.get("_materialize")
            if built is not None:
                continue
            m.__dict__.clear()
            m.__dict__.update(own)
            for k, v in held.items():
                m.__dict__[k].clear()
                m.__dict__[k].update(v)
        for t, fields in tensors:
            now = t.__dict__
            if not state.is_same(now, fields):
                now.clear()
                now.update(fields)


def _collect(value, into, depth=0):
    import torch
    from torch import Tensor

    if isinstance(value, Tensor):
        # A complex output leaves the graph as its two parts.
        into.append(torch.view_as_real(value) if value.is_complex() else value)
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


def _symbols(size):
    return set(re.findall(r"[A-Za-z_]\w*", size))


def _mismatched(message):
    """Pairs of sizes that a message says do not match."""
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


