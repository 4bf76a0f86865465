/** Attention in blocks of queries (assembly/attention.ts): where its operands lie, and how its work is split. */
import { type FastKernelDefinition, type Params, pick } from './fastKernel';

/** Queries in a block, as in assembly/attention.ts. */
const BLOCK = 32;

/** See engine/ops/fused_attention.ts for inputs and parameters. */
export const attentionKernel: FastKernelDefinition = {
  units: p => p['heads']! * Math.ceil(p['t']! / BLOCK),
  cost: p => BLOCK * p['s']! * (2 * (p['d']! + p['e']!) + 30),
  scratchBytes(p: Params) {
    const [s, d, e] = pick(p, ['s', 'd', 'e']);
    const wide = Math.ceil(s / 16) * 16 + 16;
    return 4 * (wide * d + Math.ceil(e / 16) * 16 * s + BLOCK * (d + 2 * wide) + 96);
  },
  bind(native, at, p) {
    const f = native['attention']!;
    const [q, k, v, ...rest] = at.inputs as [number, number, number, ...number[]];
    const [weights = 0] = at.also;
    const scale = p['scale'] ? rest.shift()! : 0;
    const masks = [0, 1].flatMap(i => {
      if (i >= p['masks']!) return [0, 0, 0, 0, 0, 0, 0];
      const [mode, ...steps] = pick(p, [`mode${i}`, `samples${i}`, `heads${i}`, `rows${i}`, `keys${i}`]);
      const values = rest.shift()!;
      return [mode, values, ...steps, mode === 3 ? 0 : rest.shift()!];
    });
    const sizes = pick(p, ['of', 't', 's', 'd', 'e']);
    const divide = p['scale'] === 2 ? 1 : 0;
    return (lo, hi, work) => f(q, k, v, at.output, weights, ...sizes, scale, divide, ...masks, lo, hi, work);
  },
};
