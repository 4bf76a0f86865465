/**
 * Models with more scores than the data have classes: a character model of 32 symbols on a text of 26, a classifier of 10 on
 * data of 8. Cross entropy takes them (its targets lie below the number of scores), so the classes that no row is of get names.
 */
import type { Dataset, SavedPreparation, TargetInfo } from '../../data/dataset';
import { losses } from '../../engine/definitions';
import type { Model } from '../../model/graph';

/** How many scores a model gives for each target; undefined where that is not known, or where they are none of classes. */
export function scoresOf(model: Model, target: TargetInfo, loss: string): number | undefined {
  const { kind, classes, shape, sequence, untold } = target;
  if (kind !== 'classes' || !classes || shape || sequence || untold) return undefined;
  if (losses.get(loss)?.target !== 'classes') return undefined;
  const output = model.values[model.outputs[0] ?? '']?.shape ?? [];
  // Of positions (N, T, C) the scores stand last, of all else (N, C, …) behind the rows.
  const scores = target.perPosition ? output.at(-1) : output.length > 1 ? output[1] : undefined;
  return typeof scores === 'number' ? scores : undefined;
}

/** The target with a name for each score of the model, "class 26" for the 27th; itself where it has them. */
export function withUnnamed(target: TargetInfo, model: Model, loss: string): TargetInfo {
  const scores = scoresOf(model, target, loss);
  const { classes = [], classWeights } = target;
  if (scores === undefined || scores <= classes.length) return target;
  const more = Array.from({ length: scores - classes.length }, (_, i) => unnamed(classes.length + i));
  return {
    ...target,
    classes: [...classes, ...more],
    unnamed: (target.unnamed ?? 0) + more.length,
    // No row is of them, so they weigh nothing.
    ...(classWeights && { classWeights: [...classWeights, ...more.map(() => 0)] }),
  };
}

const unnamed = (index: number) => `class ${index}`;

/** By what is said of them: one for all who ask, since what was computed of data once is kept by who they are. */
const known = new WeakMap<object, Map<string, Dataset | SavedPreparation>>();

/** Data, or how they are prepared, with such a target; they themselves are left as they are, since others may use them. */
export function forScoresOf<T extends Dataset | SavedPreparation>(data: T, model: Model, loss: string): T {
  const target = withUnnamed(data.target, model, loss);
  if (target === data.target) return data;
  const note = unnamedNote(data.target, target, model.name);
  const all = known.get(data) ?? new Map<string, Dataset | SavedPreparation>();
  known.set(data, all);
  let named = all.get(note);
  if (!named) {
    named = Object.create(data, {
      target: { value: target, enumerable: true },
      ...('notes' in data && { notes: { value: [...data.notes, note], enumerable: true } }),
    }) as T;
    all.set(note, named);
  }
  return named as T;
}

function unnamedNote({ name, classes = [] }: TargetInfo, { classes: all = [] }: TargetInfo, model: string) {
  const more = all.length - classes.length;
  return more === 1
    ? `${model} gives ${all.length} scores, and the target "${name}" has ${classes.length} classes: "${all.at(-1)}" is a class without rows.`
    : `${model} gives ${all.length} scores, and the target "${name}" has ${classes.length} classes: "${all[classes.length]}" to "${all.at(-1)}" are classes without rows.`;
}
