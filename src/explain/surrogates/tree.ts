/**
 * Regression trees (Breiman, Friedman, Olshen and Stone 1984), small and exact, as scikit-learn grows them. Where two
 * columns divide a node equally well, as happens often among few rows, the first column is taken; scikit-learn takes
 * one by chance, so that its trees differ from seed to seed there, and nowhere else.
 */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import { formatNumber } from '../answers/predict';
import type { TreeNode } from '../figure';
import { type Entry, type Leaf, type Surrogate, tellLeaf } from '../surrogate';
import type { Words } from '../words/words';

export interface Split {
  entry: number;
  /** Values up to it go left. */
  threshold: number;
  /** How much the sum of squares falls. */
  gain: number;
}

export type Tree =
  | { value: number; count: number }
  | (Split & { value: number; count: number; left: Tree; right: Tree });

export interface TreeOptions {
  depth: number;
  /** Rows that a leaf has at least. */
  leaf: number;
  signal?: AbortSignal;
}

/** Grows a tree by the split that lowers the sum of squares most, at each node; thresholds are midpoints. */
export function growTree(
  rows: readonly Float64Array[],
  answers: Float64Array,
  { depth, leaf, signal }: TreeOptions,
  which: readonly number[] = rows.map((_, i) => i),
): Tree {
  throwIfCancelled(signal);
  const count = which.length;
  const value = which.reduce((s, r) => s + answers[r]!, 0) / Math.max(1, count);
  const split = depth > 0 ? bestSplit(rows, answers, which, leaf) : undefined;
  if (!split) return { value, count };
  const grow = (left: boolean) =>
    growTree(
      rows,
      answers,
      { depth: depth - 1, leaf, ...(signal && { signal }) },
      which.filter(r => rows[r]![split.entry]! <= split.threshold === left),
    );
  return { ...split, value, count, left: grow(true), right: grow(false) };
}

/** The split of these rows that lowers the sum of squares most; undefined where none lowers it. */
export function bestSplit(
  rows: readonly Float64Array[],
  answers: Float64Array,
  which: readonly number[],
  leaf: number,
): Split | undefined {
  const n = which.length;
  if (n < 2 * leaf) return undefined;
  const mean = which.reduce((s, r) => s + answers[r]!, 0) / n;
  let best: Split | undefined;
  let least = 1e-12 * which.reduce((s, r) => s + (answers[r]! - mean) ** 2, 0) + 1e-16 * n;
  for (let entry = 0; entry < rows[0]!.length; entry++) {
    const order = [...which].sort((a, b) => rows[a]![entry]! - rows[b]![entry]!);
    let sum = 0;
    for (let i = 0; i < n - 1; i++) {
      sum += answers[order[i]!]! - mean;
      const low = rows[order[i]!]![entry]!;
      const high = rows[order[i + 1]!]![entry]!;
      if (high - low < 1e-7 || i + 1 < leaf || n - i - 1 < leaf) continue;
      // With answers less their mean the sum on the right is minus that on the left.
      const gain = (sum * sum) / (i + 1) + (sum * sum) / (n - i - 1);
      if (gain <= least * (1 + 1e-12)) continue;
      least = gain;
      best = { entry, threshold: (low + high) / 2, gain };
    }
  }
  return best;
}

export function treeAnswer(tree: Tree, row: ArrayLike<number>): number {
  let at = tree;
  while ('left' in at) at = row[at.entry]! <= at.threshold ? at.left : at.right;
  return at.value;
}

export function leavesOf(tree: Tree, conditions: Leaf['conditions'] = []): Leaf[] {
  if (!('left' in tree)) return [{ value: tree.value, count: tree.count, conditions }];
  const { entry, threshold } = tree;
  return [
    ...leavesOf(tree.left, [...conditions, { entry, sign: '<=', threshold }]),
    ...leavesOf(tree.right, [...conditions, { entry, sign: '>', threshold }]),
  ];
}

/** Each entry's share of all that the splits lowered the sum of squares by. */
export function treeImportances(tree: Tree, entries: number): Float64Array {
  const gains = new Float64Array(entries);
  const visit = (t: Tree) => {
    if (!('left' in t)) return;
    gains[t.entry]! += t.gain;
    visit(t.left);
    visit(t.right);
  };
  visit(tree);
  const sum = gains.reduce((a, b) => a + b, 0);
  return sum > 0 ? gains.map(g => g / sum) : gains;
}

export const tree: Surrogate = {
  id: 'tree',
  paper: {
    authors: 'Craven and Shavlik',
    year: 1995,
    title: 'Extracting Tree-Structured Representations of Trained Networks',
    url: 'https://papers.nips.cc/paper/1152-extracting-tree-structured-representations-of-trained-networks',
  },
  options: {
    depth: Type.Integer({
      minimum: 1,
      maximum: 12,
      default: 3,
      description: 'Questions on the way to an answer.',
    }),
    leaf: Type.Integer({ minimum: 1, default: 5, description: 'Rows that each answer stands for at least.' }),
  },
  fit({ rows, answers }, entries, given, signal) {
    const { depth, leaf } = given as { depth: number; leaf: number };
    const grown = growTree(rows, answers, { depth, leaf, ...(signal && { signal }) });
    const leaves = leavesOf(grown);
    return {
      predict: row => treeAnswer(grown, row),
      importance: treeImportances(grown, entries.length),
      facts: { leaves: leaves.length },
      figures: (words, value, row) => [{ kind: 'tree', value, root: nodeOf(grown, entries, words, row) }],
      told: words => [
        leaves.length > toldLeaves
          ? tellTop(grown, leaves.length, entries, words)
          : words.model.tree(
              leaves.length,
              leaves.map(l => tellLeaf(l, entries, words)),
            ),
      ],
    };
  },
};

/** Larger trees are told by their first questions: the picture has the rest. */
const toldLeaves = 4;

function tellTop(root: Tree, leaves: number, entries: readonly Entry[], words: Words): string {
  const question = (t: Tree) =>
    'left' in t
      ? words.model.question(
          words.model.condition(entries[t.entry]!.name, '<=', entries[t.entry]!.raw(t.threshold)),
          formatNumber(t.left.value),
          formatNumber(t.right.value),
        )
      : undefined;
  const second = 'left' in root ? [question(root.left), question(root.right)] : [];
  return words.model.treeTop(leaves, question(root) ?? '', second[0], second[1]);
}

function nodeOf(at: Tree, entries: readonly Entry[], words: Words, row?: ArrayLike<number>): TreeNode {
  const { value, count } = at;
  const onPath = row && { onPath: true };
  if (!('left' in at)) return { value, count, ...onPath };
  const entry = entries[at.entry]!;
  const low = row && row[at.entry]! <= at.threshold;
  return {
    value,
    count,
    ...onPath,
    column: entry.name,
    condition: words.model.condition(entry.name, '<=', entry.raw(at.threshold)),
    yes: nodeOf(at.left, entries, words, low ? row : undefined),
    no: nodeOf(at.right, entries, words, row && !low ? row : undefined),
  };
}
