/**
 * Explanations beside Captum's on the same nets, on one thread, where a Python with torch and captum is found
 * (VITRINE_PYTHON, else python3). Vitrine's plans are compiled before, as Captum's modules are built before.
 */
import { spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createEngine } from '../../src/engine/create';
import { initializeWeights } from '../../src/engine/initialize';
import { EvaluatorPool } from '../../src/explain/answers/evaluatorPool';
import type { ExplanationRequest } from '../../src/explain/method';
import { integratedGradients } from '../../src/explain/methods/integrated_gradients';
import { kernelShap } from '../../src/explain/methods/kernel_shap';
import { occlusion } from '../../src/explain/methods/occlusion';
import { tokenIntegratedGradients } from '../../src/explain/methods/token_integrated_gradients';
import type { Unit } from '../../src/explain/perturbation/units';
import { PytorchReader } from '../../src/formats/pytorch/reader';
import type { Row } from './main';

/** Read by our reader and by Python, so that both explain the same. */
const nets = `
import torch
from torch import nn
import torch.nn.functional as F

class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.fc(self.pool(x).flatten(1))

class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.heads = heads

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (p.view(b, t, self.heads, c // self.heads).transpose(1, 2) for p in self.qkv(self.ln1(x)).split(c, 2))
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, c)
        x = x + self.proj(y)
        return x + self.down(F.gelu(self.up(self.ln2(x))))

class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok, self.pos = nn.Embedding(256, 128), nn.Embedding(32, 128)
        self.blocks = nn.Sequential(*(Block(128, 4) for _ in range(4)))
        self.ln, self.head = nn.LayerNorm(128), nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.ln(self.blocks(self.tok(x) + self.pos(torch.arange(32)))).mean(1))
`;

const program = `
import json, sys, time
${nets}
from captum.attr import IntegratedGradients, LayerIntegratedGradients, KernelShap, Occlusion

torch.set_num_threads(1)
cases = {}
digits, transformer = Digits().eval(), Transformer().eval()
x, ids = torch.rand(1, 1, 8, 8), (torch.arange(32)[None] * 7) % 255 + 1
cases["digits CNN, integrated gradients, 50 steps"] = lambda: IntegratedGradients(digits).attribute(x, target=3, n_steps=50)
cases["digits CNN, occlusion 2x2"] = lambda: Occlusion(digits).attribute(x, (1, 2, 2), strides=(1, 1, 1), target=3, perturbations_per_eval=64)
cases["digits CNN, KernelSHAP, 256 samples"] = lambda: KernelShap(digits).attribute(x, target=3, n_samples=256, perturbations_per_eval=64)
cases["transformer 4x128, integrated gradients, 50 steps"] = lambda: LayerIntegratedGradients(transformer, transformer.tok).attribute(ids, torch.zeros_like(ids), target=3, n_steps=50)
cases["transformer 4x128, occlusion 1"] = lambda: Occlusion(transformer).attribute(ids, (1,), target=3, perturbations_per_eval=32)
cases["transformer 4x128, KernelSHAP, 256 samples"] = lambda: KernelShap(transformer).attribute(ids, target=3, n_samples=256, perturbations_per_eval=64)
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    call = cases[request["name"]]
    call()
    times, end = [], time.perf_counter() + request["seconds"]
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    print(json.dumps({"us": min(times) * 1e6}), flush=True)
`;

async function captum() {
  const candidates = [process.env['VITRINE_PYTHON'], 'python3'].filter(p => p !== undefined);
  const python = candidates.find(
    p => spawnSync(p, ['-c', 'import captum, torch'], { stdio: 'ignore' }).status === 0,
  );
  if (!python) return undefined;
  const child = spawn(python, ['-W', 'ignore', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.unref();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async time(name: string, seconds: number): Promise<number> {
      child.stdin.write(`${JSON.stringify({ name, seconds })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python process ended');
      return (JSON.parse(value) as { us: number }).us;
    },
    dispose: () => void child.kill(),
  };
}

/** Our calls by the name that the Python program has for the same. */
export async function ours(engine: EvaluatorPool): Promise<Map<string, () => Promise<unknown>>> {
  const reader = new PytorchReader({ distFolder: join(__dirname, '../../../dist') });
  const file = join(tmpdir(), 'vitrine-bench', 'explained.py');
  const requestFor = async (name: string, input: readonly number[], data: Float32Array | Int32Array) => {
    const { model } = (await reader.read({ file, texts: { [file]: nets }, class: name, input }))[name]!;
    if (!model) throw new Error(`${name} cannot be read`);
    const request: ExplanationRequest = {
      engine,
      model,
      weights: initializeWeights(model, 0),
      target: 3,
      input: { shape: [1, ...input], data },
    };
    return request;
  };
  const digits = await requestFor('Digits', [1, 8, 8], Float32Array.from({ length: 64 }, Math.random));
  const tokens = Int32Array.from({ length: 32 }, (_, i) => ((i * 7) % 255) + 1);
  const transformer = await requestFor('Transformer', [32], tokens);
  await reader.dispose();
  const each = (n: number) => Array.from({ length: n }, (_, i): Unit => ({ indices: Int32Array.of(i) }));
  const steps = { steps: 50, rule: 'gausslegendre' as const };
  const samples = { samples: 256, seed: 0 };
  const [black, filling] = [new Float32Array(64), new Float32Array(32)];
  return new Map<string, () => Promise<unknown>>([
    ['digits CNN, integrated gradients, 50 steps', () => integratedGradients(digits, black, steps)],
    ['digits CNN, occlusion 2x2', () => occlusion(digits, black, 2, 1)],
    ['digits CNN, KernelSHAP, 256 samples', () => kernelShap(digits, black, each(64), samples)],
    [
      'transformer 4x128, integrated gradients, 50 steps',
      () => tokenIntegratedGradients(transformer, filling, steps),
    ],
    ['transformer 4x128, occlusion 1', () => occlusion(transformer, filling, 1, 1)],
    ['transformer 4x128, KernelSHAP, 256 samples', () => kernelShap(transformer, filling, each(32), samples)],
  ]);
}

/** Milliseconds an explanation, the shortest in `seconds`: other work on the machine only makes calls longer. */
export async function explainRows(
  only: string,
  seconds: number,
  peers: boolean,
  say: (text: string) => void,
): Promise<Row[]> {
  const base = await createEngine({ threads: 1 });
  const engine = new EvaluatorPool(base);
  const peer = peers ? await captum() : undefined;
  if (peers && !peer) say('captum: not on this machine');
  const rows: Row[] = [];
  try {
    for (const [what, call] of await ours(engine)) {
      const name = `explain: ${what}`;
      if (!name.includes(only)) continue;
      await call();
      const times: number[] = [];
      const end = performance.now() + seconds * 1000;
      while (performance.now() < end || times.length < 3) {
        const start = performance.now();
        await call();
        times.push(performance.now() - start);
      }
      const vitrine = Math.min(...times);
      const row: Row = { name, unit: 'ms', vitrine, peers: {}, ratios: {} };
      if (peer) {
        row.peers['captum'] = (await peer.time(what, seconds)) / 1000;
        row.ratios['captum'] = row.peers['captum'] / vitrine;
      }
      rows.push(row);
      say(`${name}: ${vitrine.toFixed(2)} ms${peer ? `, Captum ${row.peers['captum']!.toFixed(2)} ms` : ''}`);
    }
  } finally {
    peer?.dispose();
    await engine.dispose();
    await base.dispose();
  }
  return rows;
}
