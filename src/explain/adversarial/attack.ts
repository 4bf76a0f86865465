/** How little an input must be disturbed for another answer: attacks that follow the gradient of the loss. */

/** Gradients of the loss with respect to rows of inputs, [rows × size]; only signs matter, so its scale may be any. */
export type LossGradient = (inputs: Float32Array) => Promise<Float32Array>;

export interface Bounds {
  /** Lowest and highest value of each entry of one sample; entries where they are equal stay as they are. */
  low: Float32Array;
  high: Float32Array;
}

/**
 * Fast gradient sign method (I. Goodfellow, J. Shlens, C. Szegedy, "Explaining and Harnessing Adversarial Examples",
 * ICLR 2015): one step of epsilon against the sign of the gradient.
 */
export async function fgsm(
  inputs: Float32Array,
  gradient: LossGradient,
  epsilon: number,
  bounds?: Bounds,
): Promise<Float32Array> {
  const g = await gradient(inputs);
  return inputs.map((x, i) => within(x + epsilon * Math.sign(g[i]!), x, i, epsilon, bounds));
}

/**
 * Projected gradient descent (A. Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR
 * 2018): many small steps, each brought back to within epsilon of the input (largest difference of any entry). It
 * starts at the input itself, so that the same input gives the same attack.
 *
 * @param step length of one step; 2.5 epsilon / steps, as in the paper's code, if absent.
 */
export async function pgd(
  inputs: Float32Array,
  gradient: LossGradient,
  epsilon: number,
  {
    steps = 20,
    step = (2.5 * epsilon) / steps,
    bounds,
  }: { steps?: number; step?: number; bounds?: Bounds } = {},
): Promise<Float32Array> {
  let at = inputs;
  for (let s = 0; s < steps; s++) {
    const g = await gradient(at);
    at = at.map((x, i) => within(x + step * Math.sign(g[i]!), inputs[i]!, i, epsilon, bounds));
  }
  return at;
}

function within(x: number, origin: number, i: number, epsilon: number, bounds: Bounds | undefined): number {
  const near = Math.min(origin + epsilon, Math.max(origin - epsilon, x));
  if (!bounds) return near;
  const j = i % bounds.low.length;
  const [low, high] = [bounds.low[j]!, bounds.high[j]!];
  // What lies outside already is not brought in: that would be a disturbance larger than asked for.
  return low === high ? origin : Math.min(Math.max(high, origin), Math.max(Math.min(low, origin), near));
}
