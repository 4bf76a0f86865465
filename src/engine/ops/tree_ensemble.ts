import type { OpDefinition } from '../op';
import { input, mulDims, number, numbers } from './_infer';
import { kernelSource } from './_launch';

/** How a node compares, as `mode` has it in the table of nodes. */
export const treeModes = [
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
] as const;
/** Columns of the table of nodes. */
export const treeColumns = 6;

const comparisons = ['x <= t', 'x < t', 'x >= t', 'x > t', 'x === t', 'x !== t'];

/**
 * Inputs x [N, features]; nodes [M, 6]: feature, threshold, the node to go to if the comparison holds, that if it does
 * not, mode (a place in `treeModes`), and 1 if a missing value goes the first way. The first node of a leaf is itself,
 * and its feature -1 - its row in leaves [L, targets]. Roots [trees]. Attributes `depth` (steps to the deepest leaf),
 * `targets`, `aggregate` (SUM, AVERAGE, MIN or MAX) and `modes` (which occur).
 */
export const op: OpDefinition = {
  name: 'TreeEnsemble',
  summary: 'Decision trees, whose leaves are added up',
  formula: 'y = Σ leaf of each tree',
  infer(inputs, attributes) {
    const { shape } = input(inputs, 0, 'TreeEnsemble');
    return [
      { dtype: 'float32', shape: [shape.length > 1 ? shape[0]! : 1, number(attributes, 'targets', 1)] },
    ];
  },
  flops(inputs, outputs, attributes) {
    const trees = inputs[3]?.shape[0] ?? 1;
    return mulDims(mulDims(outputs[0]!.shape[0]!, trees), number(attributes, 'depth', 1));
  },
  lower(l) {
    const [x, nodes, leaves, roots] = l.inputs;
    const [y] = l.outputs;
    const features = x!.shape.at(-1)!;
    const [rows = 1, targets = 1] = y!.shape;
    const trees = roots!.shape[0]!;
    const how = String(l.attributes['aggregate'] ?? 'SUM');
    const modes = numbers(l.attributes, 'modes') ?? [0];
    const branch = modes
      .map(m => {
        const compare = `if (${comparisons[m]}) { holds = 1; }`;
        return modes.length === 1 ? compare : `if (nodes[at + 4] === ${m}) { ${compare} }`;
      })
      .join(' ');
    const join =
      how === 'MIN'
        ? 'if (i === 0 || value < out) { out = value; }'
        : how === 'MAX'
          ? 'if (i === 0 || value > out) { out = value; }'
          : 'out += value;';
    const body = `
      let out = 0.0;
      for (int i = 0; i < ${trees}; i++) {
        int node = roots[i];
        for (int d = 0; d < ${number(l.attributes, 'depth', 1)}; d++) {
          int at = node * ${treeColumns};
          int feature = nodes[at];
          if (feature >= 0) {
            const x = cells[this.thread.y * ${features} + feature];
            const t = nodes[at + 1];
            let holds = 0.0;
            ${branch}
            if (x !== x) { holds = nodes[at + 5]; }
            if (holds > 0) { node = nodes[at + 2]; } else { node = nodes[at + 3]; }
          }
        }
        int leaf = -1 - nodes[node * ${treeColumns}];
        const value = leaves[leaf * ${targets} + this.thread.x];
        ${join}
      }
      return ${how === 'AVERAGE' ? `out / ${trees}` : 'out'};`;
    l.kernel({
      name: 'TreeEnsemble',
      source: kernelSource(['cells', 'nodes', 'leaves', 'roots'], body),
      inputs: [x!, nodes!, leaves!, roots!],
      output: y!,
      grid: [targets, rows],
    });
  },
};
