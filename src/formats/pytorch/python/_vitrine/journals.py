"""
What calls emitted while a function is run that asks whether the model trains: run for the other answer it emits most of it
once more, and finds it here instead.
"""

from collections import namedtuple

#: A node that a call emitted: the op, its inputs, the text of its attributes, its outputs, and whether these are a tuple.
#: Values count from the call's first one; -1 - i is the i-th value that it was given.
_Node = namedtuple("_Node", ["op", "inputs", "attributes", "outputs", "several"])


def _twins(made):
    return made if type(made) is tuple else (made,)


def _twin(id, dtype, shape, requires_grad, grad_fn):
    from torch._tensor import Tensor

    t = Tensor.__new__(Tensor)._fill(id, dtype, shape)
    t.requires_grad, t.grad_fn = requires_grad, grad_fn
    return t


def entries(journal):
    """
    ((op, inputs, attributes), output or outputs) of all that was emitted, in order; the outputs are tensors of their own, as
    whoever finds them may change them in place.
    """
    for entry in journal:
        if type(entry) is Again:
            yield from entry.entries()
        else:
            key, made = entry
            again = [_twin(t._id, t._dtype, t._shape, t.requires_grad, t.grad_fn) for t in _twins(made)]
            yield key, tuple(again) if type(made) is tuple else again[0]


class Kept:
    """What a call emitted, told apart from what it was given; `inside` tells values so, and raises what is neither."""

    def __init__(self, journal, inside):
        self.nodes = []
        #: How many values these nodes made.
        self.count = 0
        for (op, inputs, attributes), made in entries(journal):
            outputs = [(inside(t._id), t._dtype, t._shape, t.requires_grad, t.grad_fn) for t in _twins(made)]
            self.count += len(outputs)
            inputs = [None if i is None else inside(i) for i in inputs]
            self.nodes.append(_Node(op, inputs, attributes, outputs, type(made) is tuple))

    def found(self, known, given):
        """
        The numbers of its values where all of it has been emitted for what is given now; `known` holds what that is, by
        key, and loses what is taken. None where a part of it has not.
        """
        values, taken, again = {}, {}, []
        for node in self.nodes:
            inputs = tuple([None if i is None else given[-1 - i] if i < 0 else values.get(i, -1) for i in node.inputs])
            key = node.op, inputs, node.attributes
            left = known.get(key, ())
            at = taken[key] = taken.get(key, -1) + 1
            if at >= len(left):
                return None
            for output, twin in zip(node.outputs, _twins(left[at])):
                values[output[0]] = twin._id
            again.append(key)
        for key in again:
            known[key].pop(0)
        return values


class Again:
    """A call that was drawn again: its nodes are told where somebody asks for them."""

    def __init__(self, kept, first, given):
        self.kept, self.first, self.given = kept, first, given

    def entries(self):
        def at(i):
            return None if i is None else self.first + i if i >= 0 else self.given[-1 - i]

        for node in self.kept.nodes:
            made = [_twin(at(i), *fields) for i, *fields in node.outputs]
            yield (node.op, tuple([at(i) for i in node.inputs]), node.attributes), tuple(made) if node.several else made[0]
