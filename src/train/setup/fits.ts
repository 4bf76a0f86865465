/** Whether a model and its data fit each other, in the data's own words: the engine knows them as numbers alone. */
import type { Dataset, FeatureInfo } from '../../data/dataset';
import { pad, unknown } from '../../data/text/tokenizer';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { scoresOf } from './unnamed';

/** Rows that are looked through for a rare class, at most. */
const maxLookedAt = 1_000_000;
const maxNamed = 6;

/**
 * A model needs a score for each class of the data; often the class too many is one word that was misspelled.
 *
 * @throws VitrineError bad-data naming the classes, and the row of the rarest
 */
export function checkScores(model: Model, dataset: Dataset, loss: string): void {
  const { classes = [], name } = dataset.target;
  const scores = scoresOf(model, dataset.target, loss);
  if (scores === undefined || scores >= classes.length) return;
  const named = classes.slice(0, maxNamed).map(c => `"${c}"`);
  if (classes.length > maxNamed) named.push('…');
  // Code that counts the characters of a text itself leaves no place for these.
  const marks = classes.filter(c => c === pad || c === unknown);
  const rare = marks.length > 0 ? undefined : rarest(dataset);
  const set =
    marks.length > 0
      ? ` ${marks.join(' and ')} are tokens too, before those of the text: let the model's vocabulary have ${classes.length} (vocab_size = ${classes.length}), in its embedding as well.${classes.length - scores === marks.length ? ' Or set data.tokenizer to "alphabet": the characters alone.' : ''}`
      : '';
  const seldom = rare
    ? ` "${rare.label}" is in ${rare.rows === 1 ? `row ${rare.row + 1} alone` : `${rare.rows} rows only, first in row ${rare.row + 1}`} (counted below the header): if that is a mistake, correct the data.`
    : '';
  throw new VitrineError(
    'bad-data',
    `The target "${name}" of ${dataset.name} has ${classes.length} classes (${named.join(', ')}), but ${model.name} gives ${scores === 1 ? 'one score' : `${scores} scores`}: let its last layer give ${classes.length}.${set}${seldom}`,
    model.definition && { at: model.definition },
  );
}

/** The class of the fewest rows, where that is less than one row in twenty. */
function rarest(dataset: Dataset) {
  const parts = Object.values(dataset.splits);
  const total = parts.reduce((n, s) => n + s.length, 0);
  if (total > maxLookedAt) return undefined;
  const found = new Map<string, { label: string; rows: number; row: number }>();
  for (const part of parts)
    for (const i of part) {
      const { target, row } = dataset.raw(i);
      const label = String(target);
      const known = found.get(label);
      if (known) {
        known.rows++;
        known.row = Math.min(known.row, row);
      } else found.set(label, { label, rows: 1, row });
    }
  const [least] = [...found.values()].sort((a, b) => a.rows - b.rows);
  return least && least.rows * 20 < total ? least : undefined;
}

/**
 * What a table gives the model, where that is not one number a column: "a" became 28 inputs, one for each category. A
 * sentence to follow an error about shapes; undefined where nothing is to be explained.
 */
export function inputsInWords({
  sampleShape,
  features,
  parts,
  notes = [],
}: Pick<Dataset, 'sampleShape'> & Partial<Pick<Dataset, 'features' | 'parts' | 'notes'>>):
  | string
  | undefined {
  const [width] = sampleShape;
  if (parts || sampleShape.length !== 1 || !features?.length) return undefined;
  const columns = new Map<string, FeatureInfo[]>();
  for (const f of features) columns.set(f.from ?? f.name, [...(columns.get(f.from ?? f.name) ?? []), f]);
  const several = [...columns].flatMap(([name, made]) => {
    const inputs = made.reduce((n, { span: [from, to] }) => n + to - from, 0);
    if (inputs < 2) return [];
    const [only] = made;
    const how =
      made.length === 1 && only!.categories
        ? `${inputs} (one for each category: ${only!.categories
            .slice(0, 3)
            .map(c => `"${c}"`)
            .join(', ')}${only!.categories.length > 3 ? ', …' : ''})`
        : `${inputs} (${made.map(m => m.name.replace(`${name}.`, '')).join(', ')})`;
    return [`"${name}" gives ${how}`];
  });
  // A column without values is no input.
  const less = notes.filter(n => n.endsWith(': left out.'));
  if (several.length === 0) return less.length > 0 ? less.join(' ') : undefined;
  const more = several.length > maxNamed ? `; and ${several.length - maxNamed} more columns like these` : '';
  return `The data give ${width} inputs from ${columns.size} columns: ${several.slice(0, maxNamed).join('; ')}${more}; each other column gives one.${less.map(n => ` ${n}`).join('')}`;
}
