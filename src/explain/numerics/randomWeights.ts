/** Weights of a model that has learned nothing, for sanity checks. */
import type { Model, Parameter, Tensors } from '../../model/graph';
import { Random } from '../../model/random';

/**
 * Every parameter is drawn anew by its initialiser; one whose initialiser knows no chance (biases that start at zero,
 * weights read from a file) gets its trained values in random order, which keeps their distribution. Buffers, such as
 * the running statistics of batch normalisation, and constants stay.
 */
export function randomisedWeights(model: Model, weights: Tensors, seed: number): Tensors {
  const out: Tensors = { ...weights };
  for (const p of model.parameters) {
    const trained = weights[p.name];
    if (p.kind !== 'parameter' || !trained) continue;
    const random = new Random(seed, `randomise:${p.name}`);
    const data = draw(p, trained.data.length, random) ?? random.shuffle(Float32Array.from(trained.data));
    out[p.name] = { shape: trained.shape, data };
  }
  return out;
}

function draw({ initializer: init }: Parameter, size: number, random: Random): Float32Array | undefined {
  switch (init.kind) {
    case 'uniform':
      return Float32Array.from({ length: size }, () => random.uniform(init.low, init.high));
    case 'normal':
      return Float32Array.from({ length: size }, () => random.normal(init.mean, init.std));
    case 'truncated_normal':
      return Float32Array.from({ length: size }, () =>
        Math.min(init.high, Math.max(init.low, random.normal(init.mean, init.std))),
      );
    default:
      return undefined;
  }
}
