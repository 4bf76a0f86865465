/** What a layer attends to, in words and small pictures, for hovers and lists. */
import type { LayerFocus, UnitFocus } from '../../explain/layers/layerFocus';
import { visible } from '../../explain/words/visible';
import { number, percent, plain } from './format';
import { svgDataUri } from './histogram';
import type { Translate } from './hover';

/** The inputs that move it most, with their share of all. */
export function strongestInputs(
  { inputs }: LayerFocus,
  limit: number,
  placeName: (place: number) => string,
): { name: string; share: number }[] {
  if (!inputs) return [];
  const total = inputs.values.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return [];
  return inputs.values
    .map((value, i) => ({ name: inputs.names?.[i] ?? placeName(i), share: value / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, limit);
}

/** Whether what moves it is a plane, which is drawn rather than listed. */
export function isPlane({ inputs }: LayerFocus): boolean {
  return inputs !== undefined && inputs.names === undefined && inputs.shape.length === 2;
}

/** "row 12 (setosa) 3.2, row 5 (setosa) 3.1" */
export function unitText({ top }: UnitFocus, t: Translate): string {
  return top
    .map(r => {
      // Tokens may be spaces and line ends, and so is what follows them.
      const said = typeof r.target === 'string' && r.token !== undefined ? visible(r.target) : r.target;
      const target = said === null ? '' : ` (${said})`;
      const token = r.token === undefined ? '' : ` “${visible(r.token)}”`;
      return `${t('row {0}', r.row)}${target}${token} ${number(r.value)}`;
    })
    .join(', ');
}

/** A part of the hover over a layer, as Markdown. */
export function focusText(focus: LayerFocus & { run: string }, t: Translate): string {
  const lines = [`**${t('Attends to')}** ${t('({0} rows, run {1})', focus.rows, focus.run)}`];
  if (isPlane(focus)) {
    const [height, width] = focus.inputs!.shape as [number, number];
    lines.push(
      `![${t('Where the input moves this layer')}](${svgDataUri(planeSvg(focus.inputs!.values, height, width))})`,
    );
  } else {
    const strongest = strongestInputs(focus, 5, i => t('entry {0}', i));
    if (strongest.length > 0)
      lines.push(strongest.map(s => `${plain(s.name)} ${percent(s.share)}`).join(' · '));
  }
  lines.push(...focus.shown.slice(0, 3).map(u => `- ${t('Unit {0}', u.unit)}: ${plain(unitText(u, t))}`));
  if (focus.silent > 0) lines.push(t('{0} of its units are never above zero.', percent(focus.silent)));
  return lines.join('\n\n').replaceAll('\n\n- ', '\n- ');
}

/** More cells than this are drawn as fewer. */
const mostCells = 24;

/** Shares of brightness on a dark ground, legible in every theme. */
export function planeSvg(values: readonly number[], height: number, width: number, size = 96): string {
  const step = Math.max(1, Math.ceil(Math.max(height, width) / mostCells));
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const cells = new Array<number>(rows * columns).fill(0);
  values.forEach((v, i) => {
    cells[Math.floor(Math.floor(i / width) / step) * columns + Math.floor((i % width) / step)]! += v;
  });
  const most = Math.max(...cells, Number.MIN_VALUE);
  const side = size / Math.max(rows, columns);
  const short = (x: number) => String(Math.round(x * 100) / 100);
  const rects = cells
    .map((v, i) => {
      const opacity = Math.round((100 * v) / most) / 100;
      return opacity === 0
        ? ''
        : `<rect x="${short((i % columns) * side)}" y="${short(Math.floor(i / columns) * side)}" width="${short(side)}" height="${short(side)}" opacity="${opacity}"/>`;
    })
    .join('');
  const [w, h] = [short(columns * side), short(rows * side)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><rect width="${w}" height="${h}" fill="#1c1c28"/><g fill="#ffd34d">${rects}</g></svg>`;
}
