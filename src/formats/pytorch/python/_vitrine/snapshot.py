"""What a forward may change of the modules that it is called on, and how that is taken back."""

from . import state


def of(modules):
    """What forward may change: tensors that buffers and plain attributes hold."""
    kept = []
    for m in modules:
        own = m.__dict__
        tensors = []
        for t in (*own["_parameters"].values(), *own["_buffers"].values()):
            if t is not None and t._id is not None:
                # What is only looked up later is no change.
                t._kind_of_type()
                tensors.append((t, dict(t.__dict__)))
        kept.append((m, dict(own), {k: dict(own[k]) for k in ("_parameters", "_buffers", "_modules")}, tensors))
    return kept


def restore(kept, unchanged):
    """Takes back what forward changed; `unchanged` where nothing was set on a module."""
    for m, own, held, tensors in kept:
        if not unchanged:
            built = m.__dict__.get("_materialize")
            if built is not None:
                continue
            m.__dict__.clear()
            m.__dict__.update(own)
            for k, v in held.items():
                m.__dict__[k].clear()
                m.__dict__[k].update(v)
        for t, fields in tensors:
            now = t.__dict__
            if not state.is_same(now, fields):
                now.clear()
                now.update(fields)
