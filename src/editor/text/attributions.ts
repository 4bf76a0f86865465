/** What an explanation says, as lines of a list. */
import type { Explanation } from '../../explain/method';
import { bar, number } from './format';

export interface AttributionLine {
  name: string;
  value: number;
  /** Of the largest in size. */
  fraction: number;
  spread?: number;
}

/** The entries that matter most, by size; an entry without a name is called by its place ("row 2, column 5"). */
export function topAttributions(
  { attribution }: Explanation,
  limit: number,
  placeName: (place: readonly number[]) => string,
): AttributionLine[] {
  const { values, shape, names, spread } = attribution;
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return values
    .map((value, i) => ({ value, i }))
    .filter(({ value }) => Number.isFinite(value) && value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, limit)
    .map(({ value, i }) => ({
      name: names?.[i] ?? placeName(placeIn(i, shape)),
      value,
      fraction: Math.abs(value) / largest,
      ...(spread?.[i] === undefined ? {} : { spread: spread[i] }),
    }));
}

/** "▕████▌ +0.31 ± 0.02" */
export function attributionText(line: AttributionLine): string {
  const sign = line.value > 0 ? '+' : '';
  const spread = line.spread === undefined ? '' : ` ± ${number(line.spread)}`;
  return `${bar(line.fraction)} ${sign}${number(line.value)}${spread}`;
}

/** Indices of a flat position, without leading axes of size 1. */
export function placeIn(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let left = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place.unshift(left % shape[axis]!);
    left = Math.floor(left / shape[axis]!);
  }
  const firstReal = shape.findIndex(n => n > 1);
  return firstReal < 0 ? place.slice(-1) : place.slice(firstReal);
}
