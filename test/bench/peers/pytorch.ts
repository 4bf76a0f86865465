/** PyTorch on the CPU where a Python with torch is found (VITRINE_PYTHON, else python3). */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Peer, PeerSession } from '../peer';

const program = `
import json, sys, time
import torch
from torch import nn
import torch.nn.functional as F

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
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, c)
        x = x + self.proj(y)
        return x + self.down(F.gelu(self.up(self.ln2(x))))

class GPT(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.tok, self.pos = nn.Embedding(w["vocabulary"], w["width"]), nn.Embedding(w["length"], w["width"])
        self.blocks = nn.Sequential(*(Block(w["width"], w["heads"]) for _ in range(w["layers"])))
        self.ln, self.head = nn.LayerNorm(w["width"]), nn.Linear(w["width"], w["vocabulary"], bias=False)

    def forward(self, x):
        return self.head(self.ln(self.blocks(self.tok(x) + self.pos(torch.arange(x.shape[1])))))

def build(w):
    if w["kind"] == "mlp":
        a, h, o = w["sizes"]
        net = nn.Sequential(nn.Linear(a, h), nn.ReLU(), nn.Linear(h, o))
        x = torch.rand(w["batch"], a)
        if w["loss"] == "mse":
            return net, x, torch.rand(w["batch"], o), nn.MSELoss()
        return net, x, torch.arange(w["batch"]) % o, nn.CrossEntropyLoss()
    if w["kind"] == "lenet":
        net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                            nn.Linear(84, 10))
        return net, torch.rand(w["batch"], 1, 28, 28), torch.arange(w["batch"]) % 10, nn.CrossEntropyLoss()
    if w["kind"] == "gemm":
        return nn.Linear(w["size"], w["size"], bias=False), torch.rand(w["batch"], w["size"]), None, None
    x = torch.randint(0, w["vocabulary"], (w["batch"], w["length"]))
    loss = nn.CrossEntropyLoss()
    return GPT(w), x, x, lambda y, t: loss(y.flatten(0, 1), t.flatten())

print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["threads"])
    net, x, target, loss = build(request["workload"])
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def step():
        if request["mode"] == "infer":
            with torch.no_grad():
                net(x)
            return
        optimizer.zero_grad()
        loss(net(x), target).backward()
        optimizer.step()

    for _ in range(5):
        step()
    times, end = [], time.perf_counter() + request["seconds"]
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(json.dumps({"us": min(times) * 1e6}), flush=True)
`;

function findPython(): string | undefined {
  const candidates = [process.env['VITRINE_PYTHON'], 'python3'].filter(p => p !== undefined);
  return candidates.find(p => spawnSync(p, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
}

async function load(): Promise<PeerSession | undefined> {
  const python = findPython();
  if (!python) return undefined;
  const child = spawn(python, ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.unref();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async prepare(workload, mode, threads) {
      if (workload.kind === 'gemm' && mode === 'train') return undefined;
      return {
        measure: async seconds => {
          child.stdin.write(`${JSON.stringify({ workload, mode, seconds, threads })}\n`);
          const { value, done } = await lines.next();
          if (done) throw new Error('the Python process ended');
          return (JSON.parse(value) as { us: number }).us;
        },
      };
    },
    dispose: () => {
      child.kill();
    },
  };
}

export const peers: readonly Peer[] = [{ name: 'pytorch-cpu', packages: {}, load }];
