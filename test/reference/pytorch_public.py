"""
What PyTorch itself says of public model definitions: parameter counts and shapes of outputs. Writes
pytorch_public.json, which names each definition by repository or package, path and class; no code of theirs is kept
here. What pytorch_public_failing.json says of those that are not read is kept by hand.

    pip install --no-deps -r pytorch_public.txt
    python pytorch_public.py REPOSITORIES     REPOSITORIES/OWNER+NAME as `node test/harness/corpus.mjs` makes them

Versions: Python 3.11, torch 2.5.1 (CPU), torchvision 0.20.1, torchaudio 2.5.1, timm 1.0.11, einops 0.8.
"""

import dataclasses
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import pathlib
import sys
import unittest.mock

import torch

HERE = pathlib.Path(__file__).parent

from pytorch_public_cases import CASES, COMMITS, PACKED
from pytorch_public_language import CASES as LANGUAGE, COMMITS as LANGUAGE_COMMITS
from pytorch_public_recent import CASES as RECENT, COMMITS as RECENT_COMMITS
from pytorch_public_vision import CASES as VISION, COMMITS as VISION_COMMITS
from pytorch_public_wider import CASES as WIDER, COMMITS as WIDER_COMMITS


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Packages that a file imports for its training and not for its model."""

    names = ("tensorboard", "torch.utils.tensorboard", "librosa", "ema_pytorch", "accelerate", "torchtext", "unidecode",
             "inflect", "pytorch_fid", "cv2", "IPython", "seaborn", "thop", "numba", "ray", "optuna", "utilsforecast",
             "coreforecast", "reformer_pytorch", "loguru", "munch", "pytorch_lightning", "pycocotools", "tabulate", "colorlog", "colorama", "wandb", "local_attention", "axial_positional_embedding",
             "skimage", "h5py", "datasets", "configargparse", "terminaltables", "imgaug", "tensorly", "tltorch", "torch_harmonics",
             "opt_einsum", "ml_collections", "absl", "submitit", "lpips", "torchmetrics", "tensorboardX", "imageio",
             "gym", "baselines", "tiktoken", "asteroid_filterbanks", "encodec")

    def find_spec(self, name, path=None, target=None):
        if name in self.names or name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        made = unittest.mock.MagicMock(name=spec.name)
        made.__path__ = []
        made.__spec__ = spec
        return made

    def exec_module(self, module):
        pass


class Options(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


def load(folder, c):
    dotted = c["path"].removesuffix(".py").replace("/", ".")
    if "package" in c:
        return importlib.import_module(dotted)
    root = folder / c["repository"].replace("/", "+")
    file = root / c["path"]
    paths = [str(root), str(file.parent)]
    sys.path[:0] = paths
    # Folders without an __init__.py would be looked for in the repository before.
    for name in [n for n in sys.modules if n.split(".")[0] in ("models", "model", "data", "utils", "layers", "src", "core")]:
        del sys.modules[name]
    before = set(sys.modules)
    try:
        if "/" in c["path"]:
            try:
                return importlib.import_module(dotted)
            except (ImportError, ValueError):
                pass
        spec = importlib.util.spec_from_file_location("model_file", file)
        module = importlib.util.module_from_spec(spec)
        sys.modules["model_file"] = module
        spec.loader.exec_module(module)
        return module
    finally:
        for path in paths:
            sys.path.remove(path)
        for name in set(sys.modules) - before:
            if str(root) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


def meant(value, kind, module):
    if not isinstance(value, dict):
        return value
    if set(value) == {"python"}:
        return eval(value["python"], vars(module))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**value)
    kinds = [v for v in vars(module).values() if isinstance(v, type) and dataclasses.is_dataclass(v)]
    if len(kinds) == 1 and kinds[0].__module__ == module.__name__:
        return kinds[0](**value)
    return Options(value)


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors(v)]
    if isinstance(value, dict):
        return tensors(list(value.values()))
    if dataclasses.is_dataclass(value):
        return tensors(list(vars(value).values()))
    return []


def row(folder, c):
    torch.manual_seed(0)
    module = load(folder, c)
    cls = getattr(module, c["class"])
    if c.get("make") and c["make"].endswith(")"):
        model = eval(c["make"], vars(module))
    else:
        kinds = {p.name: p.annotation for p in inspect.signature(cls.__init__).parameters.values()}
        model = cls(**{k: meant(v, kinds.get(k), module) for k, v in c["arguments"].items()})
    model.eval()
    inputs = [torch.zeros([3, *i["shape"]], dtype=getattr(torch, i["dtype"])) for i in c["inputs"]]
    with torch.no_grad():
        if c.get("make") == "tuple":
            outputs = tensors(model((inputs[0], None)))
        else:
            outputs = tensors(model(*inputs))
    return {
        **{k: v for k, v in c.items() if k != "make"},
        "outputs": [list(o.shape) for o in outputs],
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": len(model.state_dict()),
    }


def rows(folder, cases):
    out = []
    for c in cases:
        if c.get("make") == "skip":
            continue
        try:
            out.append(row(folder, c))
        except Exception as error:
            print("not made:", c.get("repository") or c["package"], c["path"], c["class"], type(error).__name__,
                  str(error)[:300], file=sys.stderr)
    print(len(out), "of", len(cases), file=sys.stderr)
    return out


if __name__ == "__main__":
    # Some say `.cuda()` whatever there is.
    torch.Tensor.cuda = torch.nn.Module.cuda = lambda self, *_, **__: self
    repositories = pathlib.Path(sys.argv[1])
    sys.argv = sys.argv[:1]
    sys.meta_path.insert(0, Missing())
    lines = ",\n".join(json.dumps(r) for r in [*rows(repositories, [*CASES, *WIDER, *VISION, *LANGUAGE, *RECENT]), *rows(None, PACKED)])
    commits = json.dumps({**COMMITS, **WIDER_COMMITS, **VISION_COMMITS, **LANGUAGE_COMMITS, **RECENT_COMMITS}, indent=2)
    (HERE / "pytorch_public.json").write_text(
        f'{{"torch": "{torch.__version__}", "commits": {commits}, "cases": [\n{lines}\n]}}\n')
