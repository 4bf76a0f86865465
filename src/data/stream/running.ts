/** Statistics of a column that passes by once. */
import { Random } from '../../model/random';
import { isConstant, quantileOf, type Summary, signedLog } from '../table/scaling';

/** Values that quantiles and modes are judged by. */
const reservoir = 20_000;

/** B. Welford's algorithm (1962) for mean and deviation; a seeded sample (J. Vitter, 1985, algorithm R) for quantiles. */
export class Running {
  count = 0;
  private mean = 0;
  private squares = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private logMean = 0;
  private logSquares = 0;
  private sample: Float64Array | undefined;
  private readonly random: Random;

  /** @param needs what will be asked of it: what is not needed costs nothing. */
  constructor(
    seed: number,
    name: string,
    private readonly needs: { quantiles: boolean; logs: boolean },
  ) {
    this.random = new Random(seed, `sample:${name}`);
  }

  add(x: number): void {
    const n = ++this.count;
    const d = x - this.mean;
    this.mean += d / n;
    this.squares += d * (x - this.mean);
    if (x < this.min) this.min = x;
    if (x > this.max) this.max = x;
    if (this.needs.logs) {
      const y = signedLog(x);
      const e = y - this.logMean;
      this.logMean += e / n;
      this.logSquares += e * (y - this.logMean);
    }
    if (!this.needs.quantiles) return;
    this.sample ??= new Float64Array(reservoir);
    if (n <= reservoir) this.sample[n - 1] = x;
    else {
      const at = Math.floor(this.random.uniform(0, n));
      if (at < reservoir) this.sample[at] = x;
    }
  }

  summary(): Summary {
    const { count, mean, squares, min, max } = this;
    const variance = count > 0 ? squares / count : 0;
    const sorted = () => (this.sample ?? new Float64Array(0)).slice(0, Math.min(count, reservoir)).sort();
    return {
      count,
      mean,
      std: Math.sqrt(variance),
      min,
      max,
      constant: min === max || isConstant(variance, mean, count),
      quantiles: shares => {
        const values = sorted();
        return shares.map(p => quantileOf(values, p));
      },
      mode: () => {
        const counts = new Map<number, number>();
        for (const x of sorted()) counts.set(x, (counts.get(x) ?? 0) + 1);
        return [...counts].reduce((best, c) => (c[1] > best[1] ? c : best), [mean, 0])[0];
      },
      logs: () => ({
        mean: this.logMean,
        std: Math.sqrt(this.logSquares / Math.max(1, count)),
        constant: min === max,
      }),
    };
  }
}

/** Whole numbers, growing. */
export class RowList {
  length = 0;
  private rows = new Int32Array(4096);

  push(row: number): void {
    if (this.length === this.rows.length) {
      const wider = new Int32Array(this.length * 2);
      wider.set(this.rows);
      this.rows = wider;
    }
    this.rows[this.length++] = row;
  }

  finish(): Int32Array {
    return this.rows.slice(0, this.length);
  }
}
