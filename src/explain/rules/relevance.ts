/**
 * Layer-wise relevance propagation: what an output is worth is divided among the inputs of the op that made it, by how
 * much each took part, layer by layer. The rules are those of Bach et al. (2015) and Montavon et al. (2019), in
 * Zennit's form for inputs of any sign; biases take their share (and it ends with them).
 */
import type { GradientContext, GradientRule, GradientRules } from '../../engine/op';
import type { Model } from '../../model/graph';

export type LinearRule =
  | { kind: 'epsilon'; epsilon: number }
  | { kind: 'gamma'; gamma: number }
  | { kind: 'alpha_beta'; alpha: number; beta: number };

/** How the layer that reads the input divides: to all that it reads alike, or by what lies between two bounds. */
export type FirstRule = { kind: 'flat' } | { kind: 'box' };

/** What is divided how: convolutions, dense layers and the layers that read the input may have different rules. */
export interface Composite {
  convolution: LinearRule;
  dense: LinearRule;
  /** For the layers that read the input; those of their kind if absent. */
  first?: FirstRule;
}

/** Keeps denominators from zero. */
const stabilizer = 1e-6;

const convolutions = new Set(['Conv', 'ConvTranspose']);
const products = new Set(['Gemm', 'MatMul']);
/** Relevance passes unchanged. */
const activations = new Set([
  'Celu',
  'Clip',
  'Elu',
  'Erf',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'LeakyRelu',
  'LogSoftmax',
  'Mish',
  'PRelu',
  'Relu',
  'Selu',
  'Sigmoid',
  'Softmax',
  'Softplus',
  'Softsign',
  'Swish',
  'Tanh',
  'ThresholdedRelu',
]);
/** Sums and means: each part gets its share. */
const sums = new Set([
  'Add',
  'AveragePool',
  'Einsum',
  'GlobalAveragePool',
  'AdaptiveAveragePool',
  'Mean',
  'ReduceMean',
  'ReduceSum',
  'Sub',
  'Sum',
  'Mul',
  'Div',
  'Map',
  'Standardize',
  'SumTo',
]);
/** What moves values or chooses among them: relevance goes where the values came from, as the gradient does. */
const moves = new Set([
  'AdaptiveMaxPool',
  'Cast',
  'Concat',
  'Expand',
  'Flatten',
  'Gather',
  'GlobalMaxPool',
  'Identity',
  'MaxPool',
  'Max',
  'Min',
  'Pad',
  'ReduceMax',
  'ReduceMin',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
  'Dropout',
  'Neg',
]);
/**
 * Scale and shift; passing relevance unchanged keeps it whole, where a share for the shift may be many times as large
 * (Achtibat et al. 2024, "AttnLRP").
 */
const normalisations = new Set([
  'BatchNormalization',
  'GroupNormalization',
  'InstanceNormalization',
  'LayerNormalization',
]);
const known = new Set([...convolutions, ...products, ...activations, ...sums, ...moves, ...normalisations]);

/** Why relevance cannot be sent through a model; undefined where it can. */
export function relevanceMissing(model: Model): string | undefined {
  const reached = new Set(model.inputs);
  for (const node of model.nodes) {
    const from = node.inputs.filter(i => reached.has(i));
    if (from.length === 0) continue;
    for (const id of node.outputs) reached.add(id);
    const where = node.module ? ` in ${node.module}` : '';
    if (!known.has(node.op))
      return `Relevance has no rule for the op "${node.op}"${where}. Use integrated_gradients.`;
    const multiplies = products.has(node.op) || node.op === 'Mul' || node.op === 'Div';
    if (multiplies && reached.has(node.inputs[0]!) && reached.has(node.inputs[1]!))
      return `Relevance has no rule where two values that depend on the input are multiplied ("${node.op}"${where}), as in attention. Use integrated_gradients.`;
  }
  return undefined;
}

/** The names of two constants that the rule "box" reads: the lowest and the highest input that there can be. */
export const boxBounds = ['%lowest', '%highest'] as const;

/**
 * @param first ids of the nodes that the composite's rule `first` is for.
 */
export function relevance(
  { convolution, dense, first: firstRule }: Composite,
  first: ReadonlySet<string> = new Set(),
): GradientRules {
  return {
    name: `relevance:${JSON.stringify([convolution, dense, firstRule, ...first])}`,
    ruleFor({ op, origin }) {
      if (origin && normalisations.has(origin.op)) return op === 'Reshape' ? undefined : pass;
      if (firstRule && origin?.op === op && first.has(origin.id))
        return firstRule.kind === 'flat' ? flatRule(op) : boxRule(op);
      if (convolutions.has(op)) return linear(op, convolution);
      if (products.has(op)) return linear(op, dense);
      if (activations.has(op)) return pass;
      if (sums.has(op)) return linear(op, { kind: 'epsilon', epsilon: stabilizer });
      return undefined;
    },
  };
}

/** The linear layers that nothing linear stands in front of, as their ids; of these ops only. */
export function readersOfInput(model: Model, kinds: 'convolutions' | 'all'): Set<string> {
  const fresh = new Set(model.inputs);
  const found = new Set<string>();
  for (const node of model.nodes) {
    if (!node.inputs.some(i => fresh.has(i))) continue;
    if (convolutions.has(node.op) || (kinds === 'all' && products.has(node.op))) found.add(node.id);
    else if (!convolutions.has(node.op) && !products.has(node.op))
      for (const id of node.outputs) fresh.add(id);
  }
  return found;
}

type Own = NonNullable<Parameters<GradientRule>[1]>;

/** out / (z + ε sign(z)), with the sign of zero taken as positive. */
function shared(g: GradientContext, out: string, z: string, epsilon: number): string {
  return map(g, { a: out, z }, `a / (z + (z < 0 ? ${-epsilon} : ${epsilon}))`);
}

function map(g: GradientContext, values: Record<string, string>, expression: string): string {
  return g.emit('Map', Object.values(values), { names: Object.keys(values), expression })[0]!;
}

const pass: GradientRule = g => g.inputs.map((_, i) => (i === 0 ? g.outputGradients[0]! : null));

function linear(op: string, rule: LinearRule): GradientRule {
  if (rule.kind === 'epsilon') return (g, own) => epsilonRule(g, own!, rule.epsilon);
  return (g, own) => {
    // The input that depends on the sample, and the weight that multiplies it.
    const at = g.wants(0) ? 0 : 1;
    const parts = new Parts(op, g, own!, at, 1 - at);
    if (rule.kind === 'alpha_beta') {
      const { alpha, beta } = rule;
      const positive = parts.share('a > 0 ? a : 0', 'a < 0 ? a : 0', 'a');
      const negative = beta > 0 ? parts.share('a < 0 ? a : 0', 'a > 0 ? a : 0', 'a') : undefined;
      const sum = negative
        ? map(g, { p: positive, n: negative }, `${alpha} * p - ${beta} * n`)
        : map(g, { p: positive }, `${alpha} * p`);
      return g.inputs.map((_, i) => (i === at ? sum : null));
    }
    const more = `a + ${rule.gamma} * Math.max(a, 0)`;
    const less = `a + ${rule.gamma} * Math.min(a, 0)`;
    const up = parts.share(more, less, 'z > 0 ? a : 0');
    const down = parts.share(less, more, 'z < 0 ? a : 0');
    const sum = map(g, { p: up, n: down }, 'p + n');
    return g.inputs.map((_, i) => (i === at ? sum : null));
  };
}

/** R = x · Jᵀ(R / z): of everything that is linear in its inputs, and a first-order reading of what is not. */
function epsilonRule(g: GradientContext, own: Own, epsilon: number): (string | null)[] {
  const s = shared(g, g.outputGradients[0]!, g.outputs[0]!, epsilon);
  return own({ ...g, outputGradients: [s] }).map((c, i) =>
    c === null ? null : map(g, { x: g.inputs[i]!, c }, 'x * c'),
  );
}

/** Everything that the layer reads gets the same, whatever it was: R = wᵀ(R / z), where input and weight are ones. */
function flatRule(op: string): GradientRule {
  return (g, own) => {
    const at = g.wants(0) ? 0 : 1;
    const ones = [0, 1].map(i => map(g, { a: g.inputs[i]! }, '1 + 0 * a'));
    const z = g.emit(op, ones, g.attributes)[0]!;
    const s = shared(g, g.outputGradients[0]!, z, stabilizer);
    const c = own!({ ...g, inputs: ones, outputGradients: [s] })[at]!;
    return g.inputs.map((_, i) => (i === at ? c : null));
  };
}

/** By how far the input is from the lowest that weighs for, and from the highest that weighs against (z^B). */
function boxRule(op: string): GradientRule {
  return (g, own) => {
    const at = g.wants(0) ? 0 : 1;
    const x = g.inputs[at]!;
    const [low, high] = boxBounds.map(bound => map(g, { a: x, b: bound }, 'b + 0 * a')) as [string, string];
    const parts = ([x, low, high] as const).map((input, k) => {
      const sign = ['a', 'Math.max(a, 0)', 'Math.min(a, 0)'][k]!;
      const inputs = g.inputs.map((id, i) => (i === at ? input : map(g, { a: id }, sign)));
      return { input, inputs, z: g.emit(op, inputs, g.attributes)[0]! };
    });
    const z = map(g, { a: parts[0]!.z, b: parts[1]!.z, c: parts[2]!.z }, 'a - b - c');
    const s = shared(g, g.outputGradients[0]!, z, stabilizer);
    const [a, b, c] = parts.map(({ inputs }) => own!({ ...g, inputs, outputGradients: [s] })[at]!);
    const sum = map(g, { x, a: a!, l: low, b: b!, h: high, c: c! }, 'x * a - l * b - h * c');
    return g.inputs.map((_, i) => (i === at ? sum : null));
  };
}

/** A linear op taken apart by the signs of input and weight. */
class Parts {
  private readonly positive: string;
  private readonly negative: string;

  constructor(
    private readonly op: string,
    private readonly g: GradientContext,
    private readonly own: Own,
    private readonly at: number,
    private readonly weight: number,
  ) {
    const x = g.inputs[at]!;
    this.positive = map(g, { a: x }, 'a > 0 ? a : 0');
    this.negative = map(g, { a: x }, 'a < 0 ? a : 0');
  }

  /**
   * Relevance by x⁺ w₁ + x⁻ w₂, where w₁ and w₂ are expressions in the weight `a`; the bias goes with w₁.
   *
   * @param taken which relevance is divided: an expression in it (`a`) and the op's output (`z`).
   */
  share(first: string, second: string, taken: string): string {
    const { g, weight } = this;
    const w1 = map(g, { a: g.inputs[weight]! }, first);
    const w2 = map(g, { a: g.inputs[weight]! }, second);
    const z1 = this.forward(this.positive, w1, first);
    const z2 = this.forward(this.negative, w2, undefined);
    const z = map(g, { a: z1, b: z2 }, 'a + b');
    const out = g.outputGradients[0]!;
    const chosen = taken === 'a' ? out : map(g, { a: out, z: g.outputs[0]! }, taken);
    const s = shared(g, chosen, z, stabilizer);
    const c1 = this.back(this.positive, w1, s);
    const c2 = this.back(this.negative, w2, s);
    return map(g, { p: this.positive, c: c1, n: this.negative, d: c2 }, 'p * c + n * d');
  }

  private inputs(x: string, w: string, bias: string | undefined): string[] {
    const { g, at, weight } = this;
    const list: string[] = [];
    list[at] = x;
    list[weight] = w;
    const b = g.inputs[2];
    if (b && bias !== undefined) list[2] = map(g, { a: b }, bias);
    return list;
  }

  private forward(x: string, w: string, bias: string | undefined): string {
    return this.g.emit(this.op, this.inputs(x, w, bias), this.g.attributes)[0]!;
  }

  private back(x: string, w: string, s: string): string {
    const context = { ...this.g, inputs: this.inputs(x, w, undefined), outputGradients: [s] };
    return this.own(context)[this.at]!;
  }
}
