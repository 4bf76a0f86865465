/** Inputs of text as inputs of places in a list of their own, so that a table's categories fit them. */
import { vector } from './constants';
import type { Model, Node, Value } from './graph';

/** Ops that text passes as it is. */
const passes = new Set(
  'Cast Concat Expand Flatten Gather Identity Reshape Slice Split Squeeze Transpose Unsqueeze'.split(' '),
);

/**
 * The texts that the model tells apart in an input: what it is compared with on its ways; all texts of the model where
 * that cannot be told.
 *
 * @param constant values of a constant.
 */
export function wordsOf(
  model: Model,
  input: string,
  constant: (id: string) => ArrayLike<number> | undefined,
): string[] {
  const words = model.texts?.words ?? [];
  const reached = new Set([input]);
  const found = new Set<number>();
  for (const node of model.nodes) {
    if (!node.inputs.some(id => reached.has(id))) continue;
    if (passes.has(node.op)) for (const id of node.outputs) reached.add(id);
    const keys =
      node.op === 'LookUp'
        ? node.inputs[1]
        : node.op === 'Equal'
          ? node.inputs.find(id => !reached.has(id))
          : '';
    for (const word of Array.from((keys && constant(keys)) || [])) found.add(word);
  }
  const own = [...found].filter(w => words[w] !== undefined);
  return own.length > 0 ? own.map(w => words[w]!) : [...words];
}

/**
 * Lets an input of text take 1, 2, … for the texts of a list instead, and 0 for every other text.
 */
export function withPlaces(model: Model, input: string, list: readonly string[]): Model {
  const places = `${input}:place`;
  const type = model.values[input]!;
  const codes = list.map(text => model.texts!.words.indexOf(text));
  const parameters = [
    vector(
      `${input}:places`,
      'int64',
      list.map((_, i) => i + 1),
    ),
    vector(`${input}:words`, 'int64', codes),
  ];
  const node: Node = {
    id: `${input}:look-up`,
    op: 'LookUp',
    module: '',
    inputs: [places, ...parameters.map(p => p.name)],
    outputs: [input],
    attributes: { default: -1, dtype: 'int64' },
  };
  const values: Record<string, Value> = {
    ...model.values,
    [places]: { ...type, id: places },
    ...Object.fromEntries(parameters.map(p => [p.name, { id: p.name, dtype: p.dtype, shape: p.shape }])),
  };
  return {
    ...model,
    values,
    inputs: model.inputs.map(id => (id === input ? places : id)),
    nodes: [node, ...model.nodes],
    parameters: [...model.parameters, ...parameters],
  };
}
