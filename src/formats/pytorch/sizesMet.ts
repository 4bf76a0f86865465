/** What a graph says of the sizes of its inputs: where a symbolic size met a number, and which side of an image fits. */
import { bindDim, symbolsOf } from '../../model/dim';
import type { Dim, Shape } from '../../model/graph';
import type { RecordedNode } from './recording';

const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Equal', 'Greater', 'Less']);

/** Sides that people use most, those first. */
const usual = [28, 32, 224, 64, 96, 128, 256, 299, 227, 84, 48, 16, 8, 512, 112, 160, 192, 320, 384];

/**
 * The side length of an image, the same for its symbols, that makes expressions the wanted numbers. Several may: the
 * one that people use most is taken.
 */
export function sideThat(
  symbols: readonly string[],
  pairs: readonly (readonly [expression: Dim, wanted: number])[],
): number | undefined {
  const own = pairs.filter(([e]) => symbolsOf(e).some(s => symbols.includes(s)));
  if (!own.length) return undefined;
  const fits = (size: number) => {
    const bindings = Object.fromEntries(symbols.map(s => [s, size]));
    try {
      return own.every(([e, v]) => bindDim(e, bindings) === v);
    } catch {
      return false;
    }
  };
  return usual.find(fits) ?? Array.from({ length: 1024 }, (_, i) => i + 1).find(fits);
}

/**
 * Where a symbolic size met a number that it must be: the shape rules give symbols the benefit of the doubt, a
 * reader that chooses an image's size must not.
 */
export function sizesMet(
  nodes: readonly RecordedNode[],
  shapeOf: (id: number) => Shape | undefined,
): [Dim, Dim][] {
  const pairs: [Dim, Dim][] = [];
  const meet = (a: Dim | undefined, b: Dim | undefined, evenOne = false) => {
    if (typeof a === 'string' && typeof b === 'number' && (b !== 1 || evenOne)) pairs.push([a, b]);
    else if (typeof a === 'number' && typeof b === 'string' && a !== 1) pairs.push([b, a]);
  };
  for (const n of nodes) {
    const [a, b] = n.inputs.map(shapeOf);
    if (n.op === 'Reshape') {
      // What is left for the batch must come out as one row a row: (28*N*T)//784 wants T to be 28.
      for (const d of shapeOf(n.outputs[0]!)!)
        if (typeof d === 'string' && d.includes('//') && symbolsOf(d).includes('N'))
          meet(bindDim(d, { N: 1 }), 1, true);
      continue;
    }
    if (!a || !b) continue;
    if (n.op === 'Conv') {
      const groups = typeof n.attributes['group'] === 'number' ? n.attributes['group'] : 1;
      if (typeof b[1] === 'number') meet(a[1], b[1] * groups);
    } else if (n.op === 'Gemm') meet(a[n.attributes['transA'] ? 0 : 1], b[n.attributes['transB'] ? 1 : 0]);
    else if (n.op === 'MatMul') meet(a.at(-1), b.at(b.length > 1 ? -2 : -1));
    else if (elementwise.has(n.op)) {
      for (let i = 1; i <= Math.min(a.length, b.length); i++) meet(a.at(-i), b.at(-i));
    }
  }
  return pairs.slice(0, 100);
}
