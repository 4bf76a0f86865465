"""
Files of the workspace for a script that trains: they lie where the script says, and can be read; what it writes goes
nowhere.
"""

import builtins
import io
import os

from . import channel, trace, unknown

#: Where the workspace really lies: scripts may say so.
_real = ""
#: The first file that was looked for and is not there: why the rest fails.
missing = None
#: Texts that were read, by their places in the workspace.
texts = []
_most = None
_kept = []


def opened(main, folder, most=None):
    """
    Lets the script that runs have the workspace's files, seen from its own folder.

    @param folder the workspace's real name.
    @param most bytes of a file that is read; all if None.
    """
    global _most, _real, missing
    _most = most
    missing = None
    texts.clear()
    if "error" in channel.ask("files"):
        return
    _real = folder
    os.chdir(os.path.dirname(main))
    _put(builtins, "open", _open)
    _put(io, "open", _open)
    for name in ("makedirs", "mkdir", "remove", "unlink", "rmdir", "rename"):
        _put(os, name, lambda *_, **__: None)


def closed():
    """Ends what `opened` began."""
    if _kept:
        os.chdir("/")
    while _kept:
        owner, name, value = _kept.pop()
        setattr(owner, name, value)


def _put(owner, name, value):
    _kept.append((owner, name, getattr(owner, name)))
    setattr(owner, name, value)


def located(path):
    """
    Where a file or folder lies that a script names: from the script's folder, from the folders around it, or by the
    real name. Raises FileNotFoundError that says where it should lie.
    """
    global missing
    if unknown.is_unknown(path):
        raise trace.Unsupported(f"Which file {path._vitrine_unknown} is is not known here.")
    name = os.fspath(path)
    if isinstance(name, bytes):
        name = name.decode("utf-8", "replace")
    tried = name.replace("\\", "/")
    if _real and (tried == _real or tried.startswith(_real.rstrip("/") + "/")):
        tried = trace.WORKSPACE + tried[len(_real.rstrip("/")) + 1:]
    if tried.startswith("/"):
        if os.path.exists(tried):
            return _allowed(tried)
    else:
        folder = os.getcwd()
        while True:
            place = os.path.normpath(os.path.join(folder, tried))
            if place.startswith(trace.WORKSPACE.rstrip("/")) and os.path.exists(place):
                return _allowed(place)
            if folder in ("/", trace.WORKSPACE.rstrip("/")):
                break
            folder = os.path.dirname(folder)
    here = os.getcwd()[len(trace.WORKSPACE):]
    where = f"the script's folder{f' {here}' if here else ''}" + (" or a folder above it" if here else "")
    said = (f"There is no {name!r} in the workspace: put it where the script looks for it, in {where}. "
            "Nothing is downloaded, and nothing outside of the workspace is read.")
    if missing is None:
        missing = said, trace.here()
    raise FileNotFoundError(said)


def _allowed(place):
    if _most is not None and os.path.getsize(place) > _most:
        raise trace.Unsupported(f"{place} is too large to be read at each edit")
    return place


def tensors(how, path, **options):
    """Tensors of a file, as the answer describes them."""
    place = located(path)
    answer = channel.ask("load", how=how, path=place[len(trace.WORKSPACE):], options=options)
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["tensors"]


class _Sink:
    """What is written is gone."""

    def __init__(self, name, mode):
        self.name, self.mode, self.closed = name, mode, False
        self.encoding = "utf-8"

    def write(self, text):
        return len(text)

    def writelines(self, lines):
        for _ in lines:
            pass

    def read(self, *_):
        return b"" if "b" in self.mode else ""

    def tell(self):
        return 0

    def writable(self):
        return True

    def close(self):
        self.closed = True

    flush = seek = truncate = close

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __iter__(self):
        return iter(())


_io_open = io.open


def _open(file, mode="r", *arguments, **options):
    if isinstance(file, int):
        return _io_open(file, mode, *arguments, **options)
    if any(m in mode for m in "wax+"):
        return _Sink(str(file), mode)
    place = os.fspath(file) if not unknown.is_unknown(file) else file
    # The interpreter's own files are no concern of the workspace's.
    if isinstance(place, str) and place.startswith("/") and not (_real and place.startswith(_real)):
        return _io_open(place, mode, *arguments, **options)
    place = located(file)
    if "b" not in mode and place.endswith(".txt"):
        texts.append(place[len(trace.WORKSPACE):])
    return _io_open(place, mode, *arguments, **options)
