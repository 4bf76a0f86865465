/** What the inputs of ops are, where that is not what their type says. */

/** A buffer that training updates, a constant, or a weight of whole numbers, which is none the less a weight. */
export type Role = 'buffer' | 'constant' | 'weight';

const quantized =
  (weights: readonly number[], data: readonly number[] = []) =>
  (at: number): Role | undefined =>
    weights.includes(at) ? 'weight' : data.includes(at) ? undefined : 'constant';

const roles: Readonly<Record<string, (at: number) => Role | undefined>> = {
  BatchNormalization: at => (at >= 3 ? 'buffer' : undefined),
  QuantizeLinear: quantized([], [0]),
  DequantizeLinear: quantized([0]),
  MatMulInteger: quantized([0, 1]),
  ConvInteger: quantized([0, 1]),
  QLinearMatMul: quantized([0, 3, 8]),
  QLinearConv: quantized([0, 3, 8]),
  UnpackBits: quantized([0]),
};

export function roleOf(op: string, at: number): Role | undefined {
  return Object.hasOwn(roles, op) ? roles[op]!(at) : undefined;
}
