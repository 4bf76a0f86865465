import type { OpDefinition } from '../op';
import { number, numbers } from './_infer';
import { dot, kernelSource, launch, quotient } from './_launch';

/**
 * A matrix whose rows lie in blocks of `block_size` numbers of `bits` bits, several in a byte, the lowest first. Inputs:
 * the bytes [rows, blocks, bytes], a scale for each block and, optionally, a zero point for each block, packed alike
 * (the middle of the range if it is left out). Attributes `bits` (4 or 8), `block_size`, `shape` [rows, columns].
 */
export const op: OpDefinition = {
  name: 'UnpackBits',
  internal: true,
  summary: 'Weights of few bits as what they stand for',
  infer: (_, attributes) => [{ dtype: 'float32', shape: numbers(attributes, 'shape') ?? [] }],
  gradient: g => g.inputs.map(() => null),
  lower(l) {
    const [bytes, scales, zeros] = l.inputs;
    const [y] = l.outputs;
    const [, columns = 1] = y!.shape;
    const bits = number(l.attributes, 'bits', 4);
    const block = number(l.attributes, 'block_size', 32);
    const each = 8 / bits;
    const blocks = Math.ceil(columns / block);
    const blob = Math.ceil(block / each);
    const zeroRow = Math.ceil(blocks / each);
    const { grid, prologue, at } = launch([y!.shape[0]!, columns]);
    const pick = (from: string, place: string) =>
      bits === 8
        ? `${from}`
        : `(${place} === 0 ? ${from} - 16 * Math.floor(${from} / 16) : Math.floor(${from} / 16))`;
    const body = `${prologue}
      int row = ${dot(at, [1, 0])}; int column = ${dot(at, [0, 1])};
      int k = ${quotient('column', block)}; int inside = column - k * ${block};
      int part = ${quotient('inside', each)}; int place = inside - part * ${each};
      const byte = q[row * ${blocks * blob} + k * ${blob} + part];
      ${
        zeros
          ? `int zeroPart = ${quotient('k', each)}; int zeroPlace = k - zeroPart * ${each};
      const zeroByte = z[row * ${zeroRow} + zeroPart]; const zero = ${pick('zeroByte', 'zeroPlace')};`
          : `const zero = ${2 ** (bits - 1)};`
      }
      return (${pick('byte', 'place')} - zero) * s[row * ${blocks} + k];`;
    l.kernel({
      name: 'UnpackBits',
      source: kernelSource(zeros ? ['q', 's', 'z'] : ['q', 's'], body),
      inputs: zeros ? [bytes!, scales!, zeros] : [bytes!, scales!],
      output: y!,
      grid,
    });
  },
};
