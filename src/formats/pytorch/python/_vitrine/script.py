"""
Runs a file as a script up to the end of its first training step, and tells what trains what: which model is given
which tensors, what its answer is compared with and how, who changes the weights, how often.

Only what has been seen is told. Loops run as they stand until weights change in one; the numbers of a tensor are
known where they come from the source.
"""

import ast
import functools
import inspect
import re
import sys
import types

from . import channel, corpus, files, parsed, trace, trees

#: A loop that has gone on so long without a step is no training.
_MOST_TURNS = 10_000


class Trained(BaseException):
    """Ends a script: what it does first to train has been seen."""


class NotSeen(Exception):
    """Why a script's training cannot be read, for people."""

    def __init__(self, message, at=None):
        super().__init__(message)
        self.at = at
        #: The script as far as it went.
        self.script = None


class Loop:
    def __init__(self, kind, at, count=None):
        self.kind, self.at, self.count = kind, at, count
        #: The number of the first value that is made in it.
        self.began = channel.next_value()
        #: Whether it goes through the batches of a loader.
        self.batches = False


class Script:
    """What one run of a script shows."""

    def __init__(self):
        self.loops = []
        self.calls = []
        self.losses = []
        self.loaders = []
        #: Folders of pictures that the script names, and what loaders gave of them: a tensor, the folder, the plan.
        self.folders = []
        self.pictures = []
        #: Losses that modules compute themselves.
        self.inside = []
        #: Whether it takes windows of a tensor at places that are drawn by chance.
        self.windows = False
        #: How often a model was asked without gradients.
        self.looked = 0
        self.optimizer = None
        self.schedulers = []
        self.clip = None
        self.loss = None
        self.frames = []
        self.gradients = []
        self.at = None
        #: The loops around the first step.
        self.around = ()
        self.steps = 0
        self.backwards = 0
        self._depth = 0

    # What the stand-in for torch tells

    def called(self, module, arguments, options, result):
        from torch import Tensor

        self.looked += bool(trace.without_gradient)

        tensors = [a for a in (*arguments, *options.values()) if isinstance(a, Tensor)]
        if is_loss(module) and isinstance(result, Tensor):
            if len(tensors) >= 2:
                options = {key: getattr(module, key) for key in getattr(module, "_order", ())}
                self._lost(type(module).__name__, options, tensors, result)
            return
        while isinstance(result, (tuple, list)) and result:
            result = result[0]
        if isinstance(result, Tensor):
            self.calls.append((module, tensors, result))

    def _lost(self, name, options, tensors, result, inside=False):
        given = {}
        for key, value in options.items():
            if value is None or key in ("size_average", "reduce"):
                continue
            if hasattr(value, "tolist"):
                value = value.tolist()
            if isinstance(value, (bool, int, float, str)) or isinstance(value, list):
                given[key] = value
        lost = {"name": name, "options": given, "input": tensors[0]._id, "target": tensors[1]._id,
                "output": result._id}
        (self.inside if inside else self.losses).append(lost)

    def function(self, name, original):
        signature = inspect.signature(original)

        @functools.wraps(original)
        def computed(*arguments, **options):
            from torch import Tensor

            self._depth += 1
            try:
                result = original(*arguments, **options)
            finally:
                self._depth -= 1
            if self._depth == 0 and isinstance(result, Tensor):
                bound = signature.bind(*arguments, **options).arguments
                values = list(bound.values())
                given = {k: v for k, v in list(bound.items())[2:]}
                self._lost(name, given, values[:2], result, inside=bool(trace.calls))
            return result

        return computed

    def backward(self, loss):
        from torch._tensor import leaf, float32

        self.backwards += 1
        self.loss = loss
        self.around = tuple(self.loops)
        self.at = trace.here()
        self.frames = []
        frame = trace.user_frame(sys._getframe(1))
        seen = set()
        while frame is not None:
            for names in (frame.f_locals, frame.f_globals):
                if id(names) not in seen:
                    seen.add(id(names))
                    self.frames.append(dict(names))
            frame = trace.user_frame(frame.f_back)
        self.gradients = []
        named = {id(t) for _, t in self.variables()}
        for name, tensor in [*self.variables(), *self._parameters(named)]:
            if tensor.requires_grad and tensor.grad_fn is None:
                tensor.grad = leaf(list(tensor.shape), float32, {"kind": "ones"})
                self.gradients.append((name, tensor, tensor._id, tensor.grad._id))

    def _parameters(self, but):
        """Of the modules that were called, by their names; without those that the script has names for."""
        for module in {id(m): m for m, _, _ in self.calls}.values():
            for name, p in module.named_parameters():
                if id(p) not in but:
                    but.add(id(p))
                    yield name, p

    def variables(self):
        """Tensors by the names that the script has for them, innermost scope first."""
        from torch import Tensor

        seen = set()
        for names in self.frames:
            for name, value in names.items():
                if isinstance(value, Tensor) and id(value) not in seen and not name.startswith("__"):
                    seen.add(id(value))
                    yield name, value

    def stepped(self, optimizer):
        if self.loss is None:
            return
        self.steps += 1
        self.optimizer = optimizer

    def changed(self):
        """Whether weights have changed since the last backward: by an optimizer, or by hand."""
        return self.steps > 0 or any(t._id != before for _, t, before, _ in self.gradients)

    # Loops

    def turns(self, iterable, at):
        inner = getattr(iterable, "_vitrine_iterable", iterable)
        if isinstance(inner, range):
            loop = Loop("range", at, len(inner))
        else:
            loop = Loop("while" if at[-1] == "while" else "other", at)
        self.loops.append(loop)
        turns = 0
        try:
            for value in iterable:
                looked = self.looked
                yield value
                turns += 1
                # It only measures: of hundreds of batches two show what there is to see.
                if turns > 1 and trace.without_gradient and self.looked > looked:
                    return
                if self.backwards and self.changed():
                    self.around = tuple(self.loops)
                    raise Trained
                if turns > _MOST_TURNS:
                    raise NotSeen(f"This loop went on for {_MOST_TURNS} turns without a step of training.", at[:5])
        finally:
            if loop in self.loops:
                del self.loops[self.loops.index(loop):]


def _turns(iterable, *at):
    return trace.script.turns(iterable, list(at)) if trace.script is not None else iter(iterable)


def _while(test, *at):
    return _turns(iter(lambda: bool(test()), False), *at, "while")


def prepare(namespace):
    namespace["__vitrine_turns__"] = _turns
    namespace["__vitrine_while__"] = _while


class Watched(ast.NodeTransformer):
    """Loops that tell of their turns."""

    def __init__(self, name):
        self.name = name

    def at(self, node):
        return [ast.copy_location(ast.Constant(v), node) for v in trees.place(self.name, node)]

    def visit_For(self, node):
        self.generic_visit(node)
        call = ast.Call(ast.Name("__vitrine_turns__", ast.Load()), [node.iter, *self.at(node)], [])
        node.iter = ast.fix_missing_locations(ast.copy_location(call, node.iter))
        return node

    def visit_While(self, node):
        self.generic_visit(node)
        test = ast.Lambda(ast.arguments([], [], None, [], [], None, []), node.test)
        call = ast.Call(ast.Name("__vitrine_while__", ast.Load()), [test, *self.at(node)], [])
        made = ast.For(ast.Name("_", ast.Store()), call, node.body, node.orelse)
        return ast.fix_missing_locations(ast.copy_location(made, node))


def watched(name, text):
    """A file's tree, its loops watched."""
    return Watched(name).visit(parsed.fresh(name, text))


def compiled(node, name):
    return compile(ast.Module([node], []), name, "exec", dont_inherit=True)


def may_train(tree):
    """Whether a file has what a training loop needs."""
    return any(isinstance(n, ast.Attribute) and n.attr == "backward" for n in trees.nodes(tree))


class _Watching:
    """While it lasts, what the script does is noted."""

    def __enter__(self):
        import torch.nn.functional as F

        import numpy

        self.script = trace.script = Script()
        # The next script begins without a seed.
        numpy.random = numpy.Module()
        self.kept = {}
        for name, original in list(F.__dict__.items()):
            # Losses as functions; as modules they go by their class.
            is_loss = name.endswith("_loss") or name in ("cross_entropy", "kl_div") or name.startswith("binary_cross_entropy")
            if is_loss and isinstance(original, types.FunctionType):
                self.kept[name] = original
                F.__dict__[name] = self.script.function(name, original)
        return self.script

    def __exit__(self, _, error, __):
        import torch.nn.functional as F

        if isinstance(error, NotSeen):
            error.script = self.script
        F.__dict__.update(self.kept)
        trace.script = None
        trace.tracing = False
        trace.calls.clear()
        return False


def run(statements, execute):
    """
    Runs a file's statements one by one until a step of training is over.

    @returns the script and the statement that trains; None where none does.
    """
    with _Watching() as script:
        for node in statements:
            try:
                execute(node)
            except Trained:
                return script, node
            # A step that stands in no loop.
            if script.backwards and script.changed():
                return script, node
    return None


def tried(statements, execute):
    """Runs statements for what they make, as far as they go; they train nothing."""
    try:
        run(statements, execute)
    except NotSeen:
        pass


def told(script):
    """What was seen, as the recorder takes it."""
    around = script.around
    loader = script.loaders[-1] if script.loaders else None
    return {
        "loss": script.loss._id,
        "at": _at(script),
        "calls": [{"inputs": [t._id for t in tensors], "output": result._id} for _, tensors, result in script.calls],
        "losses": script.losses,
        "loops": [l.count for l in _epochs(around) if l.kind == "range"],
        "begun": _begun(_epochs(around)),
        "whiles": any(l.kind == "while" for l in around),
        "loader": None if loader is None else loader._told(),
        "trainable": [before for _, _, before, _ in script.gradients] + _weights(script),
        "updates": [
            {"name": name, "before": before, "after": t._id, "gradient": gradient}
            for name, t, before, gradient in script.gradients if t._id != before
        ],
        "variables": [{"name": name, "id": t._id} for name, t in script.variables()],
    }


def _at(script):
    """Where it trains: the outermost loop around the step."""
    return script.around[0].at[:5] if script.around else script.at


def _epochs(around):
    """
    The loops that are turns of training, outermost first: where a loop goes through a loader, the one directly around it
    is the epochs, and those around that are folds or other tries.
    """
    at = next((i for i, l in enumerate(around) if l.batches), None)
    return around if at is None or at == 0 else around[at - 1 : at]


def _begun(loops):
    """The first value that a turn makes; what a loop over something else divides, folds or files, stands before."""
    turns = [l for l in loops if l.kind != "other"] or loops
    return turns[0].began if turns else None


def _weights(script):
    seen = []
    for module, _, _ in script.calls:
        seen += [p._id for p in module.parameters()]
    return seen


def _pictures(script):
    if not script.pictures:
        return []
    from torchvision._folder import told as pictures_told

    return pictures_told(script)


def settings(script, module):
    """Who changes the weights, and how, in words that PyTorch has for it."""
    names = {} if module is None else {id(p): n for n, p in module.named_parameters()}
    optimizer = script.optimizer
    out = {}
    if optimizer is not None:
        out["optimizer"] = optimizer._told(names)
        moved = {id(p) for group in optimizer.param_groups for p in group["params"] if p.requires_grad}
        out["frozen"] = [name for key, name in names.items() if key not in moved]
    if script.schedulers:
        out["schedules"] = [s._told() for s in script.schedulers]
    if script.clip is not None:
        out["clip"] = script.clip
    return out


def model_of(script, module, main):
    """The file and name by which a reader finds a model, and what its constructor was given."""
    cls = type(module)
    owner = sys.modules.get(cls.__module__)
    file = getattr(owner, "__file__", None) or ""
    if cls.__module__ == "__main__":
        file = main
    if file.startswith(trace.WORKSPACE):
        given = {}
        try:
            bound = inspect.signature(cls.__init__).bind_partial(None, *module._given[0], **module._given[1])
            given = dict(list(bound.arguments.items())[1:])
        except (AttributeError, TypeError, ValueError):
            pass
        # What is no plain value is found by the reader of classes, where the script makes it.
        if not all(_is_plain(v) for v in given.values()):
            given = {}
        return {"file": file, "class": cls.__name__, "arguments": given}
    for names in script.frames:
        for name, value in names.items():
            if value is module:
                return {"file": main, "class": name, "arguments": {}}
    return None


def _is_plain(value):
    if isinstance(value, (list, tuple)):
        return all(_is_plain(v) for v in value)
    return value is None or isinstance(value, (bool, int, float, str))


def is_loss(module):
    return type(module).__name__.endswith("Loss") and type(module).__module__.startswith("torch.")


# From the run to what is handed over


def read(main, statements, execute, failed):
    """
    Runs a file's statements and hands over how it trains, or why that is not to be seen.

    @param failed what `execute` could not run, with its place: it grows meanwhile.
    @returns the name and the model that is trained, where it is no class of the workspace but a variable.
    """
    script = None
    try:
        found = run(statements, execute)
        if found is None:
            if failed:
                raise NotSeen(*failed[-1][:2])
            raise NotSeen("Nothing in this file takes a step of training when it is run: no optimizer steps, and no "
                          "weights are changed after a backward().")
        script, node = found
        text = corpus.read(main, script, statements)
        if text is not None:
            told_of, module = text
            model = model_of(script, module, main)
            if model is not None:
                channel.ask("script", model=model, at=_at(script), text=told_of, **settings(script, module))
                return None if model["class"] == type(module).__name__ else (model["class"], module)
        if script.windows:
            raise NotSeen("The code takes windows of a tensor at places that it draws by chance: this is read where they "
                          "are windows of one text, of which each character is a token, and cross entropy compares them "
                          "with the windows one place further.", script.at)
        facts = told(script)
        seen = channel.ask("trained", **facts)
        if "error" in seen:
            inside = "The model computes its loss itself, where it is not read: return what it predicts alone, and " \
                     "compute the loss beside it, e.g. F.cross_entropy(model(x), y)."
            raise NotSeen(inside if script.inside and not script.losses else seen["error"], script.at)
        module = script.calls[seen["call"]][0] if seen["call"] is not None else None
        if module is None:
            model = _plain(main, script, node, execute, seen)
        else:
            model = model_of(script, module, main)
            if model is None:
                raise NotSeen("The model that is trained is neither a class of the workspace nor a variable.", script.at)
        channel.ask("script", model=model, at=facts["at"], pictures=_pictures(script), **settings(script, module))
        return None if module is None or model["class"] == type(module).__name__ else (model["class"], module)
    except NotSeen as error:
        # A file that is not there is why the rest fails; so is what made a name unknown that is now asked for.
        words = set(re.findall(r"\w+", str(error)))
        cause = next((f[:2] for f in failed if f[2] & words), None)
        message, at = files.missing or cause or (str(error) + _of_its_text(main, error.script or script), error.at)
        channel.ask("script", error=message, at=at)
        return None


def _of_its_text(main, script):
    """How a model that reads tokens is trained without its script, where that reads a text."""
    asked = next((
        type(module).__name__ for module, tensors, _ in reversed(script.calls if script else ())
        if not type(module).__module__.startswith("torch.") and tensors
        and not tensors[0].dtype.is_floating_point and len(tensors[0].shape) == 2
    ), None)
    if asked is None or not files.texts:
        return ""
    file, text = main.rpartition("/")[2], files.texts[-1]
    return f" {asked} can learn {text} without this script, too: vitrine train {file}#{asked} --data {text}."


def _plain(main, script, node, execute, first):
    """
    A model that is no class but tensors and arithmetic: the statement that trains runs again with the data as inputs
    of any number of rows.
    """
    from torch import _ops, _tensor

    weights = []
    for name, t, before, _ in script.gradients:
        t._id = before
        if t._init is None:
            made = _tensor.settled(t)
            if made is None:
                raise NotSeen(f"How {name} begins is computed from random numbers in a way that is not read.", script.at)
            t._become(made)
        weights.append((name, t, t._id))
    ids = {before for _, _, before in weights}
    data = [
        (name, t) for name, t in script.variables()
        if t._id not in ids and t.shape and t.shape[0] == first["rows"] and all(t is not w for _, w, _ in weights)
    ]
    kept = [(t, dict(t.__dict__)) for _, t in [*data, *((n, t) for n, t, _ in weights)]]
    try:
        with _Watching() as again:
            trace.tracing = True
            #: The graph's inputs by the values that the script sees.
            inputs = {}
            for name, t in data:
                # A row is at least one number: what the script has as [N] comes as [N, 1].
                given = _tensor.graph_input(name, ["N", *(t.shape[1:] or (1,))], t.dtype)
                t._become(given if len(t.shape) > 1 else _ops.squeeze(given, 1))
                inputs[t._id] = given._id
            try:
                execute(node)
            except Trained:
                pass
            if again.loss is None:
                raise NotSeen("The loop does not train a second time as it did the first.", script.at)
            facts = told(again)
            seen = channel.ask("trained", **facts)
            if "error" in seen:
                raise NotSeen(seen["error"], script.at)
            name = next((n for n, t in again.variables() if t._id == seen["predicted"] and t._id not in inputs), "loss")
            trace.tracing = False
            channel.ask(
                "finish", **{"class": name}, definition=facts["at"], inputs=[inputs[i] for i in seen["inputs"]],
                outputs=[seen["predicted"]],
                modules=[(-1, "", name, "", None, [(n, before, "parameter", True, False) for n, _, before in weights], [], [])],
                aliases=[],
                diagnostics=trace.take_diagnostics(), constructed=True,
            )
    finally:
        for t, fields in kept:
            t.__dict__.clear()
            t.__dict__.update(fields)
    return {"file": main, "class": name, "arguments": {}}
