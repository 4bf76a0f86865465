/** Checks of places that a model reads by (the tokens of an embedding, what it gathers and scatters by), made while it runs. */
import { VitrineError } from '../../model/errors';
import type { Concrete, IndexRange, KernelCall } from '../op';
import { kernelSource, sizeOf } from '../ops/_launch';
import type { GraphNode } from './graph';

/** Ops whose results are places inside what they looked at. */
const finders = new Set(['ArgMax', 'ArgMin', 'TopK', 'MaxPoolIndices']);

/** What the compiler has put in itself, as part of a composed op or of a gradient, and what was found by looking. */
export function isTrusted({ op, origin }: GraphNode, maker: GraphNode | undefined): boolean {
  if (!origin || (origin.op !== op && op !== 'IndexRange')) return true;
  return maker !== undefined && finders.has(maker.op);
}

export function guardCall(
  node: GraphNode,
  indices: Concrete,
  output: Concrete,
  { from, below, refusal }: IndexRange,
): KernelCall {
  const count = sizeOf(indices.shape);
  const { origin } = node;
  return {
    name: 'Index range',
    // The first cell says whether there is one that lies outside, the second which.
    source: kernelSource(
      ['i'],
      `let bad = 0; let first = 0;
      for (int t = 0; t < ${count}; t++) {
        const v = i[t]; let fine = 0;
        if (v >= ${from}) { if (v < ${below}) { fine = 1; } }
        if (fine + bad < 1) { bad = 1; first = v; }
      }
      if (this.thread.x > 0) { return first; } return bad;`,
    ),
    inputs: [indices],
    output,
    fast: { name: 'indexRange', params: { count, from, below } },
    guard: found =>
      new VitrineError(
        'bad-data',
        `${origin?.module ? `${origin.module} ` : ''}(${origin?.op ?? node.op}): ${refusal(found).replace(/\.$/, '')}: found ${found}, expected ${from} to ${below - 1}.`,
        origin?.call && { at: origin.call },
      ),
  };
}
