/** A line through the points as an SVG path, broken where a value is missing. */
export function linePath(points: readonly (readonly [number, number])[]): string {
  let pen = 'M';
  let d = '';
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) {
      pen = 'M';
      continue;
    }
    d += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  }
  return d;
}
