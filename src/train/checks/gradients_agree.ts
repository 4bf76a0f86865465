import type { Evaluator } from '../../engine/engine';
import { throwIfCancelled } from '../../model/errors';
import type { Tensor, Tensors } from '../../model/graph';
import { Random } from '../../model/random';
import { type Check, type CheckResult, skipped } from '../check';
import { definitionOf, prepared, type Rows, spread, withEvaluator } from './_rows';
import { show } from './_show';

/** Difference between the two slopes, as a share of the gradient's own, that rounding and bends may explain. */
const tolerance = 0.03;
/** Steps along a direction, as shares of the parameter's own size. */
const steps = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3];
const mostParameters = 60;

export const check: Check = {
  id: 'gradients_agree',
  title: 'Gradients arrive and agree',
  summary:
    'Each parameter gets a gradient, and going a little along it changes the loss as it says (finite differences). No gradient means a parameter that learns nothing; another slope means a fault in a layer’s gradient.',
  source: {
    authors: 'Bengio',
    year: 2012,
    title: 'Practical Recommendations for Gradient-Based Training of Deep Architectures',
    url: 'https://arxiv.org/abs/1206.5533',
  },
  async run(subject) {
    const { model, initial, loss, dataset, seed } = subject;
    const names = model.parameters.filter(p => p.trainable).map(p => p.name);
    if (names.length === 0) return skipped(`${model.name} has no parameters to train.`);
    const batch = prepared(subject, spread(dataset.splits.train, 16, model));
    return withEvaluator(
      subject,
      batch.count,
      { weights: initial, loss, targets: batch.type, gradients: names },
      async (evaluator): Promise<CheckResult> => {
        const { gradients, loss: at } = await evaluator.run(batch.feeds, { targets: batch.targets });
        const silent = names.filter(n => !gradients[n] || gradients[n].data.every(x => x === 0));
        if (silent.length > 0) {
          const [first] = silent;
          const place = definitionOf(model, { parameter: first! });
          return {
            outcome: 'failed',
            message:
              (silent.length === 1
                ? `${first} gets no gradient from ${batch.count} rows: nothing that it computes reaches the loss. `
                : `${silent.length} of ${names.length} parameters (${silent.slice(0, 5).join(', ')}${silent.length > 5 ? ', …' : ''}) get no gradient from ${batch.count} rows: nothing that they compute reaches the loss. `) +
              'Look for a layer that forward does not use, a detach, an argmax or a comparison on the way, or units that are all dead.',
            values: { parameters: names.length, silent: silent.length },
            ...(place && { at: place }),
          };
        }
        // Of a net with hundreds of parameters some, evenly spaced: each costs a dozen evaluations.
        const stride = Math.ceil(names.length / mostParameters);
        const probed = names.filter((_, i) => i % stride === 0);
        const random = new Random(seed, 'check:gradients');
        let worst = { name: '', error: 0, said: 0, seen: 0 };
        for (const [i, name] of probed.entries()) {
          throwIfCancelled(subject.signal);
          const direction = directionFor(gradients[name]!, random);
          const said = dot(gradients[name]!.data, direction);
          const found = await slope(evaluator, batch, initial, name, direction, said, at ?? 0);
          if (found.error > worst.error) worst = { name, said, ...found };
          subject.onProgress?.((i + 1) / probed.length);
        }
        const passed = worst.error <= tolerance;
        const place = passed ? undefined : definitionOf(model, { parameter: worst.name });
        return {
          outcome: passed ? 'passed' : 'failed',
          message: passed
            ? agreed(names.length, probed.length, percent(worst.error))
            : `The gradient of ${worst.name} says that the loss changes by ${show(worst.said)} along a direction, but it changes by ${show(worst.seen)}. ` +
              'Look for a step of forward whose slope is not its value’s: rounding, a comparison, or a layer with a fault.',
          values: { parameters: names.length, probed: probed.length, error: worst.error },
          ...(place && { at: place }),
        };
      },
    );
  },
};

function agreed(parameters: number, probed: number, within: string): string {
  if (parameters === 1)
    return `The one parameter gets a gradient; the loss changes as it says, within ${within}.`;
  return probed < parameters
    ? `All ${parameters} parameters get a gradient; the loss changes as they say, within ${within}, in ${probed} of them.`
    : `All ${parameters} parameters get a gradient; the loss changes as they say, within ${within}.`;
}

/**
 * Half along the gradient, where its slope is largest, and half along a few random entries, where a part that is
 * missing from it would show.
 */
function directionFor(gradient: Tensor, random: Random): Float64Array {
  const size = gradient.data.length;
  const norm = Math.sqrt(dot(gradient.data, gradient.data));
  const direction = Float64Array.from(gradient.data, x => x / norm);
  const picked = Math.min(8, size);
  for (let k = 0; k < picked; k++) {
    const i = Math.floor(random.uniform(0, size));
    direction[i]! += (random.uniform() < 0.5 ? -1 : 1) / Math.sqrt(picked);
  }
  return direction;
}

/** Central difference, by the step that agrees best: too short a step drowns in rounding, too long a one meets bends. */
async function slope(
  evaluator: Evaluator,
  batch: Rows,
  weights: Tensors,
  name: string,
  direction: Float64Array,
  said: number,
  loss: number,
): Promise<{ seen: number; error: number }> {
  const { shape, data } = weights[name]!;
  const scale = Math.max(1e-3, Math.sqrt(dot(data, data)));
  const lossAt = async (h: number) => {
    const moved = Float32Array.from(data, (x, i) => x + h * direction[i]!);
    await evaluator.load({ [name]: { shape, data: moved } });
    const result = await evaluator.run(batch.feeds, { targets: batch.targets });
    return result.loss ?? Number.NaN;
  };
  let best = { seen: Number.NaN, error: Number.POSITIVE_INFINITY };
  for (const step of steps) {
    const h = step * scale;
    const seen = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    // Single precision leaves about this much of the loss undecided; a slope below it says nothing.
    const noise = (4e-7 * Math.max(Math.abs(loss), 1e-3)) / h;
    const error =
      Math.max(0, Math.abs(seen - said) - noise) / Math.max(Math.abs(said), Math.abs(seen), 1e-12);
    if (error < best.error) best = { seen, error };
    if (best.error < tolerance / 3) break;
  }
  await evaluator.load({ [name]: weights[name]! });
  return best;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function percent(x: number): string {
  return `${(x * 100).toFixed(1)} %`;
}
