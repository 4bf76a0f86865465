"""What is being recorded: where the code stands, which module's call it is in, and what was found."""

import sys

WORKSPACE = "/workspace/"

#: True while `forward` runs: tensors made then are part of the graph.
tracing = False
#: True from when a class is made: what fails before concerns the file's script and not a model.
building = False
#: True when a size that depends on the batch's is a number where one is asked for: the last resort.
counting = False
#: How often code that runs now has asked if the model trains, and the answer that it gets.
asked = 0
learning = False
#: Counts: how often the answer was asked for, how often something ran that is not to be replayed, how often what a
#: module holds was changed in forward, and how often code ran that may change it without a word.
consulted = refused = changes = reached = 0
#: Whoever wants to hear of all findings.
heard = None
#: What was emitted since a function began that may be run for the other answer, too; and, then, what is known of it.
journal = None
known = None
#: How many contexts without gradients the code stands in.
without_gradient = 0
#: What a script shows while it is run up to its first step of training; None while models are read.
script = None
#: Modules whose call is in progress, outermost first.
calls = []
#: The classes of the file that is read, how each was first made with plain values, and with what shapes called.
classes = set()
made = {}
entered = {}
#: As `entered`, of the forward that runs now.
entering = {}
#: A class whose next making is caught and not carried out, and what caught it.
wanted = None
caught = None
diagnostics = []
_said = set()
#: Codes of the file that have run, by identity, while someone wants to know them.
ran = None
#: Codes with the places of their instructions, by identity.
_positions = {}
_most_positions = 3000
#: Whether a file of that name is the workspace's.
_own = {}
_module_count = 0


class SymbolicSize(TypeError):
    """A number was asked of a size that has none."""

    def __init__(self, expression):
        self.expression = expression
        super().__init__(
            f"the size {expression} has no fixed value here; give the input's shape to read this model"
        )


#: (kind, place) of a layer that a forward made of a tensor.
misused = None


class ShapeMismatch(RuntimeError):
    fix = None
    #: Of features that are not flattened: how high and wide the layer behind them wants each channel.
    side = None


class Unsupported(NotImplementedError):
    """PyTorch can do this and Vitrine cannot."""


class Unnumbered(Unsupported):
    """The code asks for numbers of a tensor that only a run has."""

    def __init__(self):
        super().__init__("the code asks for a tensor's numbers, which are not known before the model runs")


class Stop(BaseException):
    """Ends the reading of one class."""


class Repeated(Exception):
    """Ends a statement that only runs a model again and again, as one that writes a text does."""


#: How often one statement at the top of a file may run a module: what it tells has been seen by then.
_MOST_CALLS = 16
#: How often the statement or the class that is read now has, by the module's number.
_again = {}


def begin_statement():
    """What ran before is not counted any more."""
    _again.clear()


def asked_again(module):
    """Counts a call that is in no other module's, nor made by a module's constructor. Raises Repeated."""
    if script is not None:
        return
    count = _again[module._number] = _again.get(module._number, 0) + 1
    if count > _MOST_CALLS and not _is_constructing(sys._getframe(2)):
        raise Repeated(f"This runs {type(module).__name__} again and again: the first {_MOST_CALLS} times were read.")


def _is_constructing(frame):
    while frame is not None:
        if frame.f_code.co_name == "__init__" and "_modules" in getattr(frame.f_locals.get("self"), "__dict__", ()):
            return True
        frame = frame.f_back
    return False


def is_own_module(module):
    """Whether a module is a file of the workspace."""
    return ((getattr(module, "__dict__", None) or {}).get("__file__") or "").startswith(WORKSPACE)


def forget():
    """What one file told is nothing to the next."""
    global wanted, caught, asked, learning, journal, known, without_gradient, ran
    wanted = caught = journal = known = ran = None
    asked = 0
    learning = False
    without_gradient = 0
    calls.clear()
    for kept in (classes, made, entered, entering):
        kept.clear()
    # Code that an edit leaves as it was is run again.
    if len(_positions) > _most_positions:
        _positions.clear()
    if len(_own) > _most_positions:
        _own.clear()


def next_module():
    global _module_count
    _module_count += 1
    return _module_count


def position_in(frame):
    """Where a frame stands; the same list for the same instruction."""
    return _place(frame.f_code, frame.f_lasti)


def _place(code, instruction):
    # By identity: the hash of a code object goes through all of its instructions.
    known = _positions.get(id(code))
    if known is None:
        known = _positions[id(code)] = (code, list(code.co_positions()), {})
    place = known[2].get(instruction)
    if place is None:
        table = known[1]
        index = instruction // 2
        line, end_line, column, end_column = table[index] if 0 <= index < len(table) else (None,) * 4
        if line is None:
            lines = [n for start, end, n in code.co_lines() if start <= instruction < end]
            line = end_line = (lines[0] if lines else None) or 1
        if column is None:
            column, end_column = 0, 0
        place = known[2][instruction] = [code.co_filename, line, column, end_line or line, end_column or column]
    return place


def user_frame(frame):
    while frame is not None:
        name = frame.f_code.co_filename
        own = _own.get(name)
        if own is None:
            own = _own[name] = name.startswith(WORKSPACE)
        if own:
            return frame
        frame = frame.f_back
    return None


def here():
    """The innermost expression of the workspace's code that runs now; None when none does."""
    frame = user_frame(sys._getframe(1))
    return position_in(frame) if frame is not None else None


def passed(error):
    """The traceback of each call that an exception came through, the innermost last."""
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def in_workspace(traceback):
    """Whether a call of a traceback is of the workspace's code."""
    return traceback.tb_frame.f_code.co_filename.startswith(WORKSPACE)


def where_raised(error):
    """The innermost place in the workspace's code that an exception passed through."""
    place = None
    for traceback in passed(error):
        if in_workspace(traceback):
            code = traceback.tb_frame.f_code
            table = list(code.co_positions())
            index = traceback.tb_lasti // 2
            line, end_line, column, end_column = table[index] if index < len(table) else (None,) * 4
            line = line or traceback.tb_lineno or 1
            place = [code.co_filename, line, column or 0, end_line or line, end_column or column or 0]
    return place


def say(severity, code, message, at=None, fix=None, ask=None):
    """Notes a finding once a place."""
    if heard:
        heard(severity, code, message, at, fix, ask)
    key = (code, message, tuple(at) if at else None)
    if key in _said or len(diagnostics) >= 200:
        return
    _said.add(key)
    found = {"severity": severity, "code": code, "message": message}
    if at:
        found["at"] = at
    if fix:
        found["fix"] = fix
    if ask:
        found["ask"] = ask
    diagnostics.append(found)


def assume(what, result):
    say(
        "hint",
        "assumed-size",
        f"Whether {what} depends on the input's size: read as {'true' if result else 'false'}.",
        here(),
    )


def take_diagnostics():
    taken = list(diagnostics)
    diagnostics.clear()
    _said.clear()
    return taken


def keep_diagnostics():
    return list(diagnostics), set(_said)


def restore_diagnostics(kept):
    global _said, refused
    refused += 1
    diagnostics[:] = kept[0]
    _said = set(kept[1])


def mark_diagnostics():
    return len(diagnostics), set(_said)


def rewind_diagnostics(mark):
    global _said
    count, _said = mark[0], set(mark[1])
    del diagnostics[count:]
