/** An explanation's figures as pictures that stand alone: SVG with its own colours and title. */
import type { Figure } from '../figure';
import type { Explanation } from '../method';
import { type Html, html, raw } from '../report/html';
import { padded } from '../words/padding';
import { drawBars } from './bars';
import { drawCurves } from './curves';
import { drawImages } from './images';
import { drawMap } from './map';
import { drawMatrix } from './matrix';
import { type Drawing, filePalette, type Palette, stacked, svgElement, text } from './svg';
import { drawRules, drawTable } from './table';
import { drawTree } from './tree';

/** @param names of inputs stand in the picture as they are; they may be anything, so they are escaped. */
export function attributionSvg(explanation: Explanation): string {
  const { shape, values, names } = explanation.attribution;
  const title = `${explanation.method}: ${explanation.target.name}${explanation.row === null ? '' : `, row ${explanation.row}`}`;
  const figures = explanation.figures ?? [{ kind: 'input' }];
  const isImage = !names && shape.length >= 2 && shape.at(-1)! > 1 && shape.at(-2)! > 1;
  if (figures.length === 1 && figures[0]!.kind === 'input' && isImage) return heatmap(values, shape, title);
  const drawings = figures.map(figure => {
    const drawing = drawFigure(figure, explanation, filePalette);
    return figure.title === undefined ? drawing : stacked([heading(figure.title), drawing], 4);
  });
  const all = stacked([heading(title), ...drawings]);
  const padded: Drawing = {
    width: all.width + 24,
    height: all.height + 24,
    content: html`<rect width="${all.width + 24}" height="${all.height + 24}" fill="${filePalette.paper}"/><g transform="translate(12 12)">${all.content}</g>`,
  };
  return `${svgElement(padded, title, filePalette).text}\n`;
}

/**
 * One figure as an element for a page; every text in it is escaped.
 *
 * @param attribution what figures of the kind "input" are about.
 */
export function figureSvg(
  figure: Figure,
  explanation: Pick<Explanation, 'attribution'>,
  palette: Palette,
): string {
  return svgElement(drawFigure(figure, explanation, palette), figure.title ?? figure.kind, palette).text;
}

function drawFigure(
  figure: Figure,
  { attribution }: Pick<Explanation, 'attribution'>,
  palette: Palette,
): Drawing {
  switch (figure.kind) {
    case 'input': {
      const { shape, values, names } = attribution;
      if (!names && shape.length >= 2 && shape.at(-1)! > 1 && shape.at(-2)! > 1) {
        const { content, width, height, scale } = cellsOf(values, shape, palette);
        return {
          width: width * scale,
          height: height * scale,
          content: html`<g transform="scale(${scale})" shape-rendering="crispEdges">${content}</g>`,
        };
      }
      return drawBars(
        names ? padded({ names, values }) : { names: values.map((_, i) => String(i)), values },
        palette,
      );
    }
    case 'bars':
      return drawBars(figure, palette);
    case 'curves':
      return drawCurves(figure, palette);
    case 'matrix':
      return drawMatrix(figure, palette);
    case 'table':
      return drawTable(figure, palette);
    case 'rules':
      return drawRules(figure, palette);
    case 'tree':
      return drawTree(figure, palette);
    case 'map':
      return drawMap(figure, palette);
    case 'images':
      return drawImages(figure, palette);
  }
}

function heading(title: string): Drawing {
  return { width: 8 * title.length, height: 18, content: text(0, 13, title, { 'font-weight': 'bold' }) };
}

/** Channels are added up; each cell is one rectangle, its strength the share of the largest. */
function cellsOf(values: readonly number[], shape: readonly number[], palette: Palette) {
  const [h, w] = shape.slice(-2) as [number, number];
  const cells = new Float64Array(h * w);
  values.forEach((v, i) => {
    cells[i % (h * w)]! += v;
  });
  const largest = cells.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1;
  const marks = Array.from(cells, (v, i) => {
    const opacity = Math.abs(v) / largest;
    if (opacity < 0.005) return '';
    const colour = v < 0 ? palette.against : palette.for;
    return `<rect x="${i % w}" y="${Math.floor(i / w)}" width="1" height="1" fill="${colour}" opacity="${opacity.toFixed(3)}"/>`;
  });
  return {
    width: w,
    height: h,
    scale: Math.max(1, Math.round(320 / Math.max(h, w))),
    content: html`<rect width="${w}" height="${h}" fill="${palette.back}"/>${raw(marks.join(''))}`,
  };
}

function heatmap(values: readonly number[], shape: readonly number[], title: string): string {
  const { content, width, height, scale } = cellsOf(values, shape, filePalette);
  const svg: Html = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width * scale}" height="${height * scale}" viewBox="0 0 ${width} ${height}" role="img" shape-rendering="crispEdges"><title>${title}</title>${content}</svg>`;
  return `${svg.text}\n`;
}
