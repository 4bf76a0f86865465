/**
 * DeepLIFT's rescale rule: a nonlinearity passes back, instead of its slope at one point, how much its output differs
 * from that for a reference, divided by how much its input does.
 *
 * Both runs stand in one graph: the model and its twin, which reads the reference and the same weights. Their one
 * input holds a pair, [N, 2, …sample].
 */
import type { GradientContext, GradientRule, GradientRules } from '../../engine/op';
import type { Model, Node, Value } from '../../model/graph';

const pair = '%pair';
const reference = 'reference:';

const pairs = new WeakMap<Model, Model>();

/** The model beside its twin. */
export function pairedModel(model: Model): Model {
  const known = pairs.get(model);
  if (known) return known;
  const [input] = model.inputs as [string];
  const parameters = new Set(model.parameters.map(p => p.name));
  const rename = (id: string, twin: boolean) =>
    twin && id !== '' && !parameters.has(id) ? reference + id : id;
  const values: Record<string, Value> = {};
  const nodes: Node[] = [];
  const { shape, dtype } = model.values[input]!;
  values[pair] = { id: pair, dtype, shape: [shape[0]!, 2, ...shape.slice(1)] };
  for (const twin of [false, true]) {
    for (const [key, value] of Object.entries(model.values)) {
      const id = rename(key, twin);
      values[id] = { ...value, id };
    }
    const start = twin ? 1 : 0;
    const cut = `${pair}:${start}`;
    values[cut] = { id: cut, dtype, shape: [shape[0]!, 1, ...shape.slice(1)] };
    nodes.push(
      {
        id: `${cut}:slice`,
        op: 'Slice',
        module: '',
        inputs: [pair],
        outputs: [cut],
        attributes: { starts: [start], ends: [start + 1], axes: [1] },
      },
      {
        id: `${cut}:squeeze`,
        op: 'Squeeze',
        module: '',
        inputs: [cut],
        outputs: [rename(input, twin)],
        attributes: { axes: [1] },
      },
      ...model.nodes.map(n => ({
        ...n,
        id: twin ? reference + n.id : n.id,
        inputs: n.inputs.map(i => rename(i, twin)),
        outputs: n.outputs.map(o => rename(o, twin)),
      })),
    );
  }
  const made: Model = { ...model, inputs: [pair], values, nodes };
  pairs.set(model, made);
  return made;
}

/** Functions of single numbers: each output cell depends on one input cell. */
const pointwise = new Set([
  'Abs',
  'Celu',
  'Clip',
  'Elu',
  'Erf',
  'Exp',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'LeakyRelu',
  'Log',
  'Mish',
  'PRelu',
  'Pow',
  'Reciprocal',
  'Relu',
  'Selu',
  'Sigmoid',
  'Softplus',
  'Softsign',
  'Sqrt',
  'Swish',
  'Tanh',
  'ThresholdedRelu',
]);
/** Linear in each of their two inputs. */
const bilinear = new Set(['Gemm', 'MatMul', 'Mul']);

/** Differences below this share of the values are rounding: there the slope stands for the ratio. */
const rounding = 1e-6;

/**
 * The rules for a pair's graph. Products of two values that both depend on the input pass their slope halfway between
 * the two runs, which is exact for them. Softmax and normalisations pass their gradient; completeness shows what that
 * costs.
 */
export function rescale(model: Model): GradientRules {
  const parameters = new Set(model.parameters.map(p => p.name));
  const twin = (id: string) => (id === '' || parameters.has(id) ? id : reference + id);
  return {
    name: 'rescale',
    ruleFor({ op, origin }) {
      // What an op is composed of has no names to find its twin by.
      if (!origin || origin.op !== op) return undefined;
      const inputs = origin.inputs.map(twin);
      const outputs = origin.outputs.map(twin);
      if (pointwise.has(op)) return (g, own) => pointwiseRule(g, own, inputs[0]!, outputs[0]!);
      if (op === 'MaxPool') return (g, own) => maxPoolRule(g, own, inputs[0]!, outputs[0]!);
      if (bilinear.has(op)) return (g, own) => bilinearRule(g, own, inputs);
      return undefined;
    },
  };
}

type Own = Parameters<GradientRule>[1];

const near = `Math.abs(x - r) <= ${rounding} * Math.max(1e-4, Math.max(Math.abs(x), Math.abs(r)))`;

function map(g: GradientContext, values: Record<string, string>, expression: string): string {
  return g.emit('Map', Object.values(values), { names: Object.keys(values), expression })[0]!;
}

function pointwiseRule(g: GradientContext, own: Own, x0: string, y0: string): (string | null)[] {
  const [slope, ...others] = own!(g);
  if (slope === null || slope === undefined) return [null];
  const d = g.outputGradients[0]!;
  const values = { s: slope, d, x: g.inputs[0]!, r: x0, y: g.outputs[0]!, q: y0 };
  return [map(g, values, `${near} ? s : d * (y - q) / (x - r)`), ...others];
}

/**
 * As Captum has it: the larger of the two maxima is a step between them. What the sample has above the reference goes
 * to the sample's place, what the reference has to its own.
 */
function maxPoolRule(g: GradientContext, own: Own, x0: string, y0: string): (string | null)[] {
  const d = g.outputGradients[0]!;
  const [x, y] = [g.inputs[0]!, g.outputs[0]!];
  const back = (input: string, output: string, gradient: string) =>
    own!({ ...g, inputs: [input], outputs: [output], outputGradients: [gradient] })[0]!;
  const top = { d, y, q: y0 };
  const here = back(x, y, map(g, top, 'd * (Math.max(y, q) - q)'));
  const there = back(x0, y0, map(g, top, 'd * (y - Math.max(y, q))'));
  const slope = back(x, y, d);
  return [map(g, { s: slope, h: here, t: there, x, r: x0 }, `${near} ? s : (h + t) / (x - r)`)];
}

function bilinearRule(g: GradientContext, own: Own, references: readonly string[]): (string | null)[] {
  if (!g.wants(0) || !g.wants(1)) return own!(g);
  const inputs = g.inputs.map((id, i) =>
    i < 2 ? map(g, { x: id, r: references[i]! }, '0.5 * (x + r)') : id,
  );
  return own!({ ...g, inputs });
}
