/** Average precision of grids of cells (data/boxes/grid.ts). */
import { meanAveragePrecision } from '../../data/boxes/averagePrecision';
import { fromGrid } from '../../data/boxes/grid';
import type { Predictions } from '../predict/predictions';

/** NaN where the output is no grid. */
export function precisionOfGrids(
  { shape, values, rows, columns }: Predictions,
  targets: ArrayLike<number>,
  thresholds: readonly number[],
): number {
  const [cells, width] = shape ?? [];
  const grid = Math.round(Math.sqrt(cells ?? 0));
  if (shape?.length !== 2 || grid * grid !== cells || width! < 6) return Number.NaN;
  const boxes = (of: ArrayLike<number>, scores: boolean) =>
    Array.from({ length: rows }, (_, i) => fromGrid(of, i * columns, grid, width! - 5, scores));
  return meanAveragePrecision(boxes(values, true), boxes(targets, false), thresholds);
}
