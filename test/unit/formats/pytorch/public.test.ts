/**
 * Public model definitions, held to PyTorch: parameter counts and shapes of outputs. The manifest names them by
 * repository, path and class; the files themselves are read from a folder with checkouts ("owner+name"), which
 * VITRINE_CORPUS names. Without one, what stands here is pending: the models of corpus.test.ts need no network.
 */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { bindShape } from '../../../../src/model/dim';
import { distFolder, said } from './_reader';

interface Case {
  repository: string;
  path: string;
  class: string;
  arguments: Record<string, unknown>;
  inputs: { shape: number[]; dtype: 'float32' | 'int64' }[];
  outputs: number[][];
  parameters: number;
  state: number;
}

const corpus = process.env['VITRINE_CORPUS'] ?? join(homedir(), '.cache', 'vitrine', 'corpus');
const { cases } = JSON.parse(readFileSync(resolve('test/reference/pytorch_public.json'), 'utf8')) as {
  cases: Case[];
};

describe('public PyTorch models', function () {
  this.timeout(120_000);
  for (const c of cases) {
    it(`${c.class} of ${c.repository}/${c.path}`, async function () {
      const folder = join(corpus, c.repository.replace('/', '+'));
      const file = join(folder, c.path);
      if (!existsSync(file)) return this.skip();
      const reader = new PytorchReader({ distFolder, workspaceFolder: folder, timeoutMs: 100_000 });
      try {
        const read = await reader.read({
          file,
          class: c.class,
          arguments: c.arguments,
          ...(c.inputs.length === 1
            ? { input: c.inputs[0]!.shape }
            : {
                inputs: c.inputs.map((i, k) => ({
                  name: `input${k}`,
                  shape: ['N', ...i.shape],
                  dtype: i.dtype,
                })),
              }),
        });
        const found = read[c.class];
        const model = found?.model;
        assert.ok(model, said(found ?? read['']).join('\n'));
        const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
        const trained = model.parameters.filter(p => p.kind === 'parameter');
        assert.equal(
          trained.reduce((n, p) => n + size(p.shape), 0),
          c.parameters,
        );
        const state = model.parameters.filter(p => p.kind !== 'constant');
        assert.equal(
          state.reduce((n, p) => n + 1 + (p.aliases?.length ?? 0), 0),
          c.state,
        );
        const shapes = model.outputs.map(o => bindShape(model.values[o]!.shape, { N: 3 }));
        assert.deepEqual(shapes, c.outputs, said(found).join('\n'));
      } finally {
        await reader.dispose();
      }
    });
  }
});
