/** PyTorch on the CPU, and on CUDA for those who ask, where a Python with torch is found (VITRINE_PYTHON, else python3). */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { modelOf } from '../models';
import type { Peer, PeerSession } from '../peer';

const program = `
import json, sys, time
import torch
from torch import nn

def build(w, source, shape):
    names = {}
    exec(source, names)
    net = names["Model"]()
    if w["kind"] == "gpt":
        x = torch.randint(0, w["vocabulary"], (w["batch"], w["length"]))
        loss = nn.CrossEntropyLoss()
        return net, x, x, lambda y, t: loss(y.flatten(0, 1), t.flatten())
    words = w["kind"] == "net" and len(shape) == 1
    x = torch.randint(0, 64, [w["batch"], *shape]) if words else torch.rand(w["batch"], *shape)
    if w["kind"] == "gemm":
        return net, x, None, None
    if w["loss"] == "mse":
        return net, x, torch.rand(w["batch"], 1), nn.MSELoss()
    return net, x, torch.arange(w["batch"]) % 10, nn.CrossEntropyLoss()

print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["threads"])
    device = sys.argv[1]
    torch.set_default_device(device)
    net, x, target, loss = build(request["workload"], request["source"], request["input"])
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    net.train(request["mode"] == "train")
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
        wait()
        times.append(time.perf_counter() - start)
    print(json.dumps({"us": min(times) * 1e6}), flush=True)
`;

type Device = 'cpu' | 'cuda';

function findPython(device: Device): string | undefined {
  const test = device === 'cuda' ? 'import torch; assert torch.cuda.is_available()' : 'import torch';
  const candidates = [process.env['VITRINE_PYTHON'], 'python3'].filter(p => p !== undefined);
  return candidates.find(p => spawnSync(p, ['-c', test], { stdio: 'ignore' }).status === 0);
}

async function load(device: Device): Promise<PeerSession | undefined> {
  const python = findPython(device);
  if (!python) return undefined;
  const child = spawn(python, ['-c', program, device], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.unref();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async prepare(workload, mode, threads) {
      if (workload.kind === 'gemm' && mode === 'train') return undefined;
      return {
        measure: async seconds => {
          const request = { workload, ...modelOf(workload), mode, seconds, threads };
          child.stdin.write(`${JSON.stringify(request)}\n`);
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

const peer = (device: Device): Peer => ({
  name: `pytorch-${device}`,
  packages: {},
  load: () => load(device),
});

export function peersOn(gpu: boolean): readonly Peer[] {
  return [peer(gpu ? 'cuda' : 'cpu')];
}
