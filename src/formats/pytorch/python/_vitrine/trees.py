"""What stands in a syntax tree: each class that is read asks the same of the same file, so that it is looked for once."""

import ast

_SKIPPED = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)


def nodes(root):
    """A node and all below it in the order of the text, without those that stand for a sign or a context."""
    span = root.__dict__.get("_span")
    if span is None:
        if type(root) is ast.Module or type(root) is ast.ClassDef:
            # Each statement has a list of its own: those of a file outlive it where only others are edited.
            order = [root]
            for child in ast.iter_child_nodes(root):
                order.extend(nodes(child))
            root._span = order, 0, len(order)
        else:
            _index(root)
        span = root._span
    order, first, last = span
    return order[first:last]


def _index(root):
    """Puts all nodes in one list, where those below each are a stretch of it."""
    order = []

    def visit(node):
        first = len(order)
        order.append(node)
        fields = node.__dict__
        for name in node._fields:
            value = fields.get(name)
            if type(value) is list:
                for v in value:
                    if isinstance(v, ast.AST) and not isinstance(v, _SKIPPED):
                        visit(v)
            elif isinstance(value, ast.AST) and not isinstance(value, _SKIPPED):
                visit(value)
        node._span = order, first, len(order)

    visit(root)


def place(file, node):
    """Where a node stands: file, first line and column, last line and column."""
    return [file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset]


def method(root, cls, name):
    """The statement of a method of a class of this name, if the tree has it."""
    for node in nodes(root):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            return next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == name), None)
    return None


def words(root):
    """Names and attributes that stand in a tree."""
    found = root.__dict__.get("_names")
    if found is None:
        here = nodes(root)
        found = root._names = (
            frozenset([n.id for n in here if type(n) is ast.Name]),
            frozenset([n.attr for n in here if type(n) is ast.Attribute]),
        )
    return found


def attributes(root):
    """How often each attribute is read in a tree; one that is only set is there with 0."""
    found = root.__dict__.get("_read")
    if found is None:
        found = root._read = {}
        if type(root) is ast.Module or type(root) is ast.ClassDef:
            for child in ast.iter_child_nodes(root):
                for name, count in attributes(child).items():
                    found[name] = found.get(name, 0) + count
        else:
            for n in nodes(root):
                if type(n) is ast.Attribute:
                    found[n.attr] = found.get(n.attr, 0) + (type(n.ctx) is not ast.Store)
    return found


def names(root):
    """Names that stand in a tree."""
    return words(root)[0]


def mentions(root, name):
    """Whether a name, or an attribute called so, stands in a tree."""
    plain, attributes = words(root)
    return name in plain or name in attributes
