"""
What PyTorch itself says of the models in pytorch/*.py: names, shapes and kinds of what state_dict holds, and the
shapes of what forward returns. Writes pytorch.json.

Versions: Python 3.11, torch 2.5.1 (CPU).
"""

import importlib.util
import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
LONG = "int64"

# file, class, constructor arguments, inputs as (shape, dtype) with a batch of 3 first
CASES = [
    ("linear_regression", "LinearRegression", {}, [([3, 2], "float32")]),
    ("linear_regression", "Line", {}, [([3, 1], "float32")]),
    ("lenet", "LeNet", {}, [([3, 1, 32, 32], "float32")]),
    ("lenet", "Mnist", {}, [([3, 1, 28, 28], "float32")]),
    ("mlp", "MLP", {}, [([3, 30], "float32")]),
    ("mlp", "MLP", {"sizes": [8, 5, 3], "activation": "tanh", "batch_norm": False, "bias": False}, [([3, 8], "float32")]),
    ("mlp", "Logistic", {}, [([3, 4], "float32")]),
    ("resnet", "ResNet18", {}, [([3, 3, 64, 64], "float32")]),
    ("resnet", "ResNet", {}, [([3, 3, 96, 96], "float32")]),
    ("unet", "UNet", {}, [([3, 3, 64, 48], "float32")]),
    ("unet", "UNet", {"bilinear": True}, [([3, 3, 40, 40], "float32")]),
    ("vae", "VAE", {}, [([3, 784], "float32")]),
    ("vae", "ConvAutoencoder", {}, [([3, 1, 28, 28], "float32")]),
    ("lstm_lm", "RNNModel", {}, [([3, 7], LONG)]),
    ("lstm_lm", "RNNModel", {"rnn_type": "RNN", "tie_weights": False, "nlayers": 1}, [([3, 7], LONG)]),
    ("lstm_lm", "Classifier", {}, [([3, 9], LONG)]),
    ("lstm_lm", "Forecast", {}, [([3, 11, 3], "float32")]),
    ("gpt", "GPT", {}, [([3, 10], LONG)]),
    ("vit", "ViT", {}, [([3, 3, 32, 32], "float32")]),
    ("mobilenet", "MobileNetV2", {}, [([3, 3, 64, 64], "float32")]),
    ("mobilenet", "MobileNetV2", {"num_classes": 7, "width_mult": 0.35}, [([3, 3, 64, 64], "float32")]),
    ("dcgan", "Generator", {"ngpu": 1}, [([3, 100, 1, 1], "float32")]),
    ("dcgan", "Discriminator", {"ngpu": 1}, [([3, 3, 64, 64], "float32")]),
    ("transformer", "Encoder", {}, [([3, 12], LONG)]),
    ("transformer", "Seq2Seq", {}, [([3, 6], LONG), ([3, 5], LONG)]),
    ("transformer", "Attends", {}, [([3, 7, 24], "float32")]),
    ("densenet", "DenseNet", {}, [([3, 3, 32, 32], "float32")]),
    ("squeeze_excite", "SmallNet", {}, [([3, 3, 32, 32], "float32")]),
    ("tcn", "TCN", {}, [([3, 4, 20], "float32")]),
    ("fourier", "GlobalFilter", {}, [([3, 6, 5, 3], "float32")]),
    ("fourier", "SpectralConvolution", {}, [([3, 2, 11], "float32")]),
    ("fourier", "AutoCorrelation", {}, [([3, 10, 4], "float32"), ([3, 10, 4], "float32")]),
    ("fourier", "Rotary", {}, [([3, 6, 8], "float32")]),
    ("fourier", "Spectrum", {}, [([3, 16], "float32")]),
    ("recommender", "Factorization", {}, [([3], LONG), ([3], LONG)]),
    ("recommender", "DeepSet", {}, [([3, 9, 6], "float32")]),
    ("indexing", "Angles", {}, [([3, 6], "float32")]),
    ("indexing", "Pairs", {"size": 5, "hidden": 8}, [([3, 5], "float32")]),
    ("masks", "Clamped", {}, [([3, 4], "float32")]),
    ("masks", "Codes", {}, [([3, 4], "float32")]),
    ("cells", "Unrolled", {}, [([3, 6], "float32")]),
    ("cells", "Lazy", {}, [([3, 3, 10, 10], "float32")]),
    ("policy", "Squashed", {}, [([3, 5], "float32")]),
    ("policy", "Discrete", {}, [([3, 4], "float32")]),
    ("policy", "Cropped", {}, [([3, 3, 10, 12], "float32")]),
]


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / "pytorch" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def fill(model):
    """Weights by a formula that the test knows, too: no file of numbers, and no chance."""
    seen = set()
    number = 0
    for name, tensor in model.state_dict(keep_vars=True).items():
        trained = isinstance(tensor, torch.nn.Parameter)
        if id(tensor) in seen or not (trained or "running_" in name):
            continue
        seen.add(id(tensor))
        wave = torch.sin(0.7 * torch.arange(tensor.numel(), dtype=torch.float64) + number)
        if "running_var" in name:
            values = 1 + 0.5 * wave
        elif tensor.dim() > 1:
            values = wave / max(1.0, tensor.numel() / tensor.shape[0]) ** 0.5
        else:
            values = 1 + 0.1 * wave if name.endswith("weight") else 0.1 * wave
        tensor.data.copy_(values.reshape(tensor.shape))
        number += 1


def example(shape, dtype):
    steps = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    values = (steps * 7) % 50 if dtype == LONG else torch.sin(0.3 * steps)
    return values.reshape(shape).to(getattr(torch, dtype))


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors(v)]
    if isinstance(value, dict):
        return tensors(list(value.values()))
    return []


rows = []
for file, cls, arguments, inputs in CASES:
    torch.manual_seed(0)
    module = load(file)
    made = {"config": module.GPTConfig()} if cls == "GPT" else arguments
    model = getattr(module, cls)(**made)
    model.eval()
    made = [torch.zeros(s, dtype=getattr(torch, d)) for s, d in inputs]
    with torch.no_grad():
        outputs = tensors(model(*made))
    named = dict(model.named_parameters())
    buffers = {k: b.clone() for k, b in model.named_buffers()}
    values = {k: [round(float(x), 9) for x in b.flatten()[:200]] for k, b in buffers.items() if b.dtype == torch.float32}
    spread = {
        k: [float(p.min()), float(p.max()), float(p.mean()), float(p.std(unbiased=False))]
        for k, p in named.items()
        if p.numel() >= 2000
    }
    fill(model)
    with torch.no_grad():
        computed = tensors(model(*[example(s, d) for s, d in inputs]))
    state = model.state_dict()
    rows.append(
        {
            "file": file,
            "class": cls,
            "arguments": arguments,
            "inputs": [{"shape": s, "dtype": d} for s, d in inputs],
            "outputs": [list(o.shape) for o in outputs],
            "dtypes": [str(o.dtype).replace("torch.", "") for o in outputs],
            "parameters": sum(p.numel() for p in named.values()),
            "state": [[k, list(v.shape)] for k, v in state.items()],
            "named_parameters": list(named),
            "modules": [[k, type(m).__name__] for k, m in model.named_modules()],
            # What the constructor itself computes: exact values to hold ours to.
            "values": values,
            # For how what begins by chance is spread.
            "spread": spread,
            # What forward returns for the weights and inputs of the formulas above.
            "computed": [[float(x) for x in t.flatten()[:60]] for t in computed],
            "repr": [m.extra_repr() for m in model.modules()],
        }
    )
(HERE / "pytorch.json").write_text(json.dumps({"torch": torch.__version__, "cases": rows}) + "\n")
