"""What is said of a model that cannot be read: how grave it is, in which words, with which fix."""

import ast
import inspect
import re

from . import advice, trace, trees, unknown


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


class Reports:
    """What a Reading says of an error."""

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
                       f"{message.rstrip('.')}. Give its arguments in an experiment file under model.arguments.")
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
