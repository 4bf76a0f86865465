/** Points in a plane, coloured by group; those that the model gets wrong have a ring. */
import type { MapFigure } from '../figure';
import { html } from '../report/html';
import { axes, type Drawing, legend, n, type Palette, rangeOf } from './svg';

export function drawMap(figure: MapFigure, palette: Palette): Drawing {
  const { points, groups } = figure;
  const labels = figure.y.labels;
  const { x, y, grid, width, height, box } = axes(
    {
      ...figure.x,
      range: rangeOf(
        points.map(p => p.x),
        0.05,
      ),
    },
    {
      ...figure.y,
      range: labels
        ? [labels.length - 0.4, -0.6]
        : rangeOf(
            points.map(p => p.y),
            0.05,
          ),
    },
    palette,
    labels ? 70 + 26 * labels.length : 400,
  );
  const colour = (group: number) => palette.groups[group % palette.groups.length]!;
  const keys = legend(
    groups.map((name, i) => ({ name, colour: colour(i) })),
    box.left,
    height + 8,
    palette,
  );
  return {
    width,
    height: height + keys.height,
    content: html`${grid}${points.map(
      p =>
        html`<circle cx="${n(x(p.x))}" cy="${n(y(p.y))}" r="${labels ? 2.6 : 3.4}" fill="${colour(p.group)}" fill-opacity="0.75"${p.wrong && html` stroke="${palette.ink}" stroke-width="1.5"`}><title>${p.label}</title></circle>`,
    )}${keys.content}`,
  };
}
