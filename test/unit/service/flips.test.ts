/** Which predictions two versions of a model give differently. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { writeSafetensors } from '../../../src/formats/safetensors/write';
import { flipsRun } from '../../../src/service/inquiries/flipsRun';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');

describe('flipped predictions', function () {
  this.timeout(60_000);
  let folder: string;
  let engine: Engine;
  const at = (name: string) => join(folder, name);
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-flips-'));
    engine = await createEngine({ backend: 'webasm' });
    writeFileSync(
      at('net.py'),
      'from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.out = nn.Linear(1, 2)\n\n    def forward(self, x):\n        return self.out(x)\n',
    );
    // Above zero the class is b; x is scaled to a mean of 0, so that its sign stays.
    const rows = Array.from({ length: 40 }, (_, i) => `${i - 19.5},${i < 20 ? 'a' : 'b'}`);
    writeFileSync(at('data.csv'), `x,label\n${rows.join('\n')}\n`);
    const model = { file: 'net.py', class: 'Net' };
    const data = { kind: 'csv', file: 'data.csv', target: 'label' };
    writeFileSync(at('net.vitrine.json'), JSON.stringify({ model, data, loss: 'cross_entropy' }));
    const weights = (slope: number) => ({
      'out.weight': { shape: [2, 1], data: Float32Array.of(-slope, slope) },
      'out.bias': { shape: [2], data: Float32Array.of(0, 0) },
    });
    await writeSafetensors(at('wrong.safetensors'), weights(-5));
    await writeSafetensors(at('right.safetensors'), weights(5));
  });
  after(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true });
  });

  const side = (label: string, weights?: string) => ({
    file: at('net.py'),
    class: 'Net',
    label,
    ...(weights && { weights: at(weights) }),
  });
  const compare = (
    a: ReturnType<typeof side>,
    b: ReturnType<typeof side>,
    signal = new AbortController().signal,
  ) =>
    flipsRun(
      { before: a, after: b, experiment: at('net.vitrine.json'), split: 'train' },
      async () => engine,
      distFolder,
      signal,
    );

  it('are counted by what they mean', async () => {
    const found = await compare(side('old', 'wrong.safetensors'), side('new', 'right.safetensors'));
    assert.ok(found.rows > 10);
    // A row in the middle of the range may be on the other side once it is scaled.
    assert.ok(found.fixed >= found.rows - 2, `${found.fixed} of ${found.rows}`);
    assert.equal(found.flipped.length, found.rows);
    assert.equal(found.broken, found.rows - found.fixed);
    assert.ok(found.flipped.every(f => f.before !== f.after && ['a', 'b'].includes(f.target!)));
    const same = await compare(side('a', 'right.safetensors'), side('b', 'right.safetensors'));
    assert.deepEqual(same.flipped, []);
  });

  it('need weights on both sides, and can be given up', async () => {
    await assert.rejects(
      compare(side('old'), side('new', 'right.safetensors')),
      /net\.py has no trained weights/,
    );
    await assert.rejects(
      compare(side('a', 'wrong.safetensors'), side('b', 'right.safetensors'), AbortSignal.abort()),
      /cancel/i,
    );
  });
});
