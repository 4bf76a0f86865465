/**
 * Boxes as a grid of cells, and back: Redmon, Divvala, Girshick and Farhadi, "You Only Look Once" (2016). The cell that a
 * box's centre lies in answers for it: [there, x in the cell, y in the cell, width, height, one entry a class].
 */
export interface Box {
  /** Left, top, right, bottom as shares of the picture. */
  box: readonly [number, number, number, number];
  class: number;
  /** Of a detection, 0 to 1. */
  score?: number;
  /** Of a detection: the cell of the grid that found it. */
  cell?: number;
}

/** @returns how many boxes found their cell taken by a larger one, and are left out. */
export function toGrid(
  boxes: readonly Box[],
  grid: number,
  classes: number,
  into: Float32Array,
  at: number,
): number {
  const width = 5 + classes;
  into.fill(0, at, at + grid * grid * width);
  let lost = 0;
  const size = ({ box: [l, t, r, b] }: Box) => (r - l) * (b - t);
  for (const b of [...boxes].sort((x, y) => size(y) - size(x))) {
    const [left, top, right, bottom] = b.box;
    const x = ((left + right) / 2) * grid;
    const y = ((top + bottom) / 2) * grid;
    const column = Math.min(grid - 1, Math.max(0, Math.floor(x)));
    const row = Math.min(grid - 1, Math.max(0, Math.floor(y)));
    const to = at + (row * grid + column) * width;
    if (into[to] === 1) {
      lost++;
      continue;
    }
    into.set([1, x - column, y - row, right - left, bottom - top], to);
    into[to + 5 + b.class] = 1;
  }
  return lost;
}

/** Boxes of targets (`scores` false), or of a model's scores: the likeliest of overlapping ones of a class only. */
export function fromGrid(
  cells: ArrayLike<number>,
  at: number,
  grid: number,
  classes: number,
  scores: boolean,
  least = 0.05,
): Box[] {
  const width = 5 + classes;
  const found: Box[] = [];
  const share = (x: number) => (scores ? 1 / (1 + Math.exp(-x)) : x);
  for (let cell = 0; cell < grid * grid; cell++) {
    const from = at + cell * width;
    const there = share(cells[from]!);
    if (there < (scores ? least : 0.5)) continue;
    const x = ((cell % grid) + share(cells[from + 1]!)) / grid;
    const y = (Math.floor(cell / grid) + share(cells[from + 2]!)) / grid;
    const [w, h] = [share(cells[from + 3]!), share(cells[from + 4]!)];
    let best = 0;
    let sum = 0;
    for (let c = 0; c < classes; c++) if (cells[from + 5 + c]! > cells[from + 5 + best]!) best = c;
    for (let c = 0; c < classes; c++) sum += Math.exp(cells[from + 5 + c]! - cells[from + 5 + best]!);
    found.push({
      box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2],
      class: best,
      ...(scores && { score: there / sum, cell }),
    });
  }
  return scores ? strongest(found) : found;
}

/** Greedy non-maximum suppression within each class, at an overlap of one half. */
function strongest(boxes: readonly Box[]): Box[] {
  const kept: Box[] = [];
  for (const b of [...boxes].sort((x, y) => y.score! - x.score!))
    if (!kept.some(k => k.class === b.class && overlap(k.box, b.box) > 0.5)) kept.push(b);
  return kept;
}

/** Intersection over union. */
export function overlap(a: Box['box'], b: Box['box']): number {
  const w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  const both = w * h;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

/**
 * How much is wrong with what was found: a box that is there and was not found, or was found and is not there, counts 1; one
 * that was found what its overlap lacks. A box is found by the likeliest of its class that overlaps it by half or more.
 */
export function wrongBoxes(there: readonly Box[], found: readonly Box[]): number {
  const left = new Set(there);
  let wrong = 0;
  for (const f of [...found].sort((x, y) => y.score! - x.score!)) {
    let best: Box | undefined;
    for (const b of left)
      if (b.class === f.class && overlap(b.box, f.box) > (best ? overlap(best.box, f.box) : 0.5)) best = b;
    if (best) left.delete(best);
    wrong += best ? 1 - overlap(best.box, f.box) : 1;
  }
  return wrong + left.size;
}
