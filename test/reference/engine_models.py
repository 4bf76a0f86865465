"""Whole nets from PyTorch source: outputs, loss, gradients, and 20 steps of Adam, in float64 from float32 weights.

Weights and inputs come from a hash that the test computes, too, so the fixture holds only samples: some values of the
outputs and of each gradient, the gradients' norms, and the loss curves. Dropout is off; the noise of the VAE is fixed.
Beside each gradient and loss stands how far rounding alone takes it (`rounding`): PyTorch's own float32, or float64 from
weights and inputs that are off by a few units in float32's last place, whichever is farther. Where gradients are zero
in exact arithmetic (a bias before a batch norm or a softmax), that is all there is of them; where a ReLU6 among a
million stands on its kink, as in MobileNetV2, it is a percent.

Those in `huggingface/` are what Transformers builds from the config.json that stands there.

Pinned: Python 3.11, torch 2.5.1, einops 0.8, transformers 4.46.3.
Run from the repository's root: python test/reference/engine_models.py [name of a net, to make it alone anew …]
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import transformers

HERE = Path(__file__).parent
LONG = "int64"
torch.use_deterministic_algorithms(True)

# name, file, class, arguments, input (shape, dtype), loss, classes, learning rate
NETS = [
    ("LeNet", "pytorch/lenet", "LeNet", {}, ([5, 1, 32, 32], "float32"), "cross_entropy", 10, 1e-3),
    ("ResNet-18", "pytorch/resnet", "ResNet18", {}, ([3, 3, 64, 64], "float32"), "cross_entropy", 10, 1e-4),
    ("MobileNetV2", "pytorch/mobilenet", "MobileNetV2", {"num_classes": 7, "width_mult": 0.35}, ([8, 3, 64, 64], "float32"), "cross_entropy", 7, 1e-4),
    ("inverted residuals", "engine_models/inverted_residuals", "SmallMobileNet", {}, ([5, 3, 32, 32], "float32"), "cross_entropy", 7, 1e-3),
    ("U-Net", "pytorch/unet", "UNet", {"widths": [4, 8, 16, 32]}, ([2, 3, 32, 24], "float32"), "cross_entropy", 2, 1e-3),
    ("U-Net, interpolating", "pytorch/unet", "UNet", {"bilinear": True, "widths": [4, 8, 16, 32]}, ([2, 3, 32, 24], "float32"), "cross_entropy", 2, 1e-3),
    ("LSTM language model", "pytorch/lstm_lm", "RNNModel", {}, ([3, 7], LONG), "mse", 0, 1e-3),
    ("RNN language model", "pytorch/lstm_lm", "RNNModel", {"rnn_type": "RNN", "tie_weights": False, "nlayers": 1}, ([3, 7], LONG), "mse", 0, 1e-3),
    ("LSTM classifier", "pytorch/lstm_lm", "Classifier", {}, ([3, 9], LONG), "cross_entropy", 4, 1e-3),
    ("Forecast", "pytorch/lstm_lm", "Forecast", {}, ([3, 11, 3], "float32"), "mse", 0, 1e-3),
    ("GPT", "pytorch/gpt", "GPT", {}, ([3, 10], LONG), "mse", 0, 1e-3),
    ("BERT", "engine_models/bert", "Bert", {}, ([3, 12], LONG), "cross_entropy", 3, 1e-3),
    ("Transformer encoder", "pytorch/transformer", "Encoder", {}, ([3, 12], LONG), "cross_entropy", 3, 1e-3),
    ("ViT", "pytorch/vit", "ViT", {}, ([2, 3, 32, 32], "float32"), "cross_entropy", 10, 1e-4),
    ("VAE", "pytorch/vae", "VAE", {}, ([4, 784], "float32"), "mse", 0, 1e-3),
    ("Autoencoder", "pytorch/vae", "ConvAutoencoder", {}, ([3, 1, 28, 28], "float32"), "mse", 0, 1e-3),
    ("DCGAN generator", "pytorch/dcgan", "Generator", {"ngpu": 1}, ([3, 100, 1, 1], "float32"), "mse", 0, 1e-4),
    ("DCGAN discriminator", "pytorch/dcgan", "Discriminator", {"ngpu": 1}, ([2, 3, 64, 64], "float32"), "mse", 0, 1e-4),
    ("GPT-2 of Transformers", "huggingface/gpt2", "GPT2LMHeadModel", {}, ([3, 11], LONG), "mse", 0, 1e-3),
    ("BERT of Transformers", "huggingface/bert-classifier", "BertForSequenceClassification", {}, ([5, 9], LONG), "cross_entropy", 3, 1e-3),
    ("BERT of Transformers, masked words", "huggingface/bert", "BertForMaskedLM", {}, ([2, 7], LONG), "mse", 0, 1e-3),
    ("Llama of Transformers", "huggingface/llama", "LlamaForCausalLM", {}, ([2, 9], LONG), "mse", 0, 1e-3),
    ("ViT of Transformers", "huggingface/vit", "ViTForImageClassification", {}, ([5, 3, 8, 8], "float32"), "cross_entropy", 3, 1e-3),
    ("Graph convolution", "engine_models/gcn", "GCN", {}, ([4, 7, 6], "float32"), "cross_entropy", 3, 1e-2),
    ("ConvNeXt", "engine_models/kinds", "ConvNeXt", {}, ([3, 3, 32, 32], "float32"), "cross_entropy", 5, 1e-3),
    ("Squeeze and excitation", "engine_models/kinds", "SEResNet", {}, ([5, 3, 12, 10], "float32"), "cross_entropy", 4, 1e-3),
    ("WaveNet", "engine_models/kinds", "WaveNet", {}, ([3, 1, 29], "float32"), "mse", 0, 1e-3),
    ("Temporal convolutions", "engine_models/kinds", "TCN", {}, ([5, 3, 17], "float32"), "cross_entropy", 2, 1e-3),
    ("Sequence to sequence", "engine_models/kinds", "Seq2Seq", {}, ([3, 9], LONG), "mse", 0, 1e-3),
    ("Graph attention", "engine_models/kinds", "GAT", {}, ([5, 8, 5], "float32"), "cross_entropy", 3, 1e-2),
    ("DeepFM", "engine_models/kinds", "DeepFM", {}, ([7, 3], LONG), "mse", 0, 1e-2),
    ("PixelCNN", "engine_models/kinds", "PixelCNN", {}, ([3, 1, 9, 7], "float32"), "mse", 0, 1e-3),
    ("Rotary, grouped queries, SwiGLU", "engine_models/kinds", "LlamaBlock", {}, ([3, 7], LONG), "mse", 0, 1e-3),
    ("Perceiver", "engine_models/kinds", "Perceiver", {}, ([3, 7, 5], "float32"), "cross_entropy", 3, 1e-3),
    ("Conformer's convolution", "engine_models/kinds", "ConformerConv", {}, ([3, 11, 8], "float32"), "mse", 0, 1e-3),
    ("U-Net in 3-D", "engine_models/kinds", "UNet3d", {}, ([2, 1, 6, 8, 4], "float32"), "mse", 0, 1e-3),
    ("Tabular transformer", "engine_models/kinds", "TabTransformer", {}, ([5, 4], LONG), "cross_entropy", 3, 1e-3),
    ("Neural ODE", "engine_models/kinds", "NeuralODE", {}, ([5, 3], "float32"), "mse", 0, 1e-2),
    ("Sub-pixel convolution", "engine_models/kinds", "ESPCN", {}, ([3, 1, 7, 9], "float32"), "mse", 0, 1e-3),
    ("Capsules", "engine_models/kinds", "Capsules", {}, ([3, 1, 9, 9], "float32"), "mse", 0, 1e-3),
    ("Siamese", "engine_models/kinds", "Siamese", {}, ([5, 12], "float32"), "mse", 0, 1e-3),
]


def noise(count, stream):
    """Numbers in [-1, 1) from the finaliser of MurmurHash3 over the index and the stream's number."""
    h = np.arange(count, dtype=np.uint32) + np.uint32((stream * 0x9E3779B1) & 0xFFFFFFFF)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return torch.from_numpy((h.astype(np.float64) / 2147483648.0 - 1).astype(np.float32))


def load(path):
    spec = importlib.util.spec_from_file_location(path.replace("/", "."), HERE / f"{path}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def built(folder, cls):
    """The model that a folder's configuration describes, its attention written out, answering with a tuple."""
    kind = getattr(transformers, cls)
    config = kind.config_class.from_pretrained(HERE / folder, attn_implementation="eager", return_dict=False, use_cache=False)
    return kind(config)


def fill(model):
    """Uniform weights of PyTorch's usual size; scales of norms near 1; running statistics as they start."""
    for k, (name, p) in enumerate(model.named_parameters()):
        values = noise(p.numel(), k + 1)
        if p.dim() > 1:
            values = values * (3.0 / (p.numel() / p.shape[0])) ** 0.5
        else:
            values = 1 + 0.1 * values if name.endswith("weight") else 0.1 * values
        p.data.copy_(values.reshape(p.shape))


def sample(t, count=12):
    """Cells spread over the whole tensor."""
    flat = t.detach().reshape(-1)
    step = max(1, flat.numel() // count)
    return {"step": step, "largest": flat.abs().max().item(), "data": [float(f"{v:.7g}") for v in flat[::step].tolist()]}


def first(value):
    return value[0] if isinstance(value, (tuple, list)) else value


torch.randn_like = lambda t, **_: noise(t.numel(), 999).reshape(t.shape).to(t.dtype)


def shaken(t, seed):
    """Off by up to four units in the last place of float32."""
    if seed is None or not t.is_floating_point():
        return t
    return t * (1 + noise(t.numel(), seed).reshape(t.shape).to(t.dtype) * 2.0**-22)


def walk(make, x, targets_of, criterion, rate, kind, seed=None):
    """What float32 weights become in the given precision."""
    model = make().to(kind)
    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            p.copy_(shaken(p, None if seed is None else seed + k))
    x = shaken(x, seed)
    model.eval()
    with torch.no_grad():
        evaluated = first(model(x))
    targets = targets_of(evaluated)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    losses = []
    for step in range(20):
        optimizer.zero_grad()
        y = first(model(x))
        value = criterion(y, targets.to(y.dtype) if targets.is_floating_point() else targets)
        value.backward()
        if step == 0:
            trained = y.detach()
            gradients = {k: p.grad.clone() for k, p in model.named_parameters() if p.grad is not None}
        optimizer.step()
        losses.append(value.item())
    return evaluated, trained, gradients, losses


records = []
asked = set(sys.argv[1:])
kept = {r["name"]: r for r in json.loads((HERE / "engine_models.json").read_text())} if asked else {}
for name, file, cls, arguments, (shape, dtype), loss, classes, rate in NETS:
    if asked and name not in asked:
        records.append(kept[name])
        continue
    module = None if file.startswith("huggingface/") else load(file)

    def make():
        model = built(file, cls) if module is None else getattr(module, cls)(**({"config": module.GPTConfig()} if cls == "GPT" else arguments))
        for m in model.modules():
            if isinstance(m, torch.nn.modules.dropout._DropoutNd):
                m.p = 0.0
            elif isinstance(getattr(m, "dropout", None), float):
                m.dropout = 0.0
        fill(model)
        return model

    def targets_of(y):
        count = y.numel() // (classes and y.shape[1] or 1)
        if loss == "mse":
            return (noise(y.numel(), 200) * 0.5 + 0.5).reshape(y.shape)
        return ((noise(count, 200) * 0.5 + 0.5) * classes).floor().long().reshape([y.shape[0], *y.shape[2:]])

    size = int(np.prod(shape))
    x = ((noise(size, 100) * 0.5 + 0.5) * 40).floor().long() if dtype == LONG else noise(size, 100)
    x = x.reshape(shape)
    criterion = F.mse_loss if loss == "mse" else F.cross_entropy
    torch.set_default_dtype(torch.float32)
    single = walk(make, x, targets_of, criterion, rate, torch.float32)
    # Masks, positions and the like that a forward makes are made in the default type.
    made = [make() for _ in range(5)]
    torch.set_default_dtype(torch.float64)
    exact, *others = [walk(lambda: made[i], x if dtype == LONG else x.double(), targets_of, criterion, rate, torch.float64, 1000 * i or None)
                      for i in range(5)]
    torch.set_default_dtype(torch.float32)
    others.append(single)
    evaluated, trained, gradients, losses = exact
    records.append({
        "name": name, "file": file, "class": cls, "arguments": arguments, "shape": shape, "dtype": dtype, "loss": loss,
        "classes": classes, "rate": rate, "evaluated": {"shape": list(evaluated.shape), **sample(evaluated, 200)},
        "trained": sample(trained, 200),
        "gradients": {k: {"norm": g.norm().item(), **sample(g), "rounding": float(f"{max((o[2][k].double() - g).abs().max().item() for o in others):.2g}")}
                      for k, g in gradients.items()},
        "losses": losses, "rounding": [float(f"{max(abs(o[3][i] - v) for o in others):.2g}") for i, v in enumerate(losses)],
    })
    print(name, losses[0], losses[-1], "rounding takes it by", max(records[-1]["rounding"]) / max(map(abs, losses)))
text = "[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in records) + "\n]\n"
(HERE / "engine_models.json").write_text(text)
print(len(text), "bytes")
