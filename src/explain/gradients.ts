/** Gradients of the explained output, for the methods that are little more than that. */
import type { GradientRules } from '../engine/op';
import { type Subject, withProbe } from './probe';

/** The gradient at one flat sample, or what the rules send back instead of it. */
export async function gradientAt(
  subject: Subject,
  sample: Float32Array,
  shape: readonly number[],
  rules?: GradientRules,
): Promise<Float32Array> {
  let gradient = new Float32Array(0);
  await withProbe(subject, shape, { rows: 1, gradients: true, ...(rules && { rules }) }, probe =>
    probe.gradients(
      1,
      (_, into) => into.set(sample),
      (_, g) => {
        gradient = g.slice();
      },
    ),
  );
  return gradient;
}

/** Running mean and standard deviation of each entry (Welford 1962), for methods that average over samples. */
export class Moments {
  count = 0;
  readonly mean: Float64Array;
  private readonly squares: Float64Array;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  add(values: ArrayLike<number>): void {
    this.count++;
    for (let i = 0; i < values.length; i++) {
      const before = values[i]! - this.mean[i]!;
      this.mean[i]! += before / this.count;
      this.squares[i]! += before * (values[i]! - this.mean[i]!);
    }
  }

  /** Standard error of the mean of each entry. */
  standardError(): Float32Array {
    const { count } = this;
    return Float32Array.from(this.squares, q => (count > 1 ? Math.sqrt(q / (count - 1) / count) : 0));
  }
}
