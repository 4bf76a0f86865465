/** Adam and AdamW, which differ in where the weight decay acts. */
import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition, Options } from '../optimizer';

export function adamOptions(decay: number) {
  return Type.Object(
    {
      betas: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 1 }), {
        minItems: 2,
        maxItems: 2,
        default: [0.9, 0.999],
        description: 'Decay rates of the running means of the gradient and of its square.',
      }),
      eps: Type.Number({ minimum: 0, default: 1e-8, description: 'Keeps the denominator from zero.' }),
      weight_decay: Type.Number({
        minimum: 0,
        default: decay,
        description: 'Strength of the decay of weights.',
      }),
      amsgrad: Type.Boolean({ default: false, description: 'Uses the largest mean square seen so far.' }),
      maximize: Type.Boolean({ default: false, description: 'Climbs instead of descending.' }),
    },
    { additionalProperties: false },
  );
}

export function betasOf(o: Options): readonly [number, number] {
  return o['betas'] as readonly [number, number];
}

export function adam(decoupled: boolean): Pick<OptimizerDefinition, 'slots' | 'scalars' | 'update'> {
  return {
    slots: o => ['exp_avg', 'exp_avg_sq', ...(o['amsgrad'] ? ['max_exp_avg_sq'] : [])],
    scalars: (step, lr, o) => ({
      take: 1 - betasOf(o)[0],
      step_size: lr / (1 - betasOf(o)[0] ** step),
      root_correction: Math.sqrt(1 - betasOf(o)[1] ** step),
      ...(decoupled && o['weight_decay'] ? { shrink: 1 - lr * Number(o['weight_decay']) } : {}),
    }),
    update(o) {
      const [, b2] = betasOf(o);
      const decay = Number(o['weight_decay']);
      const sign = o['maximize'] ? '(-g)' : 'g';
      const g = decay && !decoupled ? `(${sign} + ${decay} * p)` : sign;
      const square = o['amsgrad'] ? 'new_max_exp_avg_sq' : 'new_exp_avg_sq';
      const p = decay && decoupled ? '(p * shrink)' : 'p';
      return {
        slots: {
          // PyTorch's lerp: m + (g - m)(1 - β₁).
          exp_avg: `exp_avg + (${g} - exp_avg) * take`,
          exp_avg_sq: `exp_avg_sq * ${b2} + ${1 - b2} * ${g} * ${g}`,
          ...(o['amsgrad'] && { max_exp_avg_sq: 'Math.max(max_exp_avg_sq, new_exp_avg_sq)' }),
        },
        parameter: `${p} - step_size * (new_exp_avg / (Math.sqrt(${square}) / root_correction + ${o['eps']}))`,
      };
    },
  };
}
