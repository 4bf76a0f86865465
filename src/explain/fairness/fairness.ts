/** Whom a model treats differently: rates by group, the gaps between groups, and what would close them. */
import type { Dataset, Split } from '../../data/dataset';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { EvaluatorPool } from '../answers/evaluatorPool';
import type { Language } from '../words/words';
import { accuracyOnly, assessClass } from './groupRates';
import { groupRows } from './groups';
import { type FairnessSubject, judgedRows } from './judged';
import { mitigate, reweighingOf } from './mitigation';
import type { ClassFairness, Fairness } from './result';
import type { ConstraintId } from './thresholds';
import { tell } from './told';
import { fairnessWords } from './words';

export interface FairnessCall extends FairnessSubject {
  /** Columns to group by; several are intersected. They need not be features. */
  by: readonly string[];
  /** Rows that are judged. Default "test". */
  split?: Split;
  /** The class whose prediction is the favour (or the burden), by name or index; the second of two. */
  positive?: string | number;
  /** Smaller groups are told but not compared. Default 10. */
  minGroup?: number;
  /** Parts of a column of many numbers. Default 4. */
  bins?: number;
  /** Decides the draws of the intervals. Default 0. */
  seed?: number;
  /** Bootstrap and permutation draws. Default 1000. */
  draws?: number;
  /** Of the sentences; English if absent. */
  language?: Language;
  /** Also chooses thresholds by group under which these rates agree. */
  mitigate?: ConstraintId;
  onProgress?(done: number): void;
}

/**
 * @throws bad-request for a model that predicts numbers, a column that there is not or that does not divide the rows,
 *   a class that there is not; bad-data for a split without rows; what predicting throws.
 */
export async function assessFairness(call: FairnessCall): Promise<Fairness> {
  const { dataset, split = 'test', minGroup = 10, bins = 4, seed = 0, draws = 1000 } = call;
  const classes = classesOf(dataset);
  const positive = positiveOf(call.positive, classes);
  const rows = dataset.splits[split];
  if (rows.length === 0) {
    throw new VitrineError(
      'bad-data',
      `${dataset.name} has no ${split} rows. Set data.split.${split === 'train' ? 'test' : split} in the experiment, or judge another split.`,
    );
  }
  const grouping = groupRows(dataset, call.by, rows, bins);
  const notes = [...grouping.notes];
  const engine = new EvaluatorPool(call.engine);
  try {
    const judged = await judgedRows({ ...call, engine }, rows);
    call.onProgress?.(0.3);
    throwIfCancelled(call.signal);
    const assess = (index: number, told: string[]) =>
      assessClass(
        judged,
        index,
        grouping,
        { minGroup, seed, draws, ...(call.language && { language: call.language }) },
        told,
      );
    const words = fairnessWords[call.language ?? 'en'];
    let result: ClassFairness;
    let perClass: Record<string, ClassFairness> | undefined;
    if (positive) result = assess(positive.index, notes);
    else {
      // Hardly a group has all classes: what is undefined is shown as such, and not told once more.
      perClass = Object.fromEntries(classes.map((name, i) => [name, assess(i, [])]));
      result = accuracyOnly(judged, grouping, { minGroup, seed, draws });
    }
    call.onProgress?.(0.7);
    const small = Object.entries(result.groups).filter(([, g]) => !g.compared);
    if (small.length > 0)
      notes.push(
        words.small(
          small.map(([name, g]) => `"${name}" (${g.count})`),
          minGroup,
        ),
      );
    if (Object.keys(result.groups).length - small.length < 2) notes.push(words.tooFew(minGroup));
    if (judged.probabilities === undefined) notes.push(words.noProbabilities);
    const mitigation =
      call.mitigate && (await mitigate({ ...call, engine }, call.mitigate, judged, positive));
    call.onProgress?.(1);
    return {
      by: call.by,
      split,
      rows: rows.length,
      positive,
      ...result,
      ...(perClass && { classes: perClass }),
      reweighing: reweighingOf(dataset, call.by, bins, classes),
      ...(mitigation && { mitigation }),
      notes: [...new Set(notes)],
      text: tell(result, call.by, call.language),
    };
  } finally {
    await engine.dispose();
  }
}

function classesOf(dataset: Dataset): readonly string[] {
  if (dataset.target.untold)
    throw new VitrineError(
      'bad-request',
      `Of ${dataset.name} nobody knows the right answers, so no group can be wronged. Fairness is for data with a target.`,
    );
  if (dataset.target.perPosition)
    throw new VitrineError(
      'bad-request',
      `The model predicts "${dataset.target.name}" at each position of a sequence. Fairness is for models that give one answer a row.`,
    );
  if (dataset.target.kind === 'classes' && dataset.target.classes) return dataset.target.classes;
  throw new VitrineError(
    'bad-request',
    `The model predicts a number ("${dataset.target.name}"). Selection and error rates are of models that predict classes; ` +
      'let the target be a class, e.g. above or below a limit.',
  );
}

function positiveOf(asked: string | number | undefined, classes: readonly string[]) {
  if (asked === undefined) return classes.length === 2 ? { index: 1, name: classes[1]! } : null;
  const byName = classes.indexOf(String(asked));
  const index = byName >= 0 ? byName : /^\d+$/.test(String(asked)) ? Number(asked) : -1;
  if (index >= 0 && index < classes.length) return { index, name: classes[index]! };
  const near = nearest(String(asked), classes);
  throw new VitrineError(
    'bad-request',
    `There is no class "${asked}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(classes)}.`,
  );
}
