import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { fgsm, pgd } from '../../../../src/explain/adversarial/attack';
import { root } from '../../service/_workspace';
import { engine } from '../_engine';
import { type Layer, network } from '../_nets';

interface Case {
  layers: { op: string; shape?: number[]; weight?: number[]; bias?: number[]; pad?: number }[];
  shape: number[];
  input: number[];
  targets: number[];
  gradient: number[];
  epsilon: number;
  low: number;
  high: number;
  steps: number;
  step: number;
  fgsm: number[];
  pgd: number[];
}

const cases: Case[] = JSON.parse(readFileSync(join(root, 'test', 'reference', 'adversarial.json'), 'utf8'));

/** Largest difference. */
const off = (a: ArrayLike<number>, b: readonly number[]) =>
  b.reduce((most, x, i) => Math.max(most, Math.abs(x - a[i]!)), 0);

describe('attacks against PyTorch', () => {
  for (const c of cases)
    it(`follow the same gradient to the same inputs (${c.shape.join(' x ')})`, async () => {
      const { model, weights } = network(
        c.shape.slice(1),
        c.layers.map(l =>
          l.weight
            ? {
                ...l,
                weight: { shape: l.shape!, data: Float32Array.from(l.weight) },
                bias: { shape: [l.bias!.length], data: Float32Array.from(l.bias!) },
              }
            : l,
        ) as Layer[],
      );
      const id = model.inputs[0]!;
      const evaluator = await engine.evaluator(model, {
        bindings: { N: c.shape[0]! },
        weights,
        loss: { name: 'cross_entropy' },
        gradients: [id],
      });
      try {
        const targets = { shape: [c.targets.length], data: Int32Array.from(c.targets) };
        const gradient = async (data: Float32Array) => {
          const { gradients } = await evaluator.run({ [id]: { shape: c.shape, data } }, { targets });
          return Float32Array.from(gradients[id]!.data);
        };
        const x = Float32Array.from(c.input);
        const size = x.length / c.shape[0]!;
        const bounds = {
          low: new Float32Array(size).fill(c.low),
          high: new Float32Array(size).fill(c.high),
        };
        assert.ok(off(await gradient(x), c.gradient) < 1e-6);
        assert.ok(off(await fgsm(x, gradient, c.epsilon, bounds), c.fgsm) < 1e-6);
        const { steps, step } = c;
        assert.ok(off(await pgd(x, gradient, c.epsilon, { steps, step, bounds }), c.pgd) < 1e-5);
      } finally {
        await evaluator.dispose();
      }
    });

  it('leave alone what has no room, such as one-hot codes', async () => {
    const bounds = { low: Float32Array.of(0, -1), high: Float32Array.of(0, 1) };
    const moved = await fgsm(Float32Array.of(1, 0.5), async () => Float32Array.of(3, -2), 0.25, bounds);
    assert.deepEqual([...moved], [1, 0.25]);
  });
});
