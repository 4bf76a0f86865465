import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bindShape } from '../../../../src/model/dim';
import type { Model } from '../../../../src/model/graph';
import { reader, said } from './_reader';

interface Case {
  file: string;
  class: string;
  arguments: Record<string, unknown>;
  inputs: { shape: number[]; dtype: string }[];
  outputs: number[][];
  dtypes: string[];
  parameters: number;
  state: [string, number[]][];
  named_parameters: string[];
  modules: [string, string][];
  values: Record<string, number[]>;
  spread: Record<string, [number, number, number, number]>;
  repr: string[];
}

const folder = resolve('test/reference');
const reference = JSON.parse(readFileSync(`${folder}/pytorch.json`, 'utf8')) as { cases: Case[] };

/** PyTorch's names of one tensor are the first and its aliases. */
function stateOf(model: Model): Map<string, readonly number[]> {
  const out = new Map<string, readonly number[]>();
  for (const p of model.parameters) {
    if (p.kind === 'constant') continue;
    for (const name of [p.name, ...(p.aliases ?? [])]) out.set(name, p.shape);
  }
  return out;
}

describe('PyTorch source, held to PyTorch', () => {
  for (const c of reference.cases) {
    const title = Object.keys(c.arguments).length ? ` ${JSON.stringify(c.arguments)}` : '';
    describe(`${c.class} of ${c.file}.py${title}`, () => {
      let model: Model;
      before(async () => {
        const read = await reader().read({
          file: `${folder}/pytorch/${c.file}.py`,
          class: c.class,
          arguments: c.arguments,
          ...(c.inputs.length === 1 ? { input: c.inputs[0]!.shape.slice(1) } : {}),
          ...(c.file === 'recommender' && c.class === 'Factorization' ? { input: [] } : {}),
        });
        const found = read[c.class]!;
        assert.deepEqual(
          said(found).filter(s => !s.startsWith('hint')),
          [],
        );
        model = found.model!;
      });

      it('has its state_dict', () => {
        const ours = stateOf(model);
        assert.deepEqual([...ours].sort(), [...c.state].sort());
        // The order of what is not tied is PyTorch's, too.
        const tied = new Set(model.parameters.flatMap(p => p.aliases ?? []));
        assert.deepEqual(
          model.parameters.filter(p => p.kind !== 'constant').map(p => p.name),
          c.state.map(([name]) => name).filter(name => !tied.has(name)),
        );
      });

      it('has as many parameters', () => {
        const trained = model.parameters.filter(p => p.kind === 'parameter');
        const count = trained.reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);
        assert.equal(count, c.parameters);
        assert.deepEqual(
          trained.map(p => p.name),
          c.named_parameters,
        );
      });

      it('has its modules, printed alike', () => {
        assert.deepEqual(
          model.modules.map(m => [m.path, m.type]),
          c.modules,
        );
        assert.deepEqual(
          model.modules.map(m => m.arguments),
          c.repr,
        );
      });

      it('returns tensors of the same shapes and types', () => {
        const sequence = c.inputs.length > 1 ? c.inputs[0]!.shape[1] : undefined;
        const shapes = model.outputs.map(o =>
          bindShape(model.values[o]!.shape, { N: 3, ...(sequence ? { T: sequence } : {}) }),
        );
        if (c.class === 'Seq2Seq') assert.equal(model.values[model.outputs[0]!]!.shape.join(), 'N,T,70');
        else assert.deepEqual(shapes, c.outputs);
        assert.deepEqual(
          model.outputs.map(o => model.values[o]!.dtype),
          c.dtypes,
        );
      });

      it('begins as PyTorch begins', () => {
        for (const [name, [min, max, mean, std]] of Object.entries(c.spread)) {
          const p = model.parameters.find(q => q.name === name || q.aliases?.includes(name));
          const i = p!.initializer;
          const n = p!.shape.reduce((a, b) => a * b, 1);
          // Six standard errors of the mean, and of the standard deviation.
          const near = (a: number, b: number, s: number) =>
            assert.ok(Math.abs(a - b) <= (6 * s) / Math.sqrt(n), `${name}: ${a} is not ${b}`);
          if (i.kind === 'uniform') {
            const spread = (i.high - i.low) / Math.sqrt(12);
            near(mean, (i.low + i.high) / 2, spread);
            near(std, spread, spread);
            assert.ok(min >= i.low - 1e-6 && max <= i.high + 1e-6, `${name} lies in [${i.low}, ${i.high}]`);
            assert.ok((max - min) / (i.high - i.low) > 0.98, `${name} fills [${i.low}, ${i.high}]`);
          } else if (i.kind === 'normal') {
            near(mean, i.mean, i.std);
            near(std, i.std, i.std);
          } else if (i.kind === 'zeros' || i.kind === 'ones') {
            assert.equal(min, i.kind === 'ones' ? 1 : 0);
            assert.equal(max, min);
          } else assert.fail(`${name} begins as ${i.kind}`);
        }
        for (const [name, values] of Object.entries(c.values)) {
          const p = model.parameters.find(q => q.name === name);
          if (!p) continue;
          const i = p.initializer;
          const ours = (k: number) =>
            i.kind === 'values'
              ? i.values[k]!
              : i.kind === 'zeros'
                ? 0
                : i.kind === 'ones'
                  ? 1
                  : i.kind === 'constant'
                    ? i.value
                    : Number.NaN;
          // Sines and exponentials of float32 differ between libraries in the last bit.
          values.forEach((v, k) => {
            assert.ok(Math.abs(ours(k) - v) <= 3e-5, `${name}[${k}] is ${ours(k)}, not ${v}`);
          });
        }
      });
    });
  }
});
