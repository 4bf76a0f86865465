import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition, Options } from '../optimizer';
import { adamOptions, betasOf } from './_adam';

const { amsgrad: _, ...properties } = adamOptions(0).properties;

/** β₁'s share at a step, which rises from half of it. */
const share = (step: number, o: Options) =>
  betasOf(o)[0] * (1 - 0.5 * 0.96 ** (step * Number(o['momentum_decay'])));

/** The product of the shares of all steps up to this one, for which the last one computed is the beginning. */
const known = new Map<string, { step: number; product: number }>();
function productOf(step: number, o: Options): number {
  const key = `${betasOf(o)[0]} ${o['momentum_decay']}`;
  const last = known.get(key);
  let { step: at, product } = last && last.step <= step ? last : { step: 0, product: 1 };
  while (at < step) product *= share(++at, o);
  known.set(key, { step, product });
  return product;
}

export const optimizer: OptimizerDefinition = {
  name: 'NAdam',
  torch: 'torch.optim.NAdam',
  summary: "Adam with Nesterov's momentum",
  formula: 'θ ← θ - η (μₜ₊₁ m̂ + (1 - μₜ) ĝ) / (√v̂ + ε)',
  paper: {
    authors: 'T. Dozat',
    year: 2016,
    title: 'Incorporating Nesterov Momentum into Adam',
    url: 'https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ',
  },
  options: Type.Object(
    {
      ...properties,
      momentum_decay: Type.Number({
        minimum: 0,
        default: 4e-3,
        description: 'How fast the momentum reaches its size.',
      }),
      decoupled_weight_decay: Type.Boolean({
        default: false,
        description: 'The decay of weights is as in AdamW.',
      }),
    },
    { additionalProperties: false },
  ),
  learningRate: 2e-3,
  slots: () => ['exp_avg', 'exp_avg_sq'],
  scalars(step, lr, o) {
    const [now, next] = [share(step, o), share(step + 1, o)];
    const product = productOf(step, o);
    return {
      take: 1 - betasOf(o)[0],
      gradient_size: (lr * (1 - now)) / (1 - product),
      momentum_size: (lr * next) / (1 - product * next),
      root_correction: Math.sqrt(1 - betasOf(o)[1] ** step),
      ...(o['decoupled_weight_decay'] && { shrink: 1 - lr * Number(o['weight_decay']) }),
    };
  },
  update(o) {
    const [, b2] = betasOf(o);
    const sign = o['maximize'] ? '(-g)' : 'g';
    const decay = Number(o['weight_decay']);
    const decoupled = o['decoupled_weight_decay'];
    const g = decay && !decoupled ? `(${sign} + ${decay} * p)` : sign;
    const p = decay && decoupled ? '(p * shrink)' : 'p';
    return {
      slots: {
        exp_avg: `exp_avg + (${g} - exp_avg) * take`,
        exp_avg_sq: `exp_avg_sq * ${b2} + ${1 - b2} * ${g} * ${g}`,
      },
      parameter: `${p} - (gradient_size * ${g} + momentum_size * new_exp_avg) / (Math.sqrt(new_exp_avg_sq) / root_correction + ${o['eps']})`,
    };
  },
};
