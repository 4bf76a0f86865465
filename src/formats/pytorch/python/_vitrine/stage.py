"""What the interpreter is while a file is read: its finders, its modules, what is known of what is not known."""

import builtins
import functools
import linecache
import random
import sys

from . import replay, trace, unknown


class Stage:
    """While it lasts, a file is read; what it left with `keep` is there again when it is entered once more."""

    def __init__(self, main, texts, finder):
        self.main, self.texts, self.finder = main, texts, finder
        self.missing = unknown.Finder()
        self.own = {name[len(trace.WORKSPACE) :].split("/")[0].removesuffix(".py") for name in texts}
        #: Lines of files that are not those of their text.
        self.lines = {}
        self.modules, self.classes, self.made, self.unknown = {}, set(), {}, None
        self.dtype = None

    def keep(self):
        import torch

        self.modules = {name: sys.modules[name] for name in self._added()}
        self.classes, self.made, self.unknown = set(trace.classes), dict(trace.made), unknown.state()
        self.dtype = torch.get_default_dtype()

    def __enter__(self):
        import torch

        # The same file is read the same way.
        random.seed(0)
        torch.set_default_dtype(self.dtype or torch.float32)
        sys.stdout = sys.stderr = _Quiet()
        builtins.input = _no_input
        builtins.open = _no_files
        sys.argv = [self.main]
        unknown.Finder.own = self.own
        self.before = set(sys.modules)
        sys.modules.update(self.modules)
        sys.meta_path[:0] = [self.finder]
        sys.meta_path.append(self.missing)
        for name, text in self.texts.items():
            # Lines are made where they are asked for.
            linecache.cache[name] = (functools.partial(str, text),)
        linecache.cache.update(self.lines)
        trace.classes.update(self.classes)
        trace.made.update(self.made)
        if self.unknown is not None:
            unknown.resume(self.unknown)
        return self

    def __exit__(self, *_):
        trace.tracing = trace.building = False
        trace.forget()
        replay.forget()
        sys.meta_path[:] = [f for f in sys.meta_path if f is not self.finder and f is not self.missing]
        for name in self._added():
            del sys.modules[name]
        linecache.clearcache()
        unknown.forget()

    def _added(self):
        """Modules that are this file's alone."""
        out = []
        for name in set(sys.modules) - self.before:
            module = sys.modules[name]
            if name.split(".")[0] in self.own or isinstance(module, unknown.StandIn) or (
                getattr(module, "__file__", None) == self.main
            ):
                out.append(name)
        return out


class _Quiet:
    """Standard output of a model's file goes nowhere."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        return None

    def isatty(self):
        return False


def _no_input(*_):
    raise EOFError("there is no input while a model is read")


def _no_files(name, *_, **__):
    raise trace.Unsupported(f"Files are not read while a model is read: what is in {str(name)[:200]!r} is not known.")
