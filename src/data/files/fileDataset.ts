/** What data sets of files share: a fixed tensor for each file, computed once, and a target. */

import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type {
  Dataset,
  FeatureInfo,
  Modality,
  SampleMedia,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { splitsByRow } from '../divide';
import { roomFor } from '../room';
import type { LabelledFile } from './labelled';
import type { Targets } from './targets';

/** A preparation that also scales: what it saved of the training files is applied to raw features. */
export interface FilePreparation extends SavedPreparation {
  readonly state: unknown;
  write(raw: ArrayLike<number>, from: number, into: Float32Array, at: number): void;
}

export interface FileData {
  source: string;
  folder: string;
  modality: Modality;
  files: readonly LabelledFile[];
  /** Rows that can be used; `raw` holds zeros for the others. */
  splits: Readonly<Record<Split, Int32Array>>;
  /** [files, …sample], before scaling. */
  raw: Float32Array | Uint8Array;
  targets: Targets;
  hash: string;
  notes: readonly string[];
  /** Columns for looking at, besides the file's name. */
  values?(row: number): Record<string, string | number | null>;
  media?(row: number): SampleMedia | undefined;
  /** A raw sample as training sees it in an epoch, where that differs by chance. */
  alter?(sample: Float32Array, row: number, chance: { seed: number; epoch: number }): Float32Array;
}

export class FileDataset implements Dataset {
  readonly name: string;
  readonly modality: Modality;
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly notes: readonly string[];
  readonly hash: string;
  readonly trainingBatch?: NonNullable<Dataset['trainingBatch']>;
  private readonly splitOf: Map<number, Split>;
  private readonly size: number;

  constructor(
    private readonly data: FileData,
    private readonly plan: FilePreparation,
  ) {
    this.name = path.basename(data.source);
    this.modality = data.modality;
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.target = plan.target;
    this.splits = data.splits;
    this.notes = data.notes;
    this.hash = data.hash;
    this.splitOf = splitsByRow(data.splits);
    this.size = plan.sampleShape.reduce((a, b) => a * b, 1);
    const { alter } = data;
    if (!alter) return;
    this.trainingBatch = (rows, chance, into) => {
      const { input, targets } = this.batch(rows, into);
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i]! * this.size;
        const sample = Float32Array.from(data.raw.subarray(from, from + this.size));
        plan.write(alter(sample, rows[i]!, chance), 0, input.data as Float32Array, i * this.size);
      }
      return { input, targets };
    };
  }

  batch(rows: ArrayLike<number>, into?: Float32Array): { input: Tensor; targets: Tensor } {
    const data = roomFor(rows.length * this.size, into);
    for (let i = 0; i < rows.length; i++) {
      this.check(rows[i]!);
      this.plan.write(this.data.raw, rows[i]! * this.size, data, i * this.size);
    }
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: this.data.targets.batch(rows),
    };
  }

  raw(row: number) {
    this.check(row);
    const file = this.data.files[row]!;
    return {
      row,
      split: this.splitOf.get(row)!,
      values: { file: file.name, ...file.values, ...this.data.values?.(row) },
      target: this.target.kind === 'number' ? Number(file.label) : file.label,
    };
  }

  media(row: number): SampleMedia | undefined {
    this.check(row);
    return this.data.media?.(row);
  }

  prepare(rows: readonly Record<string, string | number | null>[]) {
    // Files of this data set are named relative to its folder.
    const { folder } = this.data;
    return this.plan.prepare(
      rows.map(r => (typeof r['file'] === 'string' ? { ...r, file: path.resolve(folder, r['file']) } : r)),
    );
  }

  preparation(): unknown {
    return this.plan.state;
  }

  private check(row: number): void {
    if (this.splitOf.has(row)) return;
    const known = this.data.files[row];
    throw new VitrineError(
      'bad-request',
      known
        ? `Row ${row} was left out: ${known.name} cannot be read.`
        : `There is no row ${row}: "${this.name}" has rows 0 to ${this.data.files.length - 1}.`,
    );
  }
}

/** Mean and population standard deviation of these rows' entries, one pair for all. */
export function statisticsOf(
  raw: ArrayLike<number>,
  rows: ArrayLike<number>,
  size: number,
): { mean: number; std: number } {
  let sum = 0;
  for (let r = 0; r < rows.length; r++)
    for (let i = rows[r]! * size; i < (rows[r]! + 1) * size; i++) sum += raw[i]!;
  const n = rows.length * size;
  const mean = sum / n;
  let squares = 0;
  for (let r = 0; r < rows.length; r++)
    for (let i = rows[r]! * size; i < (rows[r]! + 1) * size; i++) squares += (raw[i]! - mean) ** 2;
  return { mean, std: Math.sqrt(squares / n) || 1 };
}
