/** First models for tables of ids: a vector for each id, learned. */
import type { Layers } from './newModel';

/** An argument of forward: an index among `values` + 1, where 0 is what training did not have; or a vector of numbers. */
export type EmbeddedArgument =
  | { name: string; id: boolean; values: number }
  | { name: string; width: number };

type Category = Extract<EmbeddedArgument, { values: number }>;
const isCategory = (i: EmbeddedArgument): i is Category => 'values' in i;

/** Two ids and one number to predict agree or not: matrix factorisation. All else goes through layers together. */
export function embedding(inputs: readonly EmbeddedArgument[], outputs: number): Layers {
  const ids = inputs.filter(i => isCategory(i) && i.id);
  return ids.length === 2 && outputs === 1 ? factorised(inputs) : joined(inputs, outputs);
}

/**
 * Koren, Bell and Volinsky: Matrix Factorization Techniques for Recommender Systems (2009). With more categories than
 * the two every pair of them agrees or not, as in Rendle's Factorization Machines (2010); numbers add to it.
 */
function factorised(inputs: readonly EmbeddedArgument[]): Layers {
  const categories = inputs.filter(isCategory);
  const numbers = inputs.flatMap(i => (isCategory(i) ? [] : [i]));
  const [a, b, ...more] = categories.map(c => c.name);
  const tables = (suffix = '') => categories.map(c => `self.${c.name}${suffix}`).join(', ');
  const added = [
    ...categories.map(c => `self.${c.name}_bias(${c.name})`),
    ...numbers.map(n => `self.${n.name}(${n.name})`),
  ];
  return {
    how:
      more.length === 0
        ? `Matrix factorisation: what ${a} and ${b} add by themselves, and how well their vectors agree.`
        : 'A factorisation machine: what each adds by itself, and how well the vectors of every two agree.',
    uses: [...(more.length === 0 ? [] : ['torch']), 'torch.nn as nn'],
    takes: inputs.map(i => i.name),
    init: [
      ...categories.map(c => `self.${c.name} = nn.Embedding(${c.values + 1}, 16, padding_idx=0)`),
      ...categories.map(c => `self.${c.name}_bias = nn.Embedding(${c.values + 1}, 1, padding_idx=0)`),
      ...numbers.map(n => `self.${n.name} = nn.Linear(${n.width}, 1)`),
      // PyTorch begins with numbers as large as 1, whose products would drown the ratings.
      `for table in (${tables()}):`,
      '    nn.init.normal_(table.weight, std=0.1)',
      `for table in (${tables('_bias')}):`,
      '    nn.init.zeros_(table.weight)',
    ],
    forward: [
      ...(more.length === 0
        ? [`agree = (self.${a}(${a}) * self.${b}(${b})).sum(dim=1, keepdim=True)`]
        : [
            `v = torch.stack([${categories.map(c => `self.${c.name}(${c.name})`).join(', ')}], dim=1)`,
            '# The sum over all pairs of their products, from the square of the sum.',
            'agree = 0.5 * (v.sum(dim=1) ** 2 - (v**2).sum(dim=1)).sum(dim=1, keepdim=True)',
          ]),
      `alone = ${added.join(' + ')}`,
      'return alone + agree',
    ],
  };
}

/** Guo and Berkhahn: Entity Embeddings of Categorical Variables (2016). */
function joined(inputs: readonly EmbeddedArgument[], outputs: number): Layers {
  const categories = inputs.filter(isCategory);
  // As fast.ai has it: more values, longer vectors, but never very long ones.
  const size = ({ values }: Category) => Math.min(32, Math.max(2, Math.ceil(values / 2)));
  const width = inputs.reduce((n, i) => n + (isCategory(i) ? size(i) : i.width), 0);
  const all = inputs.map(i => (isCategory(i) ? `self.${i.name}(${i.name})` : i.name));
  return {
    how: 'A vector for each category, and two layers over all of them.',
    uses: ['torch', 'torch.nn as nn', 'torch.nn.functional as F'],
    takes: inputs.map(i => i.name),
    init: [
      ...categories.map(c => `self.${c.name} = nn.Embedding(${c.values + 1}, ${size(c)}, padding_idx=0)`),
      `self.hidden = nn.Linear(${width}, 32)`,
      'self.dropout = nn.Dropout(0.2)',
      `self.out = nn.Linear(32, ${outputs})`,
    ],
    forward: [
      ...(all.length === 1 ? [`x = ${all[0]}`] : [`x = torch.cat([${all.join(', ')}], dim=1)`]),
      'x = self.dropout(F.relu(self.hidden(x)))',
      'return self.out(x)',
    ],
  };
}
