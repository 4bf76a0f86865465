/** Which boxes stay: https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html */
import type { Numbers } from '../translation';

interface Box {
  y1: number;
  x1: number;
  y2: number;
  x2: number;
  area: number;
}

function boxOf(values: ArrayLike<number>, at: number, centred: boolean): Box {
  const [a, b, c, d] = [values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!];
  // (y1, x1, y2, x2) by any two corners, or (x, y, width, height) about the centre.
  const [y1, x1, y2, x2] = centred
    ? [b - d / 2, a - c / 2, b + d / 2, a + c / 2]
    : [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
  return { y1, x1, y2, x2, area: (y2 - y1) * (x2 - x1) };
}

/** What two boxes share, of what they cover. */
function overlapOf(a: Box, b: Box): number {
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  if (height <= 0 || width <= 0) return 0;
  const shared = height * width;
  return shared / (a.area + b.area - shared);
}

/**
 * @param boxes [batches, boxes, 4]
 * @param scores [batches, classes, boxes]
 * @returns rows (batch, class, box), the best box of each class first.
 */
export function suppressed(
  boxes: Numbers,
  scores: Numbers,
  {
    most,
    overlap,
    least,
    centred,
  }: { most: number; overlap: number; least: number | undefined; centred: boolean },
): number[][] {
  const [batches = 0, classes = 0, count = 0] = scores.shape;
  const rows: number[][] = [];
  if (most <= 0) return rows;
  for (let n = 0; n < batches; n++) {
    const own = Array.from({ length: count }, (_, i) => boxOf(boxes.values, (n * count + i) * 4, centred));
    for (let k = 0; k < classes; k++) {
      const at = (n * classes + k) * count;
      const order = own
        .map((_, i) => i)
        .filter(i => least === undefined || scores.values[at + i]! > least)
        .sort((a, b) => scores.values[at + b]! - scores.values[at + a]! || a - b);
      const kept: number[] = [];
      for (const i of order) {
        if (kept.length >= most) break;
        if (kept.every(j => overlapOf(own[i]!, own[j]!) <= overlap)) kept.push(i);
      }
      for (const i of kept) rows.push([n, k, i]);
    }
  }
  return rows;
}
