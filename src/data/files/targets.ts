/** Targets of files and texts: a class, a number, or a sequence of symbols each. */
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type { TargetInfo } from '../dataset';
import { parseNumber } from '../table/values';
import { clip } from '../table/words';

export const targetState = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('classes'), Type.Literal('number'), Type.Literal('sequence')]),
  classes: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
  classWeights: Type.Optional(Type.Array(Type.Number({ minimum: 0 }))),
  /** What stands between the symbols of a sequence as text. */
  joint: Type.Optional(Type.String()),
  /** Symbols of the longest sequence. */
  longest: Type.Optional(Type.Integer({ minimum: 1 })),
});

export type TargetState = Static<typeof targetState>;

export function infoOf({ name, kind, classes, classWeights, joint, longest }: TargetState): TargetInfo {
  if (kind === 'number') return { name, kind: 'number' };
  return {
    name,
    kind: 'classes',
    classes: classes!,
    ...(classWeights && { classWeights }),
    ...(kind === 'sequence' && { sequence: { joint: joint ?? '', longest: longest ?? 1 } }),
  };
}

export interface Targets {
  state: TargetState;
  /** [rows], [rows, 1] or, filled up with -1, [rows, longest]. */
  batch(rows: ArrayLike<number>): Tensor;
  /** The class of each row, for stratifying. */
  labels?: Int32Array;
  notes: string[];
}

/** @throws VitrineError bad-data for one class only. */
export function classTargets(name: string, labels: readonly string[], file: string): Targets {
  const classes = [...new Set(labels)].sort();
  if (classes.length < 2)
    throw new VitrineError(
      'bad-data',
      `The target "${name}" has only one class, "${clip(classes[0] ?? '')}". Expected at least two to tell apart.`,
      { at: { file } },
    );
  const code = new Map(classes.map((c, i) => [c, i]));
  const codes = Int32Array.from(labels, l => code.get(l)!);
  return {
    state: { name, kind: 'classes', classes },
    labels: codes,
    batch: rows => ({ shape: [rows.length], data: Int32Array.from(rows, r => codes[r]!) }),
    notes: [],
  };
}

/** @throws VitrineError bad-data for what is no number. */
export function numberTargets(name: string, labels: readonly string[], files: readonly string[]): Targets {
  const values = Float32Array.from(labels, (l, i) => {
    const x = parseNumber(l);
    if (Number.isNaN(x))
      throw new VitrineError(
        'bad-data',
        `The target "${name}" of ${files[i]} is "${clip(l)}", expected a number.`,
      );
    return x;
  });
  return {
    state: { name, kind: 'number' },
    batch: rows => ({ shape: [rows.length, 1], data: Float32Array.from(rows, r => values[r]!) }),
    notes: [],
  };
}

/**
 * Sequences of symbols, for the loss "ctc": the blank is symbol 0, the symbols of the training rows follow in their
 * order. What training lacks is left out of a sequence, and said.
 */
export function sequenceTargets(
  name: string,
  texts: readonly string[],
  train: ArrayLike<number>,
  unit: 'characters' | 'words',
): Targets {
  const joint = unit === 'words' ? ' ' : '';
  const parts = texts.map(t => (unit === 'words' ? t.trim().split(/\s+/) : [...t.trim()]));
  const known = new Set<string>();
  for (let i = 0; i < train.length; i++) for (const p of parts[train[i]!]!) known.add(p);
  const classes = ['', ...[...known].sort()];
  const code = new Map(classes.map((c, i) => [c, i]));
  let strange = 0;
  const codes = parts.map(list =>
    list.flatMap(p => {
      const c = code.get(p);
      if (c === undefined) strange++;
      return c === undefined ? [] : [c];
    }),
  );
  const longest = codes.reduce((most, c) => Math.max(most, c.length), 1);
  return {
    state: { name, kind: 'sequence', classes, joint, longest },
    batch(rows) {
      const data = new Int32Array(rows.length * longest).fill(-1);
      for (let i = 0; i < rows.length; i++) data.set(codes[rows[i]!]!, i * longest);
      return { shape: [rows.length, longest], data };
    },
    notes:
      strange > 0
        ? [
            `${strange} ${unit} of "${name}" do not occur in the training rows and were left out of the targets.`,
          ]
        : [],
  };
}
