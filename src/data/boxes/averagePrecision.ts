/**
 * Average precision as COCO's evaluation gives it (pycocotools' COCOeval over all areas, at most 100 detections a picture): detections,
 * the likeliest first, take the truth that they overlap most; precision is read at 101 places of recall.
 */
import { type Box, overlap } from './grid';

/** The thresholds of overlap of COCO's "mAP". */
export const cocoThresholds = Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i);

/** Mean over the classes that occur in the truth, and over the thresholds; NaN where there is no truth. */
export function meanAveragePrecision(
  found: readonly (readonly Box[])[],
  truth: readonly (readonly Box[])[],
  thresholds: readonly number[],
): number {
  const classes = new Set(truth.flatMap(list => list.map(b => b.class)));
  if (classes.size === 0) return Number.NaN;
  let sum = 0;
  for (const c of classes)
    for (const threshold of thresholds)
      sum += averagePrecision(
        found.map(list => list.filter(b => b.class === c)),
        truth.map(list => list.filter(b => b.class === c)),
        threshold,
      );
  return sum / (classes.size * thresholds.length);
}

function averagePrecision(
  found: readonly (readonly Box[])[],
  truth: readonly (readonly Box[])[],
  threshold: number,
): number {
  const total = truth.reduce((n, list) => n + list.length, 0);
  const judged: { score: number; right: boolean }[] = [];
  found.forEach((list, picture) => {
    const taken = new Set<number>();
    for (const b of [...list].sort((x, y) => y.score! - x.score!).slice(0, 100)) {
      let best = -1;
      let most = Math.min(threshold, 1 - 1e-10);
      truth[picture]!.forEach((t, i) => {
        const o = overlap(b.box, t.box);
        if (taken.has(i) || o < most) return;
        most = o;
        best = i;
      });
      if (best >= 0) taken.add(best);
      judged.push({ score: b.score!, right: best >= 0 });
    }
  });
  judged.sort((a, b) => b.score - a.score);
  const recall: number[] = [];
  const precision: number[] = [];
  let right = 0;
  judged.forEach((d, i) => {
    if (d.right) right++;
    recall.push(right / total);
    precision.push(right / (i + 1));
  });
  for (let i = precision.length - 2; i >= 0; i--) precision[i] = Math.max(precision[i]!, precision[i + 1]!);
  let sum = 0;
  for (let k = 0; k <= 100; k++) {
    const at = recall.findIndex(r => r >= k / 100 - 1e-12);
    if (at >= 0) sum += precision[at]!;
  }
  return sum / 101;
}
