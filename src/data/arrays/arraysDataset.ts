/** Tensors as a data set, as they are: several inputs, targets of any shape, pictures by the ten thousand. */

import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type {
  CodeTensors,
  Dataset,
  FeatureInfo,
  InputPart,
  Modality,
  NamedTensor,
  RawSample,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { divideRows, splitsByRow } from '../divide';
import type { SplitOptions } from '../options';
import { roomFor } from '../room';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { type RawRow, rawRowsOf, readTableFile } from '../table/rawRows';
import { bad } from '../table/table';
import { entryNames } from './table';

const shape = Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 16 });

export const arraysSchema = stateSchemaOf('code', {
  parts: Type.Array(
    Type.Object({
      name: Type.String(),
      shape,
      whole: Type.Boolean(),
      columns: Type.Optional(Type.Array(Type.String())),
    }),
    { minItems: 1, maxItems: 64 },
  ),
  target: Type.Object({
    name: Type.String(),
    kind: Type.Union([Type.Literal('classes'), Type.Literal('number')]),
    classes: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
    shape: Type.Optional(shape),
    perPosition: Type.Optional(Type.Boolean()),
  }),
});

type ArraysState = Static<typeof arraysSchema>;

/** Entries of a sample, at most. */
const mostEntries = 4_000_000;

const elements = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

function modalityOf(sizes: readonly number[], whole: boolean): Modality {
  if (whole) return 'table';
  return sizes.length === 3 ? 'image' : sizes.length === 2 ? 'series' : 'table';
}

/** What a run of such a data set keeps: nothing was learned, so it is what an input looks like. */
export class ArraysPreparation implements SavedPreparation {
  readonly parts?: readonly InputPart[];
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  readonly modality: Modality;

  constructor(
    readonly state: ArraysState,
    statistics?: (entry: number) => Pick<FeatureInfo, 'mean' | 'std' | 'min' | 'max'>,
  ) {
    const { parts, target } = state;
    const [only, more] = parts;
    if (more)
      this.parts = parts.map(p => ({
        name: p.name,
        shape: p.shape,
        dtype: p.whole ? 'int64' : 'float32',
        modality: modalityOf(p.shape, p.whole),
      }));
    this.sampleShape = more ? [parts.reduce((n, p) => n + elements(p.shape), 0)] : only!.shape;
    this.modality = more ? 'mixed' : modalityOf(only!.shape, only!.whole);
    const names = parts.flatMap(p => {
      const own = p.columns?.length === elements(p.shape) ? p.columns : entryNames(p.shape);
      return more ? own.map(n => (p.shape.length === 0 ? p.name : `${p.name}.${n}`)) : own;
    });
    this.features = names.map((name, i) => ({
      name,
      kind: 'number',
      span: [i, i + 1],
      missing: 0,
      ...statistics?.(i),
    }));
    const { classes, shape: sizes, perPosition } = target;
    this.target = {
      name: target.name,
      kind: target.kind,
      ...(classes && { classes }),
      ...(sizes && { shape: sizes }),
      ...(perPosition && { perPosition }),
    };
  }

  prepare(rows: readonly Readonly<RawRow>[]): Tensor {
    const width = this.features.length;
    const whole = this.state.parts.every(p => p.whole);
    const data = whole ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width);
    rows.forEach((row, r) => {
      this.features.forEach(({ name }, i) => {
        const cell = Object.hasOwn(row, name) ? row[name] : undefined;
        const x = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
        if (typeof x !== 'number' || !Number.isFinite(x))
          throw new VitrineError(
            'bad-data',
            `Row ${r + 1}, "${name}": found ${cell === undefined || cell === null ? 'no value' : JSON.stringify(cell)}, expected a number.`,
          );
        data[r * width + i] = x;
      });
    });
    return { shape: [rows.length, ...this.sampleShape], data };
  }

  async readRows(file: string, signal?: AbortSignal): Promise<RawRow[]> {
    return rawRowsOf(await readTableFile(file, new Set(), signal));
  }
}

export function restoreArrays(saved: Readonly<Record<string, unknown>>): ArraysPreparation {
  return new ArraysPreparation(savedState(arraysSchema, saved, 'tensors'));
}

export class ArraysDataset implements Dataset {
  readonly modality;
  readonly sampleShape;
  readonly parts?: readonly InputPart[];
  readonly features;
  readonly target;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly notes: readonly string[] = [];
  readonly hash: string;
  private readonly plan: ArraysPreparation;
  private readonly splitOf: Map<number, Split>;

  /** @throws VitrineError bad-data for tensors that do not go together. */
  constructor(
    readonly name: string,
    file: string,
    private readonly tensors: CodeTensors,
    { targetType, split }: { targetType: 'classes' | 'number'; split: SplitOptions },
    seed: number,
  ) {
    const { inputs, target, held = 0, hash, perPosition, scores = 0 } = tensors;
    this.hash = hash;
    const rows = target.shape[0] ?? 0;
    for (const t of inputs)
      if (t.shape[0] !== rows)
        throw bad(
          file,
          undefined,
          `"${t.name}" has the shape (${t.shape.join(', ')}) and "${target.name}" (${target.shape.join(', ')}): not the same number of rows.`,
        );
    const width = inputs.reduce((n, t) => n + elements(t.shape.slice(1)), 0);
    if (rows === 0 || width === 0 || width > mostEntries)
      throw bad(
        file,
        undefined,
        `There are ${rows} samples of ${width} numbers; expected samples of 1 to ${mostEntries} numbers.`,
      );
    const per = elements(target.shape.slice(1));
    const classes = targetType === 'classes' ? classesOf(target, scores) : undefined;
    const cut = rows - held;
    const all = Int32Array.from({ length: rows }, (_, i) => i);
    const labels =
      classes && per === 1 ? Int32Array.from(target.data.subarray(0, held ? cut : rows)) : undefined;
    this.splits = held
      ? {
          ...divideRows(all.subarray(0, cut), { ...split, test: 0 }, seed, labels),
          test: all.subarray(cut),
        }
      : divideRows(all, split, seed, labels);
    this.splitOf = splitsByRow(this.splits);
    this.plan = new ArraysPreparation(
      {
        ...savedAs('code'),
        parts: inputs.map(t => ({
          name: t.name,
          shape: [...t.shape.slice(1)],
          whole: t.data instanceof Int32Array,
          ...(t.columns && { columns: [...t.columns] }),
        })),
        target: {
          name: target.name,
          kind: targetType,
          ...(classes && { classes }),
          ...(!classes && per > 1 && { shape: [...target.shape.slice(1)] }),
          ...(classes && perPosition && { perPosition }),
        },
      },
      statisticsOf(inputs, this.splits.train),
    );
    this.modality = this.plan.modality;
    this.sampleShape = this.plan.sampleShape;
    if (this.plan.parts) this.parts = this.plan.parts;
    this.features = this.plan.features;
    this.target = this.plan.target;
  }

  batch(rows: ArrayLike<number>, into?: Float32Array): { input: Tensor; targets: Tensor } {
    const width = this.features.length;
    const { inputs, target } = this.tensors;
    const sizes = inputs.map(t => elements(t.shape.slice(1)));
    const whole = inputs.every(t => t.data instanceof Int32Array);
    const data = whole && !into ? new Int32Array(rows.length * width) : roomFor(rows.length * width, into);
    const per = elements(target.shape.slice(1));
    const classes = this.target.kind === 'classes';
    const targets = classes ? new Int32Array(rows.length * per) : new Float32Array(rows.length * per);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.check(row);
      let at = i * width;
      for (const [k, size] of sizes.entries()) {
        data.set(inputs[k]!.data.subarray(row * size, (row + 1) * size), at);
        at += size;
      }
      targets.set(target.data.subarray(row * per, (row + 1) * per), i * per);
    }
    const own = this.target.perPosition ? [per] : (this.target.shape ?? (classes ? [] : [per]));
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: { shape: [rows.length, ...own], data: targets },
    };
  }

  raw(row: number): RawSample {
    this.check(row);
    const { input, targets } = this.batch([row]);
    const values: RawSample['values'] = {};
    for (const [i, { name }] of this.features.entries())
      Object.defineProperty(values, name, {
        value: input.data[i]!,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    const first = targets.data[0]!;
    return {
      row,
      split: this.splitOf.get(row)!,
      values,
      target: this.target.classes?.[first] ?? first,
    };
  }

  prepare(rows: readonly Readonly<RawRow>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  private check(row: number): void {
    if (this.splitOf.has(row)) return;
    throw new VitrineError(
      'bad-request',
      `There is no row ${row}: "${this.name}" has rows 0 to ${this.splitOf.size - 1}.`,
    );
  }
}

/** 0 to the largest that there is, or that the model knows. */
function classesOf(target: NamedTensor, scores: number): string[] {
  let most = scores - 1;
  for (const t of target.data) most = Math.max(most, t);
  return Array.from({ length: Math.max(2, most + 1) }, (_, i) => String(i));
}

/** Of each entry of a sample, over at most so many of the rows. */
const mostLookedAt = 2_000;

function statisticsOf(inputs: readonly NamedTensor[], train: Int32Array) {
  const step = Math.max(1, Math.floor(train.length / mostLookedAt));
  const rows = train.filter((_, i) => i % step === 0);
  const found: { mean: number; std: number; min: number; max: number }[] = [];
  for (const { data, shape } of inputs) {
    const size = elements(shape.slice(1));
    for (let entry = 0; entry < size; entry++) {
      let [sum, squares, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const row of rows) {
        const x = data[row * size + entry]!;
        sum += x;
        squares += x * x;
        min = Math.min(min, x);
        max = Math.max(max, x);
      }
      const mean = sum / rows.length;
      found.push({ mean, std: Math.sqrt(Math.max(0, squares / rows.length - mean * mean)), min, max });
    }
  }
  return (entry: number) => found[entry]!;
}
