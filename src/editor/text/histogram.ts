/** A histogram as a picture that a hover can show: an SVG in a data URI, legible on light and dark. */

export interface HistogramOptions {
  width?: number;
  height?: number;
  min: number;
  max: number;
}

/** @param counts non-negative, one per bin, from `min` to `max`. */
export function histogramSvg(counts: readonly number[], options: HistogramOptions): string {
  const { width = 120, height = 28, min, max } = options;
  const top = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const bars = counts
    .map((c, i) => {
      const h = c > 0 ? Math.max(1, (c / top) * (height - 2)) : 0;
      return `<rect x="${short(i * step)}" y="${short(height - 1 - h)}" width="${short(Math.max(0.5, step - 0.5))}" height="${short(h)}"/>`;
    })
    .join('');
  const zero =
    min < 0 && max > 0
      ? `<line x1="${short((-min / (max - min)) * width)}" y1="0" x2="${short((-min / (max - min)) * width)}" y2="${height}" stroke="#e5a13a"/>`
      : '';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<g fill="#3a8ee6">${bars}</g>${zero}` +
    `<line x1="0" y1="${height - 0.5}" x2="${width}" y2="${height - 0.5}" stroke="#888888"/></svg>`
  );
}

export function svgDataUri(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')}`;
}

function short(x: number): string {
  return String(Math.round(x * 100) / 100);
}
