/** What scripts that train may read. */
import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadTensors } from '../../../src/formats/pytorch/dataFiles';
import { PytorchReader } from '../../../src/formats/pytorch/reader';
import { WorkspaceFiles } from '../../../src/formats/pytorch/workspaceFiles';

const model =
  'import torch\nfrom torch import nn\nmodel = nn.Linear(x.shape[1], 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n' +
  'loss = nn.MSELoss()(model(x), y)\nloss.backward()\nopt.step()\n';

describe('files for scripts', () => {
  let folder: string;
  let inside: string;
  let reader: PytorchReader;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-files-'));
    inside = path.join(folder, 'workspace');
    mkdirSync(path.join(inside, 'data', '.git'), { recursive: true });
    writeFileSync(path.join(folder, 'secret.txt'), '1 2\n3 4\n');
    writeFileSync(path.join(inside, 'data', '.env'), 'token\n');
    writeFileSync(path.join(inside, 'data', 'a.txt'), '1 2\n3 4\n5 7\n');
    symlinkSync(path.join(folder, 'secret.txt'), path.join(inside, 'data', 'link.txt'));
    symlinkSync(folder, path.join(inside, 'out'));
    reader = new PytorchReader({ distFolder: path.resolve('dist'), workspaceFolder: inside });
  });
  after(async () => {
    await reader.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const training = (text: string) => {
    const file = path.join(inside, 'train.py');
    writeFileSync(file, text);
    return reader.training({ file });
  };

  it('are those of the workspace, and nothing that is hidden or lies elsewhere', () => {
    const files = new WorkspaceFiles(inside);
    assert.deepEqual(files.list('data'), ['a.txt', 'link.txt']);
    assert.equal(files.stat('data/a.txt')?.size, 12);
    for (const name of [
      'data/link.txt',
      'out/secret.txt',
      '../secret.txt',
      'data/.env',
      'data/../../secret.txt',
    ]) {
      assert.equal(files.stat(name), undefined, name);
      assert.throws(() => files.read(name), /There is no file/, name);
    }
  });

  it('are read as text, bytes and lists of names, and never written', async () => {
    const read = await training(
      'import os, glob, gzip, pathlib\nimport torch\n' +
        'assert os.listdir("data") == ["a.txt", "link.txt"]\nassert glob.glob("data/*.txt")\n' +
        'assert pathlib.Path("data/a.txt").read_bytes()[:3] == b"1 2"\nos.makedirs("made", exist_ok=True)\n' +
        'open("made/x", "w").write("gone")\nassert not os.path.exists("made/x")\nassert not os.path.exists("data/link.txt")\n' +
        'rows = [[float(v) for v in line.split()] for line in open("data/a.txt")]\n' +
        `x = torch.tensor(rows)[:, :1]\ny = torch.tensor(rows)[:, 1:]\n${model}`,
    );
    assert.equal(read.rows, 3);
  });

  it('say where one should lie that is not there, at its line', async () => {
    await assert.rejects(
      training(
        `import numpy as np\nimport torch\nx = torch.tensor(np.loadtxt("data/b.txt"))\ny = x\n${model}`,
      ),
      (e: { message: string; details: { at?: { line?: number } } }) => {
        assert.match(e.message, /no 'data\/b.txt' in the workspace.*Nothing is downloaded/);
        assert.equal(e.details.at?.line, 3);
        return true;
      },
    );
  });

  it('lead nowhere else from the interpreter', async () => {
    for (const name of ['out/secret.txt', '/etc/passwd', '../secret.txt', 'data/link.txt'])
      await assert.rejects(
        training(`import io\nx = y = io.open(${JSON.stringify(name)}).read()\n${model}`),
        name,
      );
  });

  it('of numbers name the line and column that is none', () => {
    const files = new WorkspaceFiles(inside);
    const read = (text: string | Buffer, options = {}) => {
      writeFileSync(path.join(inside, 'n.csv'), text);
      return loadTensors(files, 'text', 'n.csv', { delimiter: ',', ...options })[0]!;
    };
    const table = read('a,"b b"\n1, 2\n# no row\n3,4e2\n', { skip: 1, comments: ['#'] });
    assert.deepEqual([...table.data], [1, 2, 3, 400]);
    assert.deepEqual(table.columns, ['a', 'b b']);
    assert.deepEqual([...read(gzipSync('1,2\n')).data], [1, 2]);
    assert.throws(() => read('a,b\n1,2\n'), /line 1, column 1: "a" is no number.*skiprows=1/);
    assert.throws(() => read('1,2\n1\n'), /line 2: there are 1 columns, but 2/);
    assert.throws(() => read('1,0x10\n'), /"0x10" is no number/);
    assert.equal(Number.isNaN(read('1,\n', { missing: true }).data[1]), true);
    writeFileSync(path.join(inside, 'bad.idx'), Buffer.from([0, 0, 8, 1, 0, 0, 0, 9, 1]));
    assert.throws(() => loadTensors(files, 'idx', 'bad.idx', {}), /says that it holds 9 bytes, but has 1/);
  });
});
