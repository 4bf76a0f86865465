/**
 * Bilinear interpolation of one plane, row by row, as PyTorch's `interpolate(mode="bilinear")`.
 *
 * @param corners its `align_corners`: whether the outermost cells lie on one another; else cells are areas, and edges
 *   repeat.
 */
export function resizeBilinear(
  from: Float32Array,
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
  { corners = false } = {},
): Float32Array {
  const out = new Float32Array(toHeight * toWidth);
  const spread = (i: number, size: number, to: number) => (to > 1 ? (i * (size - 1)) / (to - 1) : 0);
  const centred = (i: number, size: number, to: number) => Math.max(0, ((i + 0.5) * size) / to - 0.5);
  const place = (i: number, size: number, to: number) => {
    const at = (corners ? spread : centred)(i, size, to);
    const low = Math.min(size - 1, Math.floor(at));
    return { low, high: Math.min(size - 1, low + 1), share: at - low };
  };
  for (let y = 0; y < toHeight; y++) {
    const r = place(y, height, toHeight);
    for (let x = 0; x < toWidth; x++) {
      const c = place(x, width, toWidth);
      const row = (k: number) =>
        from[k * width + c.low]! * (1 - c.share) + from[k * width + c.high]! * c.share;
      out[y * toWidth + x] = row(r.low) * (1 - r.share) + row(r.high) * r.share;
    }
  }
  return out;
}
