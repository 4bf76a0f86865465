import type { Model, Node, Tensor } from '../../model/graph';
import { type Check, skipped } from '../check';
import { definitionOf, spread, withEvaluator } from './_rows';

/** Share of a layer's units that may be dead or saturated. */
const most = 0.25;

export const check: Check = {
  id: 'no_dead_units',
  title: 'No dead or saturated units',
  summary:
    'Units behind a ReLU that are zero for every row, or behind a sigmoid or tanh that are at its end for every row, pass nothing on and get no gradient.',
  source: {
    authors: 'Lu, Shin, Su and Karniadakis',
    year: 2019,
    title: 'Dying ReLU and Initialization: Theory and Numerical Examples',
    url: 'https://arxiv.org/abs/1903.06733',
  },
  async run(subject) {
    const { dataset, model, initial, trained } = subject;
    const nodes = model.nodes.filter(n => stuckWhen[n.op] && !model.outputs.includes(n.outputs[0]!));
    if (nodes.length === 0) return skipped(`${model.name} has no ReLU, sigmoid or tanh inside.`);
    const rows = spread(dataset.splits.train, 256, model);
    const values = await withEvaluator(
      subject,
      rows.length,
      { weights: trained ?? initial, fetch: nodes.map(n => n.outputs[0]!) },
      async evaluator => (await evaluator.run({ [model.inputs[0]!]: dataset.batch(rows).input })).values,
    );
    const layers = nodes.map(node => ({
      node,
      ...count(values[node.outputs[0]!]!, stuckWhen[node.op]!, channelAxis(model, node)),
    }));
    const units = layers.reduce((n, l) => n + l.units, 0);
    const dead = layers.reduce((n, l) => n + l.dead, 0);
    const worst = layers.reduce((a, b) => (b.dead / b.units > a.dead / a.units ? b : a));
    const share = worst.dead / worst.units;
    const when = trained ? 'after training' : 'with the weights it starts with';
    if (share <= most)
      return {
        outcome: 'passed',
        message:
          dead < 2
            ? `${dead === 0 ? 'None' : 'One'} of ${units} units is stuck for ${rows.length} rows, ${when}.`
            : `${dead} of ${units} units are stuck for ${rows.length} rows, ${when}.`,
        values: { units, dead, worst: share },
      };
    const at = worst.node.call ?? definitionOf(model, worst.node.module);
    return {
      outcome: 'failed',
      message:
        `${worst.dead} of ${worst.units} units behind ${worst.node.op}${worst.node.module ? ` (${worst.node.module})` : ''} are stuck for all ${rows.length} rows, ${when}. ` +
        'Lower the learning rate, scale the inputs, or use LeakyReLU or GELU.',
      values: { units, dead, worst: share },
      ...(at && { at }),
    };
  },
};

/** By op: when a value passes nothing on. */
const stuckWhen: Readonly<Record<string, (x: number) => boolean>> = {
  Relu: x => x <= 0,
  Sigmoid: x => x < 0.01 || x > 0.99,
  Tanh: x => Math.abs(x) > 0.99,
};

/** Channels are the second axis of what convolutions give, and the last one of anything else. */
function channelAxis(model: Model, node: Node): number {
  const rank = model.values[node.outputs[0]!]!.shape.length;
  if (rank !== 3) return rank >= 4 ? 1 : rank - 1;
  let at: Node | undefined = node;
  for (let i = 0; at && i < 4; i++) {
    const from: string = at.inputs[0]!;
    at = model.nodes.find(n => n.outputs.includes(from));
    if (at && /Conv|Pool/.test(at.op)) return 1;
  }
  return rank - 1;
}

/** Units (channels) for which `stuck` holds at every row and place. */
function count(
  { shape, data }: Tensor,
  stuck: (x: number) => boolean,
  axis: number,
): { units: number; dead: number } {
  const units = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const alive = new Uint8Array(units);
  for (let i = 0; i < data.length; i++) if (!stuck(data[i]!)) alive[Math.floor(i / inner) % units] = 1;
  return { units, dead: alive.reduce((n, a) => n + (a ? 0 : 1), 0) };
}
