"""Looks for inputs with which a model's forward runs: what was given, what the file shows, what its layers want."""

import inspect
import re
import sys

from torch._layout import NotViewable

from . import channel, inputs, likeness, policies, replay, sizes, snapshot, standing, trace


class _OfBatch(trace.ShapeMismatch):
    """The dimension that was taken for the rows is something else: `size` would have to be `number`."""

    def __init__(self, size, number):
        super().__init__(f"The batch's size {size} would have to be {number}")
        self.size, self.number = size, number


class Search:
    """What a Reading tries."""

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
            if isinstance(self.error, NotViewable) and reached > 0:
                # The layers took it, and the code itself turned what it cannot see otherwise: no other shape gets further.
                reached = sys.maxsize
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
        if not isinstance(error, trace.ShapeMismatch) or error.side:
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
        begun = self.fresh[1] if known else snapshot.of(self.modules)
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
            snapshot.restore(begun, changes == (trace.changes, trace.reached))
            # What was told of modules as it began is true of the next attempt, too.
            self.told = () if self.lazy else replay.told()
            self.fresh = (trace.changes, trace.reached), begun
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
