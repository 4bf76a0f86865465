/** A decision tree around one prediction: which questions decide it among rows that differ from it in some columns. */
import { Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { tableOf } from '../responses';
import { all, hasColumns, oneInput } from '../suits';
import { type Answers, answersTo, checkVaries, rSquared } from '../surrogate';
import { growTree, leavesOf, treeAnswer, treeImportances } from '../tree';
import { unitsOf } from '../units';

const options = Type.Object(
  {
    depth: Type.Integer({
      minimum: 1,
      maximum: 12,
      default: 4,
      description: 'Questions on the way to an answer.',
    }),
    samples: Type.Integer({
      minimum: 50,
      maximum: 100000,
      default: 1000,
      description: 'Neighbours to fit the tree to.',
    }),
    change: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'How likely each column of a neighbour is taken from another training row.',
    }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same neighbours.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'local_tree',
  title: 'Decision tree around a prediction',
  paper: {
    authors: 'Guidotti, Monreale, Ruggieri, Pedreschi, Turini and Giannotti',
    year: 2018,
    title: 'Local Rule-Based Explanations of Black Box Decision Systems',
    url: 'https://arxiv.org/abs/1805.10820',
  },
  summary: 'Which columns a tree would ask about to answer like the network near this input. For tables.',
  scope: 'prediction',
  needs: ['training-data'],
  options,
  judgedBy: ['surrogate_fit', 'deletion', 'model_randomisation'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { depth, samples, change, seed } = readOptions(options, given, 'local_tree');
    const { data, shape } = sampleOf(request);
    const table = tableOf(request, 'A simple model', 'train', 5000, 10);
    const units = unitsOf(shape, request.dataset);
    const random = new Random(seed, 'local_tree');
    const neighbour = () => {
      const row = Float64Array.from(data);
      const from = random.integer(table.rows.length) * data.length;
      for (const { indices } of units)
        if (random.uniform() < change) for (const i of indices) row[i] = table.data[from + i]!;
      return row;
    };
    // As many again are held back: the tree is judged by those.
    const count = samples + Math.ceil(samples / 2);
    const near = await answersTo(request, Array.from({ length: count }, neighbour));
    const part = (from: number, to: number): Answers => ({
      rows: near.rows.slice(from, to),
      answers: near.answers.slice(from, to),
    });
    const fitted = part(0, samples);
    const held = part(samples, count);
    checkVaries(fitted, 'all neighbours of this input');
    const tree = growTree(fitted.rows, fitted.answers, {
      depth,
      leaf: 5,
      ...(request.signal && { signal: request.signal }),
    });
    const guess = held.rows.map(row => treeAnswer(tree, row));
    return {
      values: { shape, data: Float32Array.from(treeImportances(tree, data.length)) },
      facts: {
        r2: rSquared(held.answers, guess),
        leaves: leavesOf(tree).length,
        answer: treeAnswer(tree, data),
      },
    };
  },
};
