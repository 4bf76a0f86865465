"""
A file as it stands after it was read: its names, its classes as they were made, and what of its code ran for each. An
edit inside of the body of one function changes that function alone. Only those classes are made again whose making ran
it, or whose arguments it may name, and only those call their forward again whose forward ran it.

Whatever else an edit may reach, and a forward that has changed more than what its own run begins with, is refused: then
the file is read anew. The lines of a function that was put in count from a number of their own, so that the places of
all other code stay as they were compiled; `stretches` say where they stand in the text.
"""

import ast
import random

from . import channel, guarded, likeness, parsed, replay, state, trace, trees, unknown, unrun
from .state import Refused

#: What is being read now, if it may stand; and what stands, by number, the one that was read last at the end.
current = None
_worlds = {}
_most = 3
_count = 0
_most_lines = 50_000
_EXAMPLES = ("randn", "rand", "zeros", "ones", "randint")
_CHILDREN = {"children", "named_children", "modules", "_modules", "getattr"}
#: Words that lead to the file's own text or to names that it does not spell.
_REACHING = {"globals", "locals", "vars", "eval", "exec", "inspect", "__subclasses__", "import_module", "__doc__",
             "__code__"}


class Broken(Refused):
    """Half a line stands in it."""


class World:
    """What stands of one file."""

    def __init__(self, main, module, request):
        self.name, self.module, self.only = main.name, module, request.get("only")
        self.tree = main.tree
        self.lines = main.text.split("\n")
        #: Lines by the numbers that the code has, as linecache keeps them: those that are put in come at the end.
        self.numbered = [line + "\n" for line in self.lines]
        #: (first number, where it stands in the text, how many).
        self.stretches = [(1, 1, len(self.lines))]
        self.moves = parsed.moves.get(main.name, 0)
        #: All readings in their order, with those that did not know how to make their class.
        self.passes = []
        self.scope = self.stage = None
        #: Whether each reading can begin again, and whether an edit has been begun and not ended.
        self.steady, self.touched = True, False
        #: With what shapes classes of the file were called before the first one was read.
        self.entered = dict(trace.entered)
        #: How classes of the file had been made by then, and how much each of them begins with.
        self.made, self.base = dict(trace.made), channel.base()
        #: Codes that ran for no class: at the top of files, and to show examples of inputs.
        self.outside = trace.ran
        self.chance = random.getstate()
        self.state = state.of_modules()

    def real(self, line):
        """Where a line stands in the text."""
        for first, at, count in self.stretches:
            if first <= line < first + count:
                return line - first + at
        return None

    def unchanged(self):
        """Refuses what the readings have changed beyond themselves."""
        if random.getstate() != self.chance:
            raise Refused("it draws random numbers")
        if not self.state.holds():
            raise Refused("a forward changes what is outside of it")
        if trace.diagnostics:
            raise Refused("there are findings left")

    def read(self, text):
        """Makes those readings again that differ for this text."""
        called, made = self.change(text)
        if made and self.base != channel.base():
            raise Refused("other files were run in between")
        passes, self.passes = self.passes, []
        trace.entered.clear()
        trace.entered.update(self.entered)
        trace.made.clear()
        trace.made.update(self.made)
        for reading in passes:
            if reading in made or reading.needing and _otherwise(trace.made.get(reading.cls), reading.known):
                self.make(reading)
                continue
            self.passes.append(reading)
            count = len(trace.made)
            # Whoever is called otherwise by one before may be read otherwise, too.
            if reading.held is None:
                pass
            elif reading in called or repr(trace.entered.get(reading.cls)) != repr(reading.called_with):
                reading.again()
                if reading.changed or len(trace.made) != count:
                    raise Refused("a forward changes what is outside of it")
            else:
                for cls, shapes in reading.calls.items():
                    trace.entered.setdefault(cls, shapes)
            for cls, how in reading.makes.items():
                trace.made.setdefault(cls, how)
        if len(self.passes) != len(passes):
            raise Refused("it is read in another order")
        self.stage.made = dict(trace.made)

    def make(self, before):
        """Reads a class from its constructor on."""
        from .reading import Reading

        global current
        later = unknown.exampled()
        unknown.set_exampled(before.exampled[0])
        # Its name is given where it is not the class's own alone.
        again = Reading(before.cls, before.request, self.scope, before.name, before.instance)
        again.slot = before.held and before.held[0][0]
        current = self
        try:
            done = again.run(**before.asked)
        finally:
            current = None
        if done != before.done or unknown.exampled() != before.exampled[1]:
            raise Refused("how a class is made is found otherwise")
        if again.changed or not self.steady:
            raise Refused("a forward changes what it begins with")
        unknown.set_exampled(later)

    # An edit

    def change(self, text):
        """Puts in the function that differs in this text; readings that it may have called, and made, otherwise."""
        lines, before = text.split("\n"), self.lines
        if self.moves != parsed.moves.get(self.name, 0):
            raise Refused("its tree was moved for another reading")
        if "\r" in text or "\f" in text or len(self.numbered) > _most_lines:
            raise Refused("its lines end otherwise, or it has stood for long")
        first, last = parsed.in_common(before, lines)
        by = len(lines) - len(before)
        owner, old, start, stop = self.function_at(first + 1, len(before) - last)
        function = self.function_of(old, owner)
        base = len(self.numbered) + 1
        region = lines[start - 1 : stop + by - 1]
        new = _function(region, base, owner is not None)
        # Of its head no line is another one.
        if (old.col_offset, old.name, len(old.decorator_list)) != (new.col_offset, new.name, len(new.decorator_list)):
            raise Refused("more than a body has changed")
        named = self.refuse_reaching(owner, old, new)
        if any(unrun.differs(f, owner, self.tree, self.module.__dict__, self.name) for f in (old, new)):
            raise Refused("it has a mistake that needs no run to be seen")
        codes = self.put(function, _code(new, owner, self.name))
        called = self.called(codes, _named_otherwise(old, new))
        # A constructor says what it hands on to its bases, too.
        bases = {owner.name} if owner is not None and old.name == "__init__" else ()
        made = [r for r in self.passes
                if any(id(c) in r.built for c in codes)
                or r.needing and (r.cls.__name__ in named or any(c.__name__ in bases for c in r.cls.__mro__))]
        self.replace(owner, old, new)
        self.lines = lines
        self.numbered += [line + "\n" for line in region]
        self.divide(start, stop, base, len(region), by)
        return called, made

    def function_at(self, first, last):
        """
        (class or None, function, its first line, the line behind it): the function whose body has the lines of the text
        from `first` to `last`, or behind whose first line something is put in where `last` is the line before `first`.
        """
        at = first if last >= first else first - 1
        owner = None
        node, stop = self.within(self.tree.body, at, last, len(self.lines) + 1)
        if type(node) is ast.ClassDef:
            owner = node
            node, stop = self.within(owner.body, at, last, stop)
        if type(node) is not ast.FunctionDef:
            raise Refused("it is not inside of a function")
        body = self.real(node.body[0].lineno)
        if first < body or body == self.real(node.lineno):
            raise Refused("the head of a function has changed")
        return owner, node, self.real(parsed.start(node)), stop

    def within(self, body, at, last, stop):
        """The statement that a line is in, and the line behind it."""
        found = None
        for node in body:
            start = self.real(parsed.start(node))
            if start > at:
                stop = start
                break
            found = node
        if found is None or stop <= last:
            raise Refused("it is not inside of one statement")
        return found, stop

    def refuse_reaching(self, owner, old, new):
        """
        An edit that may change with what classes are tried, or how they are made in more than what it names: the words of
        the function, before and after.
        """
        if self.only is not None and (owner is None or owner.name not in self.only):
            raise Refused("not all that may use it was read")
        used = set().union(*trees.words(old), *trees.words(new))
        # A method tells of the classes that it names itself; a function of the file may be called for a class.
        if used & _REACHING or owner is None and used & self.makers():
            raise Refused("it says how a class is made, or may reach anything")
        if _calls(old, _EXAMPLES) != _calls(new, _EXAMPLES):
            raise Refused("it shows an example")
        if trees.mentions(old, "backward") != trees.mentions(new, "backward"):
            raise Refused("it trains")
        if not guarded.left(self.tree, self.module.__dict__).isdisjoint(guarded.asked(new)):
            raise Refused("it asks for what stands under the main guard")
        return used

    def makers(self):
        """Names of the classes that are read, and of the functions that name them, themselves or by others."""
        found = {c.__name__ for c in self.stage.classes}
        functions = {n.name: trees.names(n) for n in self.tree.body if isinstance(n, ast.FunctionDef)}
        grown = True
        while grown:
            more = {k for k, used in functions.items() if k not in found and used & found}
            grown = bool(more)
            found |= more
        return found

    def function_of(self, node, owner):
        """The function that a statement made, if it ran for classes alone."""
        holder = self.module.__dict__
        if owner is not None:
            cls = holder.get(owner.name)
            if not isinstance(cls, type):
                raise Refused("its class is not there")
            holder = cls.__dict__
        function = _unwrapped(holder.get(node.name), parsed.start(node), self.name)
        if function is None:
            raise Refused("the function is not there")
        if any(id(c) in self.outside for c in _below(function.__code__)):
            raise Refused("it runs before any class is read")
        return function

    def put(self, function, code):
        """Gives a function other code; all codes that it had."""
        if function.__code__.co_freevars != code.co_freevars:
            raise Refused("the function asks for other names")
        codes = _below(function.__code__)
        self.touched = True
        function.__code__ = code
        replay.watch(code)
        return codes

    def called(self, codes, names):
        """Readings whose forward ran one of the codes, or whose layers are named otherwise now."""
        out = []
        for reading in self.passes:
            if any(id(c) in reading.ran for c in codes) or names and (names & _CHILDREN or names & reading.parts_named()):
                out.append(reading)
        return out

    def replace(self, owner, old, new):
        """Puts the function into the tree: what stands above it is made anew, and knows nothing of what was below."""
        body = self.tree.body
        if owner is None:
            body = [new if n is old else n for n in body]
        else:
            made = ast.ClassDef(**{f: getattr(owner, f) for f in owner._fields})
            ast.copy_location(made, owner)
            made.body = [new if n is old else n for n in owner.body]
            if owner.body[-1] is old:
                made.end_lineno, made.end_col_offset = new.end_lineno, new.end_col_offset
            body = [made if n is owner else n for n in body]
        self.tree = self.scope.tree = ast.Module(body, [])

    def divide(self, start, stop, base, count, by):
        """Lines from `start` on and before `stop` are now `count` others, which count from `base`."""
        out = []
        for first, at, n in self.stretches:
            if at < start:
                out.append((first, at, min(n, start - at)))
            if at + n > stop:
                skipped = max(stop - at, 0)
                out.append((first + skipped, at + skipped + by, n - skipped))
        self.stretches = [*out, (base, start, count)]


def _function(lines, base, inside):
    """The function that lines of a text are, whose lines count from `base`; `inside` of a class."""
    if lines[-1].endswith("\\"):
        raise Refused("it goes on in the next line")
    text = "\n".join(["class _:", *lines, ""] if inside else [*lines, ""])
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Broken("it is no Python") from None
    if inside:
        if len(body) != 1:
            raise Refused("it ends its class")
        body = body[0].body
    if len(body) != 1 or type(body[0]) is not ast.FunctionDef:
        raise Refused("it is not one function")
    by = base - (2 if inside else 1)
    for node in trees.nodes(body[0]):
        fields = node.__dict__
        if "lineno" in fields:
            fields["lineno"] += by
            fields["end_lineno"] += by
    return parsed.redirected(body[0])


def _code(node, owner, name):
    """The code of a function, as that of a method where it is one."""
    inside = node
    if owner is not None:
        inside = ast.copy_location(ast.ClassDef(owner.name, [], [], [node], [], []), node)
    code = compile(ast.Module([inside], []), name, "exec", dont_inherit=True)
    for wanted in ([owner.name] if owner is not None else []) + [node.name]:
        code = next(c for c in code.co_consts if isinstance(c, type(code)) and c.co_name == wanted)
    return code


def _below(code):
    return [code, *[c for inner in code.co_consts if isinstance(inner, type(code)) for c in _below(inner)]]


def _unwrapped(value, line, name):
    """The function that was written at a line, of what it has been made into."""
    open_ones = [value]
    while open_ones:
        v = open_ones.pop()
        if isinstance(v, (staticmethod, classmethod)):
            open_ones.append(v.__func__)
        elif isinstance(v, property):
            open_ones += [v.fget, v.fset, v.fdel]
        elif type(v) is type(_unwrapped):
            if v.__code__.co_filename == name and v.__code__.co_firstlineno == line:
                return v
            open_ones.append(v.__dict__.get("__wrapped__"))
    return None


def _otherwise(now, before):
    """Whether a class is made with other arguments."""
    if now is before:
        return False
    try:
        return likeness.plain(now) != likeness.plain(before)
    except likeness.Unlike:
        return True


def _calls(root, names):
    return [ast.dump(n) for n in trees.nodes(root)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in names]


def _named_otherwise(old, new):
    """Attributes that are read, or set, in one of two functions alone, and texts that are in one alone."""

    def said(root):
        found = set()
        for n in trees.nodes(root):
            if isinstance(n, ast.Attribute):
                found.add((n.attr, isinstance(n.ctx, ast.Store)))
            elif isinstance(n, ast.Constant) and isinstance(n.value, str):
                found.add((n.value, None))
        return found

    return {word for word, _ in said(old) ^ said(new)}


def begin(main, module, request):
    """What is read now may stand."""
    global current
    try:
        current = World(main, module, request)
    except Refused:
        trace.ran = None


class Noting:
    """While it lasts, a class is read: what that has to do with is noted in the reading, and none of it elsewhere."""

    def __init__(self, reading):
        self.reading = reading

    def __enter__(self):
        if current is None:
            return
        reading = self.reading
        current.passes.append(reading)
        reading.known = trace.made.get(reading.cls)
        self.before = set(trace.made), unknown.exampled()
        trace.ran = reading.built

    def __exit__(self, *_):
        if current is None:
            return
        made, exampled = self.before
        self.reading.makes = {cls: how for cls, how in trace.made.items() if cls not in made}
        self.reading.exampled = exampled, unknown.exampled()
        trace.ran = current.outside


class Wider:
    """While it lasts, other files run."""

    def __enter__(self):
        if current is not None:
            current.steady = current.steady and self.stands()

    def __exit__(self, *_):
        if current is not None:
            try:
                current.state = state.of_modules()
            except Refused:
                current.steady = False

    @staticmethod
    def stands():
        try:
            return current.state.holds()
        except Refused:
            return False


def end(scope, stage):
    """What was read stands, if no forward changed what another reading would begin with."""
    global current, _count
    world, current = current, None
    if world is None:
        return
    try:
        if not world.steady or any(r.changed for r in world.passes):
            raise Refused("a forward changes what it begins with")
        world.unchanged()
    except Refused as error:
        channel.ask("refused", why=str(error))
        return
    _count += 1
    world.scope, world.stage = scope, stage
    world.channel = channel.state()
    stage.keep()
    stage.lines = {world.name: (0, None, world.numbered, world.name)}
    _worlds[_count] = world
    while len(_worlds) > _most:
        del _worlds[next(iter(_worlds))]
    channel.ask("stands", number=_count, most=_most)


def again(asked):
    """Reads a file that stands for another text, or refuses to."""
    world = _worlds.pop(asked["number"], None)
    if world is None:
        channel.ask("refused", why="it does not stand any more")
        return
    channel.resume(world.channel)
    try:
        with world.stage:
            random.setstate(world.chance)
            world.read(asked["text"])
            world.unchanged()
        channel.ask("lines", stretches=world.stretches)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        trace.take_diagnostics()
        stands = not world.touched
        channel.ask("refused", why=f"{type(error).__name__}: {error}"[:300], stands=stands, broken=isinstance(error, Broken))
        if stands:
            _worlds[asked["number"]] = world
        return
    world.touched = False
    world.channel = channel.state()
    _worlds[asked["number"]] = world
