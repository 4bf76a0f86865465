/**
 * Public model definitions, held to PyTorch: parameter counts and shapes of outputs. The manifest names them by
 * package or repository, path and class; `node test/harness/corpus.mjs` fetches the code, as npm test does for the
 * packages. What is not there is pending, and where CI is set too little is a failure. Those that are large to read,
 * and the repositories, are read if VITRINE_CORPUS is set, to a folder with checkouts ("owner+name") or to nothing.
 */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ReadModel } from '../../../../src/formats/_format';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { bindShape } from '../../../../src/model/dim';
import { parameterCount } from '../../../../src/model/elements';
import { distFolder, said } from './_reader';

interface Case {
  /** Either stands: where the definition is from. */
  repository?: string;
  package?: string;
  large?: boolean;
  path: string;
  class: string;
  arguments: Record<string, unknown>;
  inputs: { shape: number[]; dtype: 'float32' | 'int64' }[];
  outputs: number[][];
  parameters: number;
  state: number;
  /** Why it is not read exactly. */
  fails?: string;
}

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'vitrine');
const corpus = process.env['VITRINE_CORPUS'] || join(cache, 'corpus');
const wanted = process.env['VITRINE_CORPUS'] !== undefined;
const packages = join(cache, 'packages');
const { cases } = JSON.parse(readFileSync(resolve('test/reference/pytorch_public.json'), 'utf8')) as {
  cases: Case[];
};

/** What the model's figures are, beside what PyTorch says they are. */
function compared(c: Case, read: ReadModel): [ours: unknown, theirs: unknown] {
  const model = read.model!;
  const state = model.parameters.filter(p => p.kind !== 'constant');
  return [
    {
      parameters: parameterCount(model),
      state: state.reduce((n, p) => n + 1 + (p.aliases?.length ?? 0), 0),
      outputs: model.outputs.map(o => bindShape(model.values[o]!.shape, { N: 3 })),
    },
    { parameters: c.parameters, state: c.state, outputs: c.outputs },
  ];
}

async function check(c: Case, file: string, reader: PytorchReader): Promise<void> {
  const read = await reader.read({
    file,
    class: c.class,
    arguments: c.arguments,
    ...(c.inputs.length === 1
      ? { input: c.inputs[0]!.shape }
      : {
          inputs: c.inputs.map((i, k) => ({ name: `input${k}`, shape: ['N', ...i.shape], dtype: i.dtype })),
        }),
  });
  const found = read[c.class];
  assert.ok(found?.model, said(found ?? read['']).join('\n'));
  const [ours, theirs] = compared(c, found);
  assert.deepEqual(ours, theirs, said(found).join('\n') || undefined);
}

describe('public PyTorch models', function () {
  this.timeout(180_000);
  const count = { tried: 0, exact: 0 };
  /** One interpreter for all packages, one for each repository. */
  const readers = new Map<string, PytorchReader>();
  after(() => Promise.all([...readers.values()].map(r => r.dispose())));

  for (const c of cases) {
    it(`${c.class} of ${c.package ?? c.repository}/${c.path}`, async function () {
      const folder = c.package ? packages : join(corpus, c.repository!.replace('/', '+'));
      const file = join(folder, c.path);
      if ((!wanted && (c.large || c.repository)) || !existsSync(file)) return this.skip();
      count.tried++;
      let reader = readers.get(folder);
      if (!reader) {
        for (const [other, r] of readers)
          if (other !== packages) {
            await r.dispose();
            readers.delete(other);
          }
        reader = new PytorchReader({ distFolder, workspaceFolder: folder, timeoutMs: 150_000 });
        readers.set(folder, reader);
      }
      if (c.fails === undefined) {
        await check(c, file, reader);
        count.exact++;
        return;
      }
      const exact = await check(c, file, reader).then(
        () => true,
        () => false,
      );
      assert.ok(!exact, `${c.class} is read exactly now: its reason in the manifest goes.`);
      this.skip();
    });
  }

  it('reads at least 36 of 40 exactly', function () {
    if (!process.env['CI'] && count.tried < 40) return this.skip();
    assert.ok(
      count.tried >= 40,
      `Only ${count.tried} definitions were there to read. node test/harness/corpus.mjs fetches them, with pip.`,
    );
    assert.ok(count.exact / count.tried >= 0.9, `${count.exact} of ${count.tried} were read exactly.`);
  });
});
