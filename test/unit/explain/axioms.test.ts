import assert from 'node:assert/strict';
import type { Attribution, ExplanationRequest } from '../../../src/explain/method';
import { deepLift } from '../../../src/explain/methods/deep_lift';
import { expectedGradients } from '../../../src/explain/methods/expected_gradients';
import { featureAblation } from '../../../src/explain/methods/feature_ablation';
import { gradientShap } from '../../../src/explain/methods/gradient_shap';
import { integratedGradients } from '../../../src/explain/methods/integrated_gradients';
import { kernelShap } from '../../../src/explain/methods/kernel_shap';
import { method as lrp } from '../../../src/explain/methods/lrp';
import { shapleyValueSampling } from '../../../src/explain/methods/shapley_value_sampling';
import { shapleyValues } from '../../../src/explain/methods/shapley_values';
import type { Unit } from '../../../src/explain/perturbation/units';
import { methods as registered } from '../../../src/explain/registry';
import type { Tensors } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { engine } from './_engine';
import { type Layer, network, tensor } from './_nets';

const inputs = 5;
const each = Array.from({ length: inputs }, (_, i): Unit => ({ indices: Int32Array.of(i) }));

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Methods that promise the axioms of Shapley and of Aumann and Shapley. */
const methods: Record<string, (r: ExplanationRequest, baseline: Float32Array) => Promise<Attribution>> = {
  integrated_gradients: (r, b) => integratedGradients(r, b, { steps: 200, rule: 'gausslegendre' }),
  shapley_values: (r, b) => shapleyValues(r, b, each),
  kernel_shap: (r, b) => kernelShap(r, b, each, { samples: 100, seed: 0 }),
  'kernel_shap, sampled': (r, b) => kernelShap(r, b, each, { samples: 24, seed: 0 }),
  shapley_value_sampling: (r, b) => shapleyValueSampling(r, b, each, { permutations: 20, seed: 0 }),
};

/** A random smooth network of one output; `change` may rewrite its first layer. */
function randomNet(seed: number, change: (w: Float32Array) => void = () => {}) {
  const random = new Random(seed, 'axioms');
  const normal = (n: number, scale: number) =>
    Float32Array.from({ length: n }, () => random.normal(0, scale));
  const w0 = normal(8 * inputs, 0.6);
  change(w0);
  const layers: Layer[] = [
    { op: 'Linear', weight: tensor([8, inputs], w0), bias: tensor([8], normal(8, 0.5)) },
    { op: 'Tanh' },
    { op: 'Linear', weight: tensor([1, 8], normal(8, 0.8)), bias: tensor([1], normal(1, 0.5)) },
  ];
  const sample = normal(inputs, 1);
  const baseline = normal(inputs, 0.5);
  return { net: network([inputs], layers), layers, sample, baseline };
}

/** Methods that keep some of them, with networks of ReLUs: which, and how far (a share of what is divided). */
const partial: Record<
  string,
  {
    attribute(r: ExplanationRequest, baseline: Float32Array): Promise<Attribution>;
    /** What the values sum to, from the outputs of the sample and of the baseline. */
    sum(output: number, nothing: number): number;
    /** Share of what is divided; 0 where sampling leaves an error that is told itself. */
    within: number;
    /** Only without biases. */
    unbiased?: boolean;
    /** The same function built otherwise gets the same. */
    invariant: boolean;
  }
> = {
  deep_lift: {
    attribute: (r, b) => deepLift(r, b),
    sum: (output, nothing) => output - nothing,
    within: 1e-4,
    invariant: false,
  },
  'deep_lift_shap, of two rows': {
    attribute: (r, b) => deepLift(r, Float32Array.from([...b, ...b])),
    sum: (output, nothing) => output - nothing,
    within: 1e-4,
    invariant: false,
  },
  'lrp, rule epsilon': {
    attribute: r => lrp.explain(r, { rule: 'epsilon', epsilon: 1e-9 }),
    sum: output => output,
    within: 0.01,
    unbiased: true,
    invariant: false,
  },
  expected_gradients: {
    attribute: (r, b) => expectedGradients(r, b, { samples: 4000, seed: 0 }),
    sum: (output, nothing) => output - nothing,
    within: 0,
    invariant: true,
  },
  gradient_shap: {
    attribute: (r, b) => gradientShap(r, b, { samples: 4000, deviation: 0, seed: 0, shape: [inputs] }),
    sum: (output, nothing) => output - nothing,
    within: 0,
    invariant: true,
  },
  feature_ablation: {
    attribute: (r, b) => featureAblation(r, b, each),
    sum: () => Number.NaN,
    within: 0,
    invariant: true,
  },
};

for (const [id, axioms] of Object.entries(partial)) {
  describe(`${id} keeps its axioms in networks of ReLUs`, () => {
    const relu = (seed: number, change?: (w: Float32Array) => void) => {
      const made = randomNet(seed, change);
      const bare = (l: Layer): Layer =>
        l.op === 'Linear' && axioms.unbiased
          ? { ...l, bias: tensor([l.weight.shape[0]!], new Float32Array(8).subarray(0, l.weight.shape[0]!)) }
          : l;
      const layers = made.layers.map(l => (l.op === 'Tanh' ? { op: 'Relu' as const } : bare(l)));
      return { ...made, layers, net: network([inputs], layers) };
    };

    it('completeness: the parts sum to what is divided, within 1 % where nothing is sampled', async () => {
      for (const seed of seeds) {
        const { net, sample, baseline } = relu(seed);
        const { values, spread } = await axioms.attribute(request(net, sample), baseline);
        const whole = axioms.sum(await outputOf(net, sample), await outputOf(net, baseline));
        if (Number.isNaN(whole)) return;
        const sum = Array.from(values.data).reduce((a, b) => a + b, 0);
        const size = Math.max(Math.abs(whole), 0.2);
        // The errors of values that were sampled together add up at worst.
        const chance = 3 * Array.from(spread?.data ?? []).reduce((a, b) => a + b, 0);
        const off = Math.abs(sum - whole);
        assert.ok(
          off <= axioms.within * size + (axioms.within === 0 ? chance : 0),
          `seed ${seed}: ${sum} against ${whole}`,
        );
      }
    });

    it('dummy: an input that nothing reads gets nothing', async () => {
      for (const seed of seeds) {
        const { net, sample, baseline } = relu(seed, w => {
          for (let h = 0; h < 8; h++) w[h * inputs + 2] = 0;
        });
        close((await axioms.attribute(request(net, sample), baseline)).values.data[2]!, 0, `seed ${seed}`);
      }
    });

    it('symmetry: inputs that the model treats alike, with equal values, get the same', async () => {
      for (const seed of seeds) {
        const { net, sample, baseline } = relu(seed, w => {
          for (let h = 0; h < 8; h++) w[h * inputs + 1] = w[h * inputs + 3]!;
        });
        sample[1] = sample[3]!;
        baseline[1] = baseline[3]!;
        const { values } = await axioms.attribute(request(net, sample), baseline);
        close(values.data[1]!, values.data[3]!, `seed ${seed}`);
      }
    });

    if (axioms.invariant)
      it('implementation invariance: the same function built otherwise gets the same', async () => {
        for (const seed of seeds) {
          const { net, layers, sample, baseline } = relu(seed);
          // An identity between the halves: y = relu(x) is relu(relu(x)).
          const other = network([inputs], [layers[0]!, layers[1]!, { op: 'Relu' }, layers[2]!]);
          const a = (await axioms.attribute(request(net, sample), baseline)).values.data;
          const b = (await axioms.attribute(request(other, sample), baseline)).values.data;
          a.forEach((v, i) => {
            close(v, b[i]!, `seed ${seed}, input ${i}`);
          });
        }
      });
  });
}

function request(net: { model: ExplanationRequest['model']; weights: Tensors }, sample: ArrayLike<number>) {
  return { engine, ...net, target: 0, input: tensor([1, inputs], sample) };
}

async function outputOf(net: Parameters<typeof request>[0], sample: Float32Array): Promise<number> {
  return (await featureAblation(request(net, sample), sample, [])).facts!['output']!;
}

function close(a: number, b: number, message: string, tolerance = 1e-5) {
  assert.ok(Math.abs(a - b) < tolerance, `${message}: ${a} against ${b}`);
}

for (const [id, attribute] of Object.entries(methods)) {
  describe(`${id} keeps the axioms`, () => {
    it('completeness: the parts sum to the difference from the baseline', async () => {
      for (const seed of seeds) {
        const { net, sample, baseline } = randomNet(seed);
        const { values } = await attribute(request(net, sample), baseline);
        const difference = (await outputOf(net, sample)) - (await outputOf(net, baseline));
        close(
          Array.from(values.data).reduce((a, b) => a + b, 0),
          difference,
          `seed ${seed}`,
        );
      }
    });

    // A regression on some coalitions only tends to it.
    if (id !== 'kernel_shap, sampled')
      it('dummy: an input that nothing reads gets nothing', async () => {
        for (const seed of seeds) {
          const { net, sample, baseline } = randomNet(seed, w => {
            for (let h = 0; h < 8; h++) w[h * inputs + 2] = 0;
          });
          const { values } = await attribute(request(net, sample), baseline);
          close(values.data[2]!, 0, `seed ${seed}`);
        }
      });

    it('linearity: of a linear model every input gets its coefficient times its way', async () => {
      const random = new Random(1, 'linear');
      const w = Float32Array.from({ length: inputs }, () => random.normal());
      const net = network(
        [inputs],
        [{ op: 'Linear', weight: tensor([1, inputs], w), bias: tensor([1], [0.3]) }],
      );
      const sample = w.map(() => random.normal());
      const baseline = w.map(() => random.normal());
      const { values } = await attribute(request(net, sample), baseline);
      w.forEach((c, i) => {
        close(values.data[i]!, c * (sample[i]! - baseline[i]!), `input ${i}`);
      });
    });

    if (!/sampl/.test(id)) {
      it('symmetry: inputs that the model treats alike, with equal values, get the same', async () => {
        for (const seed of seeds) {
          const { net, sample, baseline } = randomNet(seed, w => {
            for (let h = 0; h < 8; h++) w[h * inputs + 1] = w[h * inputs + 3]!;
          });
          sample[1] = sample[3]!;
          baseline[1] = baseline[3]!;
          const { values } = await attribute(request(net, sample), baseline);
          close(values.data[1]!, values.data[3]!, `seed ${seed}`);
        }
      });

      it('linearity: the attribution of a sum of models is the sum of the attributions', async () => {
        for (const seed of seeds) {
          const a = randomNet(seed);
          const b = randomNet(seed + 100);
          const both = network([inputs], stacked(a.layers, b.layers));
          const of = async (net: typeof a.net) =>
            (await attribute(request(net, a.sample), a.baseline)).values.data;
          const [va, vb, sum] = [await of(a.net), await of(b.net), await of(both)];
          sum.forEach((v, i) => {
            close(v, va[i]! + vb[i]!, `seed ${seed}, input ${i}`, 2e-5);
          });
        }
      });

      it('implementation invariance: the same function built otherwise gets the same', async () => {
        for (const seed of seeds) {
          const { net, layers, sample, baseline } = randomNet(seed);
          const other = network([inputs], rearranged(layers));
          const a = (await attribute(request(net, sample), baseline)).values.data;
          const b = (await attribute(request(other, sample), baseline)).values.data;
          a.forEach((v, i) => {
            close(v, b[i]!, `seed ${seed}, input ${i}`);
          });
        }
      });
    }
  });
}

type Dense = Extract<Layer, { op: 'Linear' }>;

/** Two networks side by side, their outputs added. */
function stacked(a: Layer[], b: Layer[]): Layer[] {
  const [a0, , a2] = a as [Dense, Layer, Dense];
  const [b0, , b2] = b as [Dense, Layer, Dense];
  const both = (x: ArrayLike<number>, y: ArrayLike<number>) => [...Array.from(x), ...Array.from(y)];
  return [
    {
      op: 'Linear',
      weight: tensor([16, inputs], both(a0.weight.data, b0.weight.data)),
      bias: tensor([16], both(a0.bias!.data, b0.bias!.data)),
    },
    { op: 'Tanh' },
    {
      op: 'Linear',
      weight: tensor([1, 16], both(a2.weight.data, b2.weight.data)),
      bias: tensor([1], [a2.bias!.data[0]! + b2.bias!.data[0]!]),
    },
  ];
}

/** Hidden units in reverse, every second one with its signs turned (tanh is odd), and an identity layer at the end. */
function rearranged(layers: Layer[]): Layer[] {
  const [first, , last] = layers as [Dense, Layer, Dense];
  const sign = (h: number) => (h % 2 === 0 ? 1 : -1);
  const from = Array.from({ length: 8 }, (_, h) => 7 - h);
  return [
    {
      op: 'Linear',
      weight: tensor(
        [8, inputs],
        from.flatMap(h =>
          Array.from(first.weight.data.slice(h * inputs, (h + 1) * inputs), v => sign(h) * v),
        ),
      ),
      bias: tensor(
        [8],
        from.map(h => sign(h) * first.bias!.data[h]!),
      ),
    },
    { op: 'Tanh' },
    {
      op: 'Linear',
      weight: tensor(
        [1, 8],
        from.map(h => sign(h) * last.weight.data[h]!),
      ),
      bias: last.bias,
    },
    { op: 'Linear', weight: tensor([1, 1], [1]), bias: tensor([1], [0]) },
  ];
}

/** Where completeness is tested of methods whose values are of layers, tokens or linear models: against Captum and SHAP. */
const elsewhere = [
  'linear_shap',
  'layer_conductance',
  'layer_deep_lift',
  'layer_integrated_gradients',
  'token_integrated_gradients',
];
/** It claims to be an estimate only: its measure of completeness says how far. */
const estimates = ['input_x_gradient'];

describe('the axiom of completeness', () => {
  it('is tested of every method that claims it', () => {
    const tested = [...Object.keys(methods), ...Object.keys(partial)].map(id => id.split(',')[0]!);
    const claim = registered.filter(m => m.judgedBy.includes('completeness')).map(m => m.id);
    assert.ok(claim.length > 8);
    assert.deepEqual(
      claim.filter(id => ![...tested, ...elsewhere, ...estimates].includes(id)),
      [],
    );
  });

  it('holds in a layer: what its units contribute sums to the difference from the baseline', async () => {
    const baseline = new Float32Array(inputs);
    for (const seed of seeds) {
      const { net, sample } = randomNet(seed);
      const whole = (await outputOf(net, sample)) - (await outputOf(net, baseline));
      for (const id of ['layer_conductance', 'layer_integrated_gradients', 'layer_deep_lift']) {
        const method = registered.find(m => m.id === id)!;
        const { values } = await method.explain(request(net, sample), {});
        const sum = Array.from(values.data).reduce((a, b) => a + b, 0);
        const off = Math.abs(sum - whole);
        assert.ok(off < 0.01 * Math.max(0.2, Math.abs(whole)), `${id}, seed ${seed}: ${sum} and ${whole}`);
      }
    }
  });
});
