/**
 * Every parameter that the stand-in for torch takes, against PyTorch's own signatures (test/reference/pytorch_signatures.py):
 * none is swallowed, none is taken and left out of the code, and places mean what they mean in PyTorch.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readText } from './_reader';

/** Parameters that change no number here, by what they are for. */
const harmless = {
  'where and how a tensor is stored':
    'out device layout pin_memory memory_format non_blocking copy names requires_grad sparse sparse_grad',
  'whence chance comes; a run has one seed': 'generator',
  'what is the same for every implementation':
    '_stacklevel compute_mode cudnn_enabled cudnn_enable sorted stable assume_unique',
  'a check of what was given':
    'enforce_sorted output_size mask_check enable_nested_tensor wrapped unsafe tensor_name',
  'the old name of another': 'implicit min_value max_value element test_element inplace copy',
};

/** Single parameters that are not read, for a reason of their own. */
const known = {
  'norm_type counts only with max_norm, which is refused':
    'torch.nn.functional.embedding.norm_type torch.nn.functional.embedding_bag.norm_type',
  'running statistics are refused before these matter':
    'torch.nn.functional.instance_norm.running_var torch.nn.functional.instance_norm.momentum',
  'PyTorch ignores it': 'torch.nn.functional.gumbel_softmax.eps',
  'all is computed in float32':
    'torch.nn.functional.softmin.dtype torch.hamming_window.dtype torch.hann_window.dtype torch.normal.dtype',
  'places are int64':
    'torch.randperm.dtype torch.tril_indices.dtype torch.triu_indices.dtype torch.randint_like.dtype',
};

/** Functions that refuse, or that only prepare a training which the experiment file describes. */
const outside =
  'multi_head_attention_forward ctc_loss multilabel_margin_loss multinomial equal register_hook backward load save compile ' +
  'manual_seed set_printoptions set_num_threads use_deterministic_algorithms set_default_tensor_type ' +
  'set_float32_matmul_precision DataParallel align_to numpy to_dense to_sparse new set_default_dtype result_type';

/** Places where the stand-in has a name of its own for a parameter that PyTorch has several names for. */
const otherwise =
  'torch.Tensor.requires_grad_ torch.Tensor.norm torch.Tensor.split torch.Tensor.tensor_split torch.Tensor.uniform_ torch.dsplit torch.hsplit torch.vsplit ' +
  'torch.tensor_split torch.nn.GRUCell torch.nn.LSTMCell torch.nn.RNNBase torch.nn.SyncBatchNorm torch.rrelu ' +
  'torch.nn.functional.fractional_max_pool2d torch.nn.functional.fractional_max_pool3d';

const program = `
import dis, inspect, json, types
import torch

SIGNATURES, HARMLESS, KNOWN, OUTSIDE, OTHERWISE = json.loads(GIVEN)


def used(function):
    names = set()

    def walk(code):
        for i in dis.get_instructions(code):
            if any(k in i.opname for k in ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE")):
                # Newer interpreters load two at once.
                names.update(i.argval if isinstance(i.argval, tuple) else [i.argval])
        for c in code.co_consts:
            if isinstance(c, types.CodeType):
                walk(c)

    walk(function.__code__)
    return names


def found(name):
    holder = torch
    for part in name.split(".")[1:]:
        if isinstance(holder, type):
            holder = next((b.__dict__[part] for b in holder.__mro__ if part in b.__dict__), None)
            holder = getattr(holder, "__func__", holder)
        else:
            holder = vars(holder).get(part)
        if holder is None or hasattr(holder, "_vitrine_unknown"):
            return None
    return holder.__init__ if isinstance(holder, type) else holder


def judged():
    wrong, seen = [], 0
    for name, overloads in SIGNATURES.items():
        function = found(name)
        if not isinstance(function, types.FunctionType) or name.rsplit(".", 1)[-1] in OUTSIDE:
            continue
        seen += 1
        own = list(inspect.signature(function, follow_wrapped=False).parameters.values())
        if own and own[0].name in ("self", "cls"):
            own = own[1:]
        reads = used(function)
        named = [p.name for p in own if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        rest = [p.name for p in own if p.kind == p.VAR_KEYWORD]
        starred = any(p.kind == p.VAR_POSITIONAL for p in own)
        theirs = [o.split() for o in overloads]
        for p in dict.fromkeys(p for o in theirs for p in o):
            if p.startswith("*") or p in HARMLESS or p in ("input", "self") or f"{name}.{p}" in KNOWN:
                continue
            if p == "dtype" and (name.startswith("torch.nn.") and name.split(".")[2][0].isupper()):
                continue
            if p in named:
                if p not in reads:
                    wrong.append(f"{name}: {p} is taken and not read")
            elif rest and rest[0] not in reads:
                wrong.append(f"{name}: {p} is swallowed by **{rest[0]}")
        if starred or name in OTHERWISE:
            continue
        mine = named[1:] if name.startswith("torch.Tensor.") and named[:1] in (["input"], ["tensor"]) else named
        mine = [p for p in mine if p != "input"]
        places = []
        for o in theirs:
            before = o[: next((i for i, p in enumerate(o) if p.startswith("*")), len(o))]
            places.append([p for p in before if p not in ("input", "self")])
        if not any(mine[: len(p)] == p[: len(mine)] for p in places):
            wrong.append(f"{name}: ({', '.join(mine)}) instead of ({', '.join(places[0])})")
    return seen, wrong


class Report(torch.nn.Module):
    def __init__(self):
        super().__init__()
        seen, wrong = judged()
        raise RuntimeError(json.dumps([seen, len(wrong), wrong[:15]]))

    def forward(self, x):
        return x
`;

describe('signatures of the stand-in for torch', function () {
  this.timeout(60_000);
  it('are PyTorch’s, and no parameter is ignored', async () => {
    const signatures = JSON.parse(
      gunzipSync(readFileSync('test/reference/pytorch_signatures.json.gz')).toString(),
    );
    const given = [
      signatures,
      Object.values(harmless).join(' ').split(' '),
      Object.values(known).join(' ').split(' '),
      outside.split(' '),
      otherwise.split(' '),
    ];
    const { Report } = await readText(`GIVEN = ${JSON.stringify(JSON.stringify(given))}\n${program}`);
    const message = Report!.diagnostics.find(d => d.severity === 'error')?.message ?? '';
    const [seen, count, wrong] = JSON.parse(/\[.*\]/s.exec(message)?.[0] ?? '[0, 1, []]') as [
      number,
      number,
      string[],
    ];
    assert.ok(seen > 600, `${seen} functions were looked at: ${message.slice(0, 300)}`);
    assert.equal(count, 0, wrong.join('\n'));
  });
});
