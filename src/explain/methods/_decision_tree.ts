/** A decision tree that answers like the network: simple rules for all it does, and how far they hold. */
import { Type } from '@sinclair/typebox';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasColumns, oneInput } from '../suits';
import { checkVaries, rSquared, surrogateData, tellLeaf } from '../surrogate';
import { growTree, leavesOf, treeAnswer, treeImportances } from '../tree';
import { unitsOf } from '../units';
import { wordsFor } from '../words';

const options = Type.Object(
  {
    depth: Type.Integer({
      minimum: 1,
      maximum: 12,
      default: 3,
      description: 'Questions on the way to an answer.',
    }),
    leaf: Type.Integer({ minimum: 1, default: 5, description: 'Rows that each answer stands for at least.' }),
    rows: Type.Integer({ minimum: 10, default: 2000, description: 'At most this many training rows.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'decision_tree',
  title: 'Decision tree for the network',
  paper: {
    authors: 'Craven and Shavlik',
    year: 1995,
    title: 'Extracting Tree-Structured Representations of Trained Networks',
    url: 'https://papers.nips.cc/paper/1152-extracting-tree-structured-representations-of-trained-networks',
  },
  summary: 'Which few questions a tree would ask to answer like the network, and how well it does.',
  scope: 'model',
  needs: ['training-data'],
  options,
  judgedBy: ['surrogate_fit'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { depth, leaf, rows } = readOptions(options, given, 'decision_tree');
    const { dataset, fitted, held, entries } = await surrogateData(request, rows);
    checkVaries(fitted, 'all rows');
    const tree = growTree(fitted.rows, fitted.answers, {
      depth,
      leaf,
      ...(request.signal && { signal: request.signal }),
    });
    const r2 = rSquared(
      held.answers,
      held.rows.map(row => treeAnswer(tree, row)),
    );
    const leaves = leavesOf(tree);
    const words = wordsFor(request.language);
    const importances = treeImportances(tree, entries.length);
    const units = unitsOf(dataset.sampleShape, dataset);
    return {
      values: {
        shape: [units.length],
        data: Float32Array.from(units, u => u.indices.reduce((s, i) => s + importances[i]!, 0)),
      },
      names: units.map((u, i) => u.name ?? String(i)),
      kind: 'importance',
      facts: { r2, leaves: leaves.length, rows: held.rows.length },
      told: [
        words.model.tree(
          leaves.length,
          leaves.slice(0, 8).map(l => tellLeaf(l, entries, words)),
        ),
        words.model.fidelity(words.percent(Math.max(0, r2)), held.rows.length),
      ],
    };
  },
};
