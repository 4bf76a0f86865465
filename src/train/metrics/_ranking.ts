/** Ranking rows within their groups, best first. */
import type { Predictions } from '../predict/predictions';

/** Rows of each group that has at least two, by falling prediction; undefined where the data have no groups. */
export function rankedGroups({ groups, rows, values, columns }: Predictions): number[][] | undefined {
  if (!groups || columns !== 1) return undefined;
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const list = members.get(groups[row]!);
    if (list) list.push(row);
    else members.set(groups[row]!, [row]);
  }
  return [...members.values()]
    .filter(list => list.length > 1)
    .map(list => list.sort((a, b) => values[b]! - values[a]! || a - b));
}

/** Place of the right class among all, from 1; classes of equal score before it count half. */
export function placeOf(
  { values, columns, probabilities }: Predictions,
  row: number,
  target: number,
): number {
  const scores = probabilities ?? values;
  const own = scores[row * columns + target]!;
  let place = 1;
  for (let c = 0; c < columns; c++) {
    const other = scores[row * columns + c]!;
    if (other > own || (other === own && c < target)) place++;
  }
  return place;
}

/** Discounted cumulative gain: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002). */
export function discountedGain(gains: readonly number[], k: number): number {
  return gains.slice(0, k).reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}
