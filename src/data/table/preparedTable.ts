/** Rows of a table for a model that was trained elsewhere: prepared as the model has it, nothing learned from them. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { nearest } from '../../model/suggest';
import type { Dataset, RawSample, Split, TargetInfo } from '../dataset';
import type { Preparation } from '../preparation';
import type { RawRow } from './rawRows';

/**
 * All rows serve for everything: as what is typical (those without missing values), and as what the model is asked about. Without the true answers'
 * column targets are not a number, and what compares with them is refused.
 */
export class PreparedTable implements Dataset {
  readonly name: string;
  readonly modality;
  readonly sampleShape: readonly number[];
  readonly parts: Dataset['parts'];
  readonly features;
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly elsewhere = true;
  readonly notes: readonly string[] = [];
  readonly hash: string;
  private readonly truths: readonly (number | undefined)[];

  /** @param answer the column with the true answers. @throws bad-data */
  constructor(
    file: string,
    private readonly rows: readonly RawRow[],
    private readonly plan: Preparation,
    private readonly answer: string | undefined,
  ) {
    this.name = path.basename(file);
    this.modality = plan.state.modality;
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.target = plan.target;
    this.hash = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    // What is wrong with a row is said before anything is computed.
    const { data } = plan.prepare(rows);
    const whole = [...rows.keys()].filter(i => {
      const own = data.subarray(i * plan.width, (i + 1) * plan.width);
      return !own.some(x => Number.isNaN(x));
    });
    if (whole.length < rows.length)
      this.notes = [
        `${rows.length - whole.length} rows with missing values do not serve as what is typical.`,
      ];
    this.splits = {
      train: Int32Array.from(whole),
      valid: new Int32Array(0),
      test: Int32Array.from(rows.keys()),
    };
    this.truths = rows.map((row, i) => this.truthOf(row, i));
  }

  private truthOf(row: RawRow, i: number): number | undefined {
    if (this.answer === undefined) return undefined;
    const value = row[this.answer];
    if (value === null || value === undefined) return undefined;
    const { classes, kind } = this.target;
    if (kind === 'number') {
      const x = Number(value);
      if (Number.isFinite(x)) return x;
      throw new VitrineError(
        'bad-data',
        `Row ${i + 1}, column "${this.answer}": found "${value}", expected a number.`,
      );
    }
    const at = classes!.indexOf(String(value));
    if (at >= 0) return at;
    const near = nearest(String(value), classes!);
    throw new VitrineError(
      'bad-data',
      `Row ${i + 1}, column "${this.answer}": "${value}" is no class of the model.${near ? ` Did you mean "${near}"?` : ''}`,
    );
  }

  batch(rows: ArrayLike<number>) {
    const chosen = Array.from(rows);
    const classes = this.target.kind === 'classes';
    const targets = classes ? new Int32Array(chosen.length) : new Float32Array(chosen.length);
    chosen.forEach((row, i) => {
      targets[i] = this.truths[row] ?? (classes ? -1 : Number.NaN);
    });
    return {
      input: this.plan.prepare(chosen.map(row => this.rows[row]!)),
      targets: { shape: classes ? [chosen.length] : [chosen.length, 1], data: targets },
    };
  }

  raw(row: number): RawSample {
    const values = this.rows[row];
    if (!values)
      throw new VitrineError(
        'bad-request',
        `There is no row ${row}: "${this.name}" has rows 0 to ${this.rows.length - 1}.`,
      );
    const truth = this.truths[row];
    return {
      row,
      split: 'test',
      values: Object.fromEntries(
        Object.entries(values)
          .filter(([name]) => name !== this.answer)
          .map(([name, value]) => [name, this.cell(name, value)]),
      ),
      target:
        truth === undefined ? null : this.target.kind === 'classes' ? this.target.classes![truth]! : truth,
    };
  }

  private cell(name: string, value: string | number | null): string | number | null {
    const number = this.features.some(f => f.name === name && f.kind === 'number');
    return number && typeof value === 'string' && Number.isFinite(Number(value)) ? Number(value) : value;
  }

  prepare(rows: readonly RawRow[]) {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }
}
