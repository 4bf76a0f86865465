"""
What explanations of transformers should be, for the folders in huggingface/: attention from Transformers itself, the
rest from hooks, by the definitions of the papers; flows from NetworkX; embeddings of tokens from Captum.
Writes explain_transformers.json.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.46.3, captum 0.9.0, networkx 3.6.1. In float64.
"""

import json
import pathlib

import networkx as nx
import torch
import transformers as t
from captum.attr import LayerIntegratedGradients

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
IDS = torch.tensor([[(3 * i + 7 * j) % 45 + 3 for i in range(9)] for j in range(2)])
PIXELS = torch.sin(0.3 * torch.arange(3 * 8 * 8, dtype=torch.float64)).float().double().reshape(1, 3, 8, 8)


def listed(x):
    return [float(f"{v:.9g}") for v in x.detach().reshape(-1)]


def load(name, cls):
    return cls.from_pretrained(HERE / "huggingface" / name, attn_implementation="eager").double().eval()


def with_residual(maps):
    out = []
    for a in maps:
        m = 0.5 * a[0].mean(0) + 0.5 * torch.eye(a.shape[-1])
        out.append(m / m.sum(-1, keepdim=True))
    return out


def flow(layers, source):
    length = layers[0].shape[0]
    g = nx.DiGraph()
    for l, m in enumerate(layers):
        for q in range(length):
            for k in range(length):
                if m[q, k] > 0:
                    g.add_edge((l + 1, q), (l, k), capacity=float(m[q, k]))
    return torch.tensor([nx.maximum_flow_value(g, (len(layers), source), (0, k)) if g.has_node((0, k)) else 0.0 for k in range(length)])


def attention(model, feed, position, read):
    """Views, rollout, flow, and attention x gradient of the output `read(logits)`, which reads one position."""
    out = model(feed, output_attentions=True)
    maps = out.attentions
    for a in maps:
        a.retain_grad()
    read(out.logits).backward()
    rolled = None
    for m in with_residual([a.detach() for a in maps]):
        rolled = m if rolled is None else m @ rolled
    r = torch.eye(maps[0].shape[-1])
    for a in maps:
        r = r + (a * a.grad)[0].clamp(min=0).mean(0).detach() @ r
    return {
        "output": float(read(out.logits)),
        "maps": [listed(a) for a in maps],
        "mean": listed(torch.stack([a[0].mean(0)[position] for a in maps]).mean(0)),
        "rollout": listed(rolled[position]),
        "flow": listed(flow(with_residual([a.detach() for a in maps]), position % maps[0].shape[-1])),
        "times_gradient": [listed(a * a.grad) for a in maps],
        "relevance": listed((r - torch.eye(r.shape[0]))[position]),
    }


def tokens(model, layer, ids, read, steps=20):
    ig = LayerIntegratedGradients(lambda x: torch.stack([read(o[None]) for o in model(x).logits]), layer)
    a, delta = ig.attribute(ids, torch.zeros_like(ids), n_steps=steps, method="gausslegendre", return_convergence_delta=True)
    embedding = []
    handle = layer.register_forward_hook(lambda m, i, o: embedding.append(o) or o.retain_grad())
    read(model(ids).logits).backward()
    handle.remove()
    g, e = embedding[0].grad, embedding[0]
    return {
        "steps": steps,
        "values": listed(a.sum(-1)),
        "delta": float(delta),
        "gradient_x_embedding": listed((g * e).sum(-1)),
        "gradient_norm": listed(g.norm(dim=-1)),
    }


out = {}

# GPT-2
model = load("gpt2", t.GPT2LMHeadModel)
ids, other = IDS[:1], IDS[1:]
target = int(model(ids).logits[0, -1].argmax())
rival = int(model(other).logits[0, -1].argmax())
read = lambda logits: logits[0, -1, target]
gpt = {"target": target, "rival": rival, "ids": ids[0].tolist(), "other": other[0].tolist()}
gpt["attention"] = attention(model, ids, -1, read)
gpt["tokens"] = tokens(model, model.transformer.wte, ids, read)

blocks = model.transformer.h
heads, width = model.config.n_head, model.config.n_embd // model.config.n_head


def run(x, patch=None):
    """Logits behind the last token, the stream's stations, and what heads give before c_proj; `patch` = (station, cells, value)."""
    stations, mixed = [], []

    def station(value):
        i = len(stations)
        if patch and patch[0] == ("stream", i):
            value = value.clone()
            value[:, patch[1]] = patch[2][:, patch[1]]
        stations.append(value)
        return value


    def mixing(l):
        def hook(module, inputs):
            value = inputs[0]
            if patch and patch[0] == ("heads", l):
                value = value.clone()
                h = patch[1]
                value[..., h * width : (h + 1) * width] = patch[2][..., h * width : (h + 1) * width]
            mixed.append(value)
            return (value,)

        return hook

    pos = torch.arange(x.shape[1])
    s = station(model.transformer.wte(x) + model.transformer.wpe(pos))
    for l, b in enumerate(blocks):
        handle = b.attn.c_proj.register_forward_pre_hook(mixing(l))
        a = b.attn(b.ln_1(s))[0]
        handle.remove()
        s = station(s + a)
        s = station(s + b.mlp(b.ln_2(s)))
    logits = model.lm_head(model.transformer.ln_f(s))
    return logits, stations, mixed


with torch.no_grad():
    logits, stations, mixed = run(ids)
    assert torch.allclose(logits, model(ids).logits)
    lens = [torch.softmax(model.lm_head(model.transformer.ln_f(s))[0], -1) for s in stations]
    gpt["lens"] = {
        "target": [float(p[-1, target]) for p in lens],
        "top": [p.argmax(-1).tolist() for p in lens],
        "probability": [listed(p.max(-1).values) for p in lens],
    }

    # Direct logit attribution with the last normalisation's denominator held still.
    final = stations[-1][0, -1]
    sigma = torch.sqrt(final.var(unbiased=False) + model.transformer.ln_f.eps)
    unembed = model.lm_head.weight[target]

    def direct(c):
        return float(((c - c.mean()) / sigma * model.transformer.ln_f.weight) @ unembed)

    parts = [direct(stations[0][0, -1])]
    for l, b in enumerate(blocks):
        w, bias = b.attn.c_proj.weight, b.attn.c_proj.bias
        for h in range(heads):
            cut = slice(h * width, (h + 1) * width)
            parts.append(direct(mixed[l][0, -1, cut] @ w[cut]))
        parts.append(direct(bias))
        parts.append(direct(b.mlp(b.ln_2(stations[2 * l + 1]))[0, -1]))
    constant = float(model.transformer.ln_f.bias @ unembed)
    assert abs(sum(parts) + constant - float(logits[0, -1, target])) < 1e-9
    gpt["direct"] = {"parts": parts, "constant": constant, "output": float(logits[0, -1, target])}

    score = lambda l: float(l[0, -1, target] - l[0, -1, rival])
    clean, corrupted = score(logits), score(run(other)[0])
    effect = lambda p: (score(run(other, p)[0]) - corrupted) / (clean - corrupted)
    gpt["patching"] = {
        "clean": clean,
        "corrupted": corrupted,
        "stream": [[effect((("stream", s), [p], stations[s])) for p in range(ids.shape[1])] for s in range(len(stations))],
        "heads": [[effect((("heads", l), h, mixed[l])) for h in range(heads)] for l in range(len(blocks))],
    }
out["gpt2"] = gpt

# BERT: normalises after the addition, and reads the first token.
model = load("bert-classifier", t.BertForSequenceClassification)
target = int(model(ids).logits[0].argmax())
read = lambda logits: logits[0, target]
out["bert-classifier"] = {
    "target": target,
    "ids": ids[0].tolist(),
    "attention": attention(model, ids, 0, read),
    "tokens": tokens(model, model.bert.embeddings.word_embeddings, ids, read),
}
states = model(ids, output_hidden_states=True).hidden_states
with torch.no_grad():
    out["bert-classifier"]["lens"] = [listed(model.classifier(model.bert.pooler(s))) for s in states]

# ViT: patches and a class token.
model = load("vit", t.ViTForImageClassification)
target = int(model(PIXELS).logits[0].argmax())
out["vit"] = {
    "target": target,
    "pixels": listed(PIXELS),
    "attention": attention(model, PIXELS, 0, lambda logits: logits[0, target]),
}

# Llama: grouped keys, rotary positions, root mean squares.
model = load("llama", t.LlamaForCausalLM)
target = int(model(ids).logits[0, -1].argmax())
llama = {"target": target, "ids": ids[0].tolist(), "attention": attention(model, ids, -1, lambda logits: logits[0, -1, target])}
with torch.no_grad():
    streams, handles = [], []
    for b in model.model.layers:
        handles.append(b.register_forward_hook(lambda m, i, o: streams.append(o[0])))
    logits = model(ids).logits
    [h.remove() for h in handles]
    final = streams[-1][0, -1]
    rms = torch.sqrt((final**2).mean() + model.config.rms_norm_eps)
    embedded = model.model.embed_tokens(ids)[0, -1]
    llama["embedding_direct"] = float((embedded / rms * model.model.norm.weight) @ model.lm_head.weight[target])
    llama["lens"] = [float(torch.softmax(model.lm_head(model.model.norm(s))[0, -1], -1)[target]) for s in streams]
    llama["output"] = float(logits[0, -1, target])
out["llama"] = llama

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
