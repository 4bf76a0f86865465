/**
 * Reweighing (F. Kamiran, T. Calders, "Data preprocessing techniques for classification without discrimination",
 * Knowledge and Information Systems 33, 2012): weights that make group and class independent in the training rows.
 * A row of group g and class y weighs P(g) P(y) / P(g, y).
 */

export interface ReweighingCell {
  group: number;
  class: number;
  count: number;
  /** 1 leaves the row as it is; absent combinations have no weight. */
  weight: number;
}

/** @param group index of each row's group. @param label index of each row's class. */
export function reweigh(
  group: ArrayLike<number>,
  label: ArrayLike<number>,
): { weights: Float64Array; cells: ReweighingCell[] } {
  const n = group.length;
  const byGroup = new Map<number, number>();
  const byClass = new Map<number, number>();
  const byBoth = new Map<string, ReweighingCell>();
  for (let i = 0; i < n; i++) {
    const [g, y] = [group[i]!, label[i]!];
    byGroup.set(g, (byGroup.get(g) ?? 0) + 1);
    byClass.set(y, (byClass.get(y) ?? 0) + 1);
    const cell = byBoth.get(`${g},${y}`);
    if (cell) cell.count++;
    else byBoth.set(`${g},${y}`, { group: g, class: y, count: 1, weight: 1 });
  }
  for (const cell of byBoth.values())
    cell.weight = (byGroup.get(cell.group)! * byClass.get(cell.class)!) / (n * cell.count);
  return {
    weights: Float64Array.from({ length: n }, (_, i) => byBoth.get(`${group[i]},${label[i]}`)!.weight),
    cells: [...byBoth.values()].sort((a, b) => a.group - b.group || a.class - b.class),
  };
}
