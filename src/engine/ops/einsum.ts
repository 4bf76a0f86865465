import { equalDims, productOf } from '../../model/dim';
import type { Dim, TensorType } from '../../model/graph';
import type { ExpansionContext, OpDefinition } from '../op';
import { ShapeError } from '../op';
import { mulDims, promote, text } from './_infer';

interface Equation {
  operands: string[];
  result: string;
}

function parse(equation: string, ranks: readonly number[]): Equation {
  const [left = '', given] = equation.replace(/\s+/g, '').split('->');
  let operands = left.split(',');
  if (operands.length !== ranks.length)
    throw new ShapeError(
      `einsum(): the number of operands specified in the equation (${operands.length}) does not match the number of operands provided (${ranks.length})`,
    );
  // "..." becomes letters of its own, the same ones in all operands, aligned at the right.
  const spare = 'ZYXWVUTSRQPONMLKJIHGFEDCBA'.split('').filter(c => !equation.includes(c));
  const widths = operands.map((o, i) => (o.includes('...') ? ranks[i]! - (o.length - 3) : 0));
  const widest = Math.max(0, ...widths);
  const dots = spare.slice(0, widest).join('');
  operands = operands.map((o, i) => o.replace('...', dots.slice(widest - widths[i]!)));
  const letters = operands.join('');
  const once = [...new Set(letters)].filter(c => letters.split(c).length === 2 && !dots.includes(c)).sort();
  const result = given === undefined ? dots + once.join('') : given.replace('...', dots);
  operands.forEach((o, i) => {
    if (o.length !== ranks[i])
      throw new ShapeError(
        `einsum(): the number of subscripts in the equation (${o.length}) does not match the number of dimensions (${ranks[i]}) for operand ${i} and no ellipsis was given`,
      );
    if (new Set(o).size !== o.length)
      throw new ShapeError(
        `einsum(): a subscript that stands twice in one operand ("${o}") is not supported`,
      );
  });
  return { operands, result };
}

function sizesOf(equation: Equation, types: readonly TensorType[]): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  equation.operands.forEach((o, i) => {
    [...o].forEach((letter, j) => {
      const size = types[i]!.shape[j]!;
      const known = sizes.get(letter);
      if (known === undefined || known === 1) sizes.set(letter, size);
      else if (typeof known === 'number' && typeof size === 'number' && size !== 1 && !equalDims(known, size))
        throw new ShapeError(
          `einsum(): subscript ${letter} has size ${size} for operand ${i} which does not broadcast with previously seen size ${known}`,
        );
    });
  });
  return sizes;
}

/** Sums over letters that no one else needs. */
function reduce(e: ExpansionContext, x: string, letters: string, keep: string): [string, string] {
  const axes = [...letters].flatMap((c, i) => (keep.includes(c) ? [] : [i]));
  if (axes.length === 0) return [x, letters];
  return [
    e.emit('ReduceSum', [x], { axes, keepdims: 0 })[0]!,
    [...letters].filter(c => keep.includes(c)).join(''),
  ];
}

function permute(e: ExpansionContext, x: string, from: string, to: string): string {
  if (from === to) return x;
  return e.emit('Transpose', [x], { perm: [...to].map(c => from.indexOf(c)) })[0]!;
}

/** Repeats what has size 1 where another operand has more. */
function widen(e: ExpansionContext, sizes: Map<string, Dim>, x: string, letters: string): string {
  const shape = [...letters].map(c => sizes.get(c)!);
  if (e.type(x).shape.every((d, i) => equalDims(d, shape[i]!))) return x;
  return e.emit('Expand', [x], { shape })[0]!;
}

/** One product of two operands as a batched matrix product; the result's letters are batch, left, right. */
function contract(
  e: ExpansionContext,
  sizes: Map<string, Dim>,
  [a, la]: [string, string],
  [b, lb]: [string, string],
  keep: string,
): [string, string] {
  const both = [...la].filter(c => lb.includes(c));
  const batch = both.filter(c => keep.includes(c)).join('');
  const summed = both.filter(c => !keep.includes(c)).join('');
  const left = [...la].filter(c => !lb.includes(c)).join('');
  const right = [...lb].filter(c => !la.includes(c)).join('');
  const size = (letters: string): Dim => productOf([...letters].map(c => sizes.get(c)!));
  const x = e.emit('Reshape', [permute(e, widen(e, sizes, a, la), la, batch + left + summed)], {
    shape: [size(batch), size(left), size(summed)],
  })[0]!;
  const y = e.emit('Reshape', [permute(e, widen(e, sizes, b, lb), lb, batch + summed + right)], {
    shape: [size(batch), size(summed), size(right)],
  })[0]!;
  const z = e.emit('MatMul', [x, y])[0]!;
  const letters = batch + left + right;
  return [e.emit('Reshape', [z], { shape: [...letters].map(c => sizes.get(c)!) })[0]!, letters];
}

/** Attribute `equation`, with "..." and without "->" as PyTorch has them; no subscript twice in one operand. */
export const op: OpDefinition = {
  name: 'Einsum',
  summary: 'Sum of products over named axes',
  torch: ['torch.einsum'],
  infer(inputs, attributes) {
    const types = inputs.filter(t => t !== undefined);
    const equation = parse(
      text(attributes, 'equation', ''),
      types.map(t => t.shape.length),
    );
    const sizes = sizesOf(equation, types);
    return [
      {
        dtype: types.map(t => t.dtype).reduce(promote),
        shape: [...equation.result].map(c => {
          const size = sizes.get(c);
          if (size === undefined)
            throw new ShapeError(
              `einsum(): output subscript ${c} does not appear in the equation for any input operand`,
            );
          return size;
        }),
      },
    ];
  },
  flops(inputs, _, attributes) {
    const types = inputs.filter(t => t !== undefined);
    const equation = parse(
      text(attributes, 'equation', ''),
      types.map(t => t.shape.length),
    );
    return mulDims(2, productOf([...sizesOf(equation, types).values()]));
  },
  expand(e) {
    const types = e.inputs.map(x => e.type(x));
    const { operands, result } = parse(
      text(e.attributes, 'equation', ''),
      types.map(t => t.shape.length),
    );
    const sizes = sizesOf({ operands, result }, types);
    let [value, letters] = [e.inputs[0]!, operands[0]!];
    for (let i = 1; i < operands.length; i++) {
      const later = result + operands.slice(i + 1).join('');
      const a = reduce(e, value, letters, later + operands[i]);
      const b = reduce(e, e.inputs[i]!, operands[i]!, later + letters);
      [value, letters] = contract(e, sizes, a, b, later);
    }
    [value, letters] = reduce(e, value, letters, result);
    value = permute(e, value, letters, result);
    return value === e.inputs[0] ? e.emit('Identity', [value]) : [value];
  },
};
