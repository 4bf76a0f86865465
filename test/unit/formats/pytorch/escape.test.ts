import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder, folderWith, readText, said } from './_reader';

/** A model whose parameter has as many elements as an expression says: what the file found out about its cell. */
function telling(setup: string, expression: string): string {
  return `
import torch
from torch import nn
${setup}
class Tells(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.zeros(${expression}))
    def forward(self, x):
        return x
`;
}

async function tells(setup: string, expression: string): Promise<number> {
  const read = await readText(telling(setup, expression), { input: [1] });
  const p = read['Tells']?.model?.parameters.find(q => q.name === 'p');
  assert.ok(p, said(read['Tells'] ?? read['']).join('\n'));
  return p.shape[0]!;
}

const attempt = (code: string) => `
def attempt():
    try:
${code
  .trim()
  .split('\n')
  .map(l => `        ${l}`)
  .join('\n')}
        return 2
    except BaseException as e:
        return 1
`;

describe('the cell in which a workspace runs', function () {
  this.timeout(60_000);
  const home = mkdtempSync(join(tmpdir(), 'vitrine-host-'));
  const secret = join(home, 'secret.txt');
  const mark = join(home, 'mark');
  writeFileSync(secret, 'secret');
  process.env['VITRINE_SECRET'] = 'secret';

  const escapes: Record<string, string> = {
    'import js and evaluate': "import js\njs.eval('1')\nassert js.eval('1') == 1",
    'import pyodide_js':
      "import pyodide_js\nassert callable(pyodide_js.runPython) and pyodide_js.runPython('1') == 1",
    'import pyodide.code': "from pyodide.code import run_js\nassert run_js('1') == 1",
    'make the core module again':
      "import _imp, importlib.machinery as m\nassert any(_imp.create_builtin(m.ModuleSpec(n, m.BuiltinImporter)) for n in ('_pyodide_core', '_ctypes', 'gc', '_testcapi', 'mmap', '_posixsubprocess'))",
    'load C libraries':
      'import ctypes\nctypes.CDLL(None).system\nassert isinstance(ctypes.CDLL(None), ctypes.CDLL) and ctypes.__file__',
    'import _ctypes': 'import _ctypes\n_ctypes.dlopen',
    'run a shell': `import os\nassert os.system('touch ${mark}') == 0`,
    'run a shell through posix': `import _imp, importlib.machinery as m\np = _imp.create_builtin(m.ModuleSpec('posix', m.BuiltinImporter))\n_imp.exec_builtin(p)\nassert p.system('touch ${mark}') == 0`,
    'start a process': `import subprocess\nsubprocess.run(['touch', '${mark}'], check=True)`,
    'read a file of the host': `assert open('${secret}').read() == 'secret'`,
    'read the users of the host': "assert 'root' in open('/etc/passwd').read()",
    'write a file of the host': `open('${mark}', 'w').write('x')`,
    'list folders of the host': `import os\nassert os.listdir('${home}')`,
    'open a connection': "import socket\ns = socket.socket()\ns.connect(('127.0.0.1', 22))",
    'fetch a page': "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:80/', timeout=1).read()",
    'walk the subclasses to a shell': `import os\nglobals_of = [getattr(c.__init__, '__globals__', {}) for c in object.__subclasses__()]\nassert any(g[n]('touch ${mark}') == 0 for g in globals_of for n in ('system', 'popen') if n in g)`,
    'climb its frames to JavaScript':
      "import sys\nf = sys._getframe()\nseen = []\nwhile f is not None:\n    seen += [*f.f_globals.values(), *f.f_locals.values(), *f.f_builtins.values()]\n    f = f.f_back\nassert any('JsProxy' in type(v).__name__ or 'pyodide' in str(getattr(v, '__name__', '')) for v in seen)",
    'bring modules back by loading them again': `import importlib, sys, os\nimportlib.reload(os)\nimportlib.reload(sys)\nassert os.system('touch ${mark}') == 0`,
    'find the bridge in what is loaded':
      "import sys\nassert any(n.split('.')[0] in ('js', 'pyodide_js', '_pyodide_core') and hasattr(m, 'eval') for n, m in sys.modules.items())",
    'walk all objects': 'import gc\nassert isinstance(gc.get_objects(), list)',
    fork: 'import os\nos.fork()',
    'see the environment': "import os\nassert 'VITRINE_SECRET' in os.environ or 'NODE' in str(os.environ)",
  };
  for (const [name, code] of Object.entries(escapes)) {
    it(`does not let it ${name}`, async () => {
      assert.equal(await tells(attempt(code), 'attempt()'), 1);
      assert.equal(existsSync(mark), false);
    });
  }

  it('holds no object of JavaScript that Python could reach', async () => {
    // From modules, frames and classes along everything that refers to something, without gc.
    const walk = `
import sys, types
def reach():
    seen, queue, found = set(), [sys.modules, sys._getframe(), *object.__subclasses__()], 0
    frame = sys._getframe()
    while frame is not None:
        queue += [frame.f_globals, frame.f_locals, frame.f_builtins]
        frame = frame.f_back
    while queue and len(seen) < 400000:
        o = queue.pop()
        if id(o) in seen:
            continue
        seen.add(id(o))
        if any(c.__name__ in ('JsProxy', 'JsDoubleProxy') for c in type(o).__mro__) and not isinstance(o, type):
            found += 1
        if isinstance(o, dict):
            queue += list(o.keys()) + list(o.values())
        elif isinstance(o, (list, tuple, set, frozenset)):
            queue += list(o)
        elif isinstance(o, type):
            try:
                queue += type.__subclasses__(o)
            except Exception:
                pass
        for name in ('__dict__', '__globals__', '__closure__', '__self__', '__func__', '__defaults__', '__wrapped__', 'cell_contents', '__code__', '__loader__', '__spec__'):
            try:
                queue.append(object.__getattribute__(o, name) if not isinstance(o, type) else type.__getattribute__(o, name))
            except BaseException:
                pass
    return found + 1
`;
    assert.equal(await tells(walk, 'reach()'), 1);
  });

  it('sees nothing of the host in its file system', async () => {
    assert.equal(
      await tells(
        "import os\nbad = [n for n in os.listdir('/') if n not in ('tmp', 'home', 'dev', 'proc', 'lib', 'vitrine')]",
        'len(bad) + 1',
      ),
      1,
    );
  });

  it('forgets what a file did to the modules of the workspace', async () => {
    const folder = folderWith({
      'a.py':
        'import torch\nfrom torch import nn\nimport shared\nshared.width = 9\nclass A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(shared.width, 1)\n    def forward(self, x):\n        return self.fc(x)\n',
      'b.py':
        'from torch import nn\nimport shared\nclass B(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(shared.width, 1)\n    def forward(self, x):\n        return self.fc(x)\n',
      'shared.py': 'width = 3\n',
    });
    const reader = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const a = await reader.read({ file: join(folder, 'a.py') });
      assert.deepEqual(a['A']!.model!.parameters[0]!.shape, [1, 9]);
      const b = await reader.read({ file: join(folder, 'b.py') });
      assert.deepEqual(b['B']!.model!.parameters[0]!.shape, [1, 3]);
    } finally {
      await reader.dispose();
    }
  });

  it('does not follow imports or links out of the workspace', async () => {
    const outside = folderWith({ 'private.py': 'width = 4\n' });
    const folder = folderWith({
      'pkg/model.py':
        'from ...private import width\nfrom torch import nn\nclass M(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(width, 1)\n    def forward(self, x):\n        return self.fc(x)\n',
    });
    const { symlinkSync } = await import('node:fs');
    symlinkSync(join(outside, 'private.py'), join(folder, 'private.py'));
    const reader = new PytorchReader({ distFolder, workspaceFolder: folder });
    try {
      const read = await reader.read({ file: join(folder, 'pkg/model.py') });
      // An example stands for what is not known.
      assert.deepEqual(read['M']?.model?.parameters[0]?.shape, [1, 16]);
      assert.match(said(read['M']).join('\n'), /hint example-value 6:\d+ What width is/);
    } finally {
      await reader.dispose();
    }
  });

  it('ends what does not end, and reads on', async () => {
    const reader = new PytorchReader({ distFolder, timeoutMs: 1500 });
    try {
      const stuck = await readText(
        'from torch import nn\nclass Stuck(nn.Module):\n    def __init__(self):\n        super().__init__()\n        while True:\n            pass\n    def forward(self, x):\n        return x\n',
        {},
        reader,
      );
      assert.match(said(stuck['']).join(), /error time-limit 1:1 Reading took longer than 1.5 s/);
      assert.equal(await tellsBy(reader), 3);
    } finally {
      await reader.dispose();
    }
  });

  it('ends what swallows every exception', async () => {
    const reader = new PytorchReader({ distFolder, timeoutMs: 1500 });
    try {
      const stuck = await readText(
        'def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\nx = f()\n',
        {},
        reader,
      );
      assert.match(said(stuck['']).join(), /time-limit/);
    } finally {
      await reader.dispose();
    }
  });

  for (const [name, code] of Object.entries({
    'a list that grows': 'x = []\n        while True:\n            x.append([0] * 1000000)',
    'one huge string': "x = 'a' * (10 ** 10)",
    'a huge number': 'x = 1 << (10 ** 11)',
  })) {
    it(`limits the memory: ${name}`, async () => {
      const reader = new PytorchReader({ distFolder, timeoutMs: 20_000, memoryMb: 256 });
      try {
        const read = await readText(
          `from torch import nn\nclass Big(nn.Module):\n    def __init__(self):\n        super().__init__()\n        ${code}\n    def forward(self, x):\n        return x\n`,
          {},
          reader,
        );
        assert.match(said(read['Big'] ?? read['']).join(), /MemoryError|memory-limit|OverflowError/);
        assert.equal(await tellsBy(reader), 3);
      } finally {
        await reader.dispose();
      }
    });
  }

  it('survives recursion without an end', async () => {
    const read = await readText(
      'from torch import nn\nclass Deep(nn.Module):\n    def __init__(self):\n        super().__init__()\n    def f(self, x):\n        return self.f(x)\n    def forward(self, x):\n        return self.f(x)\n',
      { input: [1] },
    );
    assert.match(said(read['Deep'] ?? read['']).join(), /RecursionError|memory-limit/);
    assert.equal(await tells('', '3'), 3);
  });

  it('is not confused by what is written to its device', async () => {
    const code = `
import os, json
fd = os.open('/dev/vitrine', os.O_RDWR)
for text in ('', 'nonsense', '[]', '{"do": "finish"}', '{"do": "node", "op": "Relu", "inputs": [99999]}', '{"do": "finish", "class": 7, "modules": [], "parameters": [], "outputs": [], "diagnostics": []}', '{"do":"leaf","dtype":"float32","shape":["' + 'a*' * 3000 + '"],"initializer":{"kind":"zeros"}}', '{"do": "leaf", "dtype": "float32", "shape": [1e99], "initializer": {"kind": "zeros"}}', '{"do":"__proto__"}'):
    os.write(fd, text.encode() + b'\\n')
    while True:
        part = os.read(fd, 65536)
        if part.endswith(b'\\n'):
            break
    assert b'error' in part, text
os.close(fd)
`;
    assert.equal(await tells(code, '3'), 3);
  });

  it('leaves the secret a secret', () => {
    assert.equal(readFileSync(secret, 'utf8'), 'secret');
    assert.equal(existsSync(mark), false);
  });
});

async function tellsBy(reader: PytorchReader): Promise<number> {
  const read = await readText(telling('', '3'), { input: [1] }, reader);
  return read['Tells']!.model!.parameters[0]!.shape[0]!;
}
