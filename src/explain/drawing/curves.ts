/** Curves over an axis: faint ones behind, bands, the rug of the data below. */
import type { CurvesFigure } from '../figure';
import { html } from '../report/html';
import { axes, type Drawing, legend, n, type Palette, rangeOf } from './svg';

export function drawCurves(figure: CurvesFigure, palette: Palette): Drawing {
  const { curves, rug = [], dots } = figure;
  const ys = curves.flatMap(c => [...c.y, ...(c.low ?? []), ...(c.high ?? [])]);
  const xs = curves.flatMap(c => c.x);
  const { x, y, box, grid, width, height } = axes(
    { ...figure.x, range: figure.x.labels ? [-0.4, figure.x.labels.length - 0.6] : rangeOf(xs, 0.01) },
    { ...figure.y, range: figure.y.labels ? [-0.5, figure.y.labels.length - 0.5] : rangeOf(ys) },
    palette,
  );
  const main = curves.filter(c => c.role === 'main');
  const colourOf = (c: (typeof curves)[number]) =>
    c.role === 'main' ? palette.groups[main.indexOf(c) % palette.groups.length]! : palette.quiet;
  const path = (xs: readonly number[], ys: readonly number[]) =>
    xs.map((v, i) => `${n(x(v))},${n(y(ys[i]!))}`).join(' ');
  const drawn = [...curves].sort((a, b) => Number(a.role === 'main') - Number(b.role === 'main'));
  const named = curves.filter(c => c.name !== undefined && (c.name !== '' || curves.length > 1));
  const keys = legend(
    named.map(c => ({ name: c.name!, colour: colourOf(c), dashed: c.role === 'reference' })),
    box.left,
    height + 8,
    palette,
  );
  return {
    width,
    height: height + keys.height,
    content: html`${grid}${drawn.map(c => {
      const colour = colourOf(c);
      const look = {
        main: html` stroke-width="2.2"`,
        faint: html` stroke-width="1" stroke-opacity="0.3"`,
        reference: html` stroke-width="1.2" stroke-dasharray="5 4"`,
      }[c.role];
      return html`${
        c.low &&
        c.high &&
        html`<polygon points="${path(c.x, c.low)} ${path([...c.x].reverse(), [...c.high].reverse())}" fill="${colour}" fill-opacity="0.15"/>`
      }<polyline points="${path(c.x, c.y)}" fill="none" stroke="${colour}"${look}/>${
        (dots || c.x.length === 1) &&
        c.role === 'main' &&
        c.x.map((v, i) => html`<circle cx="${n(x(v))}" cy="${n(y(c.y[i]!))}" r="3.2" fill="${colour}"/>`)
      }`;
    })}${rug
      .filter(v => x(v) >= box.left && x(v) <= box.right)
      .map(
        v =>
          html`<line x1="${n(x(v))}" x2="${n(x(v))}" y1="${n(box.bottom)}" y2="${n(box.bottom - 6)}" stroke="${palette.ink}" stroke-opacity="0.35"/>`,
      )}${keys.content}`,
  };
}
