"""
Syntax trees and compiled code of files that are read again and again: what an edit leaves of a file's statements is
neither parsed nor compiled anew, but moved to the lines where it stands now.
"""

import ast

from . import checks, modes, optional, trees

#: What calls of these names mean when a size is symbolic. The tree is changed, not the names, so that
#: `isinstance(x, int)` stays what it is.
_CALLS = {"int": "__vitrine_int__", "range": "__vitrine_range__", "len": "__vitrine_len__"}
#: Files by name, the one that was read last at the end: its lines, its tree, its text.
_files = {}
#: How often statements of a file were moved to other lines: whoever keeps its tree has it moved, too.
moves = {}
#: Of all their texts.
_size = 0
_most_text = 1_500_000


def parse(name, text):
    """
    The tree of a file. Its statements may be those of the tree that was given for the file before.
    Raises what ast.parse raises.
    """
    global _size
    known = _files.pop(name, None)
    if known is not None and known[2] == text:
        _files[name] = known
        return known[1]
    lines = text.split("\n")
    tree = None
    if known is not None:
        _size -= len(known[2])
        if "\r" not in text and "\f" not in text:
            tree = _again(name, lines, known[0], known[1])
    if tree is None:
        try:
            tree = fresh(name, text)
        except BaseException:
            # Half a line: when it is whole, most is as it was before.
            if known is not None:
                _files[name] = known
                _size += len(known[2])
            raise
    _files[name] = lines, tree, text
    _size += len(text)
    for oldest in list(_files):
        if _size <= _most_text or oldest == name:
            break
        _size -= len(_files.pop(oldest)[2])
    return tree


def fresh(name, text):
    """A tree of its own, for whoever changes it."""
    tree = ast.parse(text, name)
    for node in tree.body:
        redirected(node)
    return tree


def _again(name, lines, before, tree):
    """The tree of new lines from that of others; None if it is not to be seen what they have in common."""
    first, last = in_common(before, lines)
    if first == len(before) == len(lines):
        return tree
    body = tree.body
    starts = [start(node) for node in body]
    # The statement before the first line that changed may go on in it: it is parsed again too.
    head = 0
    while head + 1 < len(body) and starts[head + 1] <= first:
        head += 1
    while head > 0 and not _at_margin(before, starts, body, head):
        head -= 1
    tail = len(body)
    while tail > head and starts[tail - 1] > len(before) - last and _at_margin(before, starts, body, tail - 1):
        tail -= 1
    by = len(lines) - len(before)
    begin = starts[head] - 1 if head else 0
    end = starts[tail] - 1 + by if tail < len(body) else len(lines)
    between = lines[begin:end]
    # A line that goes on in the next one takes in what follows.
    if between and between[-1].endswith("\\"):
        return None
    try:
        end_of_line = "\n" if tail < len(body) else ""
        middle = ast.parse("\n" * begin + "\n".join(between) + end_of_line, name).body
    except (SyntaxError, ValueError):
        # As a whole it may be well, and if it is not then its errors are the ones to tell.
        return None
    for node in middle:
        redirected(node)
    rest = body[tail:]
    if by and rest:
        moves[name] = moves.get(name, 0) + 1
        for node in rest:
            _move(node, by)
    return ast.Module([*body[:head], *middle, *rest], [])


def in_common(before, lines):
    """How many lines are the same at the beginning of two texts, and how many more at their end."""
    shortest = min(len(before), len(lines))
    first = 0
    while first < shortest and before[first] == lines[first]:
        first += 1
    last = 0
    while last < shortest - first and before[-1 - last] == lines[-1 - last]:
        last += 1
    return first, last


def start(node):
    """The line where a statement begins."""
    decorators = getattr(node, "decorator_list", None)
    return min(node.lineno, decorators[0].lineno) if decorators else node.lineno


def _at_margin(lines, starts, body, at):
    """Whether a statement begins its line, which no other one shares."""
    line = lines[starts[at] - 1]
    return line[:1] not in ("", " ", "\t", "#") and (at == 0 or body[at - 1].end_lineno < starts[at])


def _move(statement, by):
    """Moves a statement to other lines, with the code of what is no class: a class knows its own line."""
    here = trees.nodes(statement)
    known = {id(node) for node in here}
    # What was put in for other nodes stands in no list.
    here += [node for node in ast.walk(statement) if id(node) not in known]
    plain = not any(isinstance(node, ast.ClassDef) for node in here)
    for node in here:
        fields = node.__dict__
        if "lineno" in fields:
            fields["lineno"] += by
            fields["end_lineno"] += by
        fields.pop("_evaluated", None)
        code = fields.pop("_executed", None)
        if code is not None and plain and node is statement and code.co_firstlineno + by > 0:
            fields["_executed"] = _moved(code, by)


def _moved(code, by):
    constants = tuple(_moved(c, by) if isinstance(c, _Code) else c for c in code.co_consts)
    return code.replace(co_firstlineno=code.co_firstlineno + by, co_consts=constants)


_Code = type(start.__code__)


def redirected(tree):
    """The tree with other functions in its calls of `_CALLS`, and run for both answers where it asks for `training`."""
    tree = _Either().visit(tree) if trees.mentions(tree, "training") else tree
    for node in trees.nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            node.func = ast.copy_location(ast.Name(_CALLS[node.func.id], ast.Load()), node.func)
        elif isinstance(node, ast.Try):
            optional.rewrite(node)
        elif isinstance(node, ast.FunctionDef):
            modes.mark(node)
            checks.rewrite(node)
    return tree


class _Either(ast.NodeTransformer):
    def visit_IfExp(self, node):
        self.generic_visit(node)
        return modes.rewritten(node)


def statement(node, name):
    """The code of a statement."""
    code = node.__dict__.get("_executed")
    if code is None:
        code = node._executed = compile(ast.Module([redirected(node)], []), name, "exec", dont_inherit=True)
    return code


def expression(node, name):
    """The code of an expression."""
    code = node.__dict__.get("_evaluated")
    if code is None:
        code = node._evaluated = compile(ast.Expression(redirected(node)), name, "eval", dont_inherit=True)
    return code
