/** An attribution over a series in time: each column as a line, with what each moment spoke for behind and below it. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { SampleOnPage } from '../../../src/editor/panelProtocol';
import type { Explanation } from '../../../src/explain/method';
import { linePath } from '../logic/linePath';
import { formatNumber, formatSigned } from '../logic/numbers';
import { t } from '../strings';
import { type ExplainContext, explainedSample } from './explainContext';
import { heatControls } from './explainPicture';

export interface SeriesColumn {
  name: string;
  /** From the oldest to the newest: the cell's name, its value (NaN where there is none) and its attribution. */
  cells: readonly { name: string; value: number; attribution: number }[];
  /** What the model says comes next, where the column is the one that it predicts. */
  next: readonly number[];
  /** The first of what came. */
  truth?: number;
}

const known = new WeakMap<Explanation, { source: SampleOnPage; columns: readonly SeriesColumn[] }>();

/** The columns of the window that was explained, the most important first; undefined for what is no series. */
export function seriesOf(
  e: Explanation,
  source: SampleOnPage | undefined,
): readonly SeriesColumn[] | undefined {
  if (e.row === null || source?.modality !== 'series') return undefined;
  const { features, sample, target } = source;
  const { values } = e.attribution;
  if (values.length !== features.length || features.length === 0) return undefined;
  const cached = known.get(e);
  if (cached?.source === source) return cached.columns;
  const columns = new Map<string, SeriesColumn['cells'][number][]>();
  for (const f of features) {
    if (f.from === undefined || f.span[1] - f.span[0] !== 1) return undefined;
    const value = sample.values[f.name];
    const cell = {
      name: f.name,
      value: typeof value === 'number' ? value : Number.NaN,
      attribution: values[f.span[0]]!,
    };
    const column = columns.get(f.from);
    if (column) column.push(cell);
    else columns.set(f.from, [cell]);
  }
  const said = target.kind === 'number' ? (sample.prediction?.label.split(', ').map(Number) ?? []) : [];
  const found = [...columns].map(([name, cells]) => ({
    name,
    cells,
    next: name === target.name && said.every(Number.isFinite) ? said : [],
    ...(name === target.name && typeof sample.target === 'number' && { truth: sample.target }),
  }));
  const size = (c: SeriesColumn) => c.cells.reduce((sum, cell) => sum + Math.abs(cell.attribution), 0);
  found.sort((a, b) => size(b) - size(a));
  known.set(e, { source, columns: found });
  return found;
}

const box = { width: 600, left: 46, right: 8, line: 84, gap: 6, bars: 34, foot: 16 };
const height = box.line + box.gap + box.bars + box.foot;

export function seriesView(
  columns: readonly SeriesColumn[],
  e: Explanation,
  c: ExplainContext,
): TemplateResult {
  const strongest = Math.max(
    1e-12,
    ...columns.flatMap(col => col.cells.map(cell => Math.abs(cell.attribution))),
  );
  const at = c.hover.pixel;
  const cell = at && columns[at.y]?.cells[at.x];
  // One axis of time for all of them.
  const slots = Math.max(...columns.map(column => column.cells.length + column.next.length));
  const { target } = explainedSample(e, c.state) ?? {};
  // Of several steps the one that is explained.
  const name = target?.shape ? `${target.name} ${e.target.index + 1}` : e.target.name;
  return html`<div class="series">
      ${columns.map((column, y) => drawColumn(column, y, { strongest, slots }, c))}
    </div>
    <p class="readout mono" role="status">
      ${
        cell
          ? html`<span>${cell.name}</span><span>${t('explain.pixelValue', { value: formatNumber(cell.value, 4) })}</span
              ><span>${t('explain.pixelAttribution', { value: formatSigned(cell.attribution, 3) })}</span>`
          : html`<span class="quiet">${t('series.hint')}</span>`
      }
    </p>
    ${heatControls({ ...e, target: { ...e.target, name } }, strongest, false, c)}`;
}

function drawColumn(
  column: SeriesColumn,
  y: number,
  { strongest, slots }: { strongest: number; slots: number },
  c: ExplainContext,
): TemplateResult {
  const { cells, next, truth } = column;
  const slot = (box.width - box.left - box.right) / slots;
  const x = (i: number) => box.left + (i + 0.5) * slot;
  const numbers = [...cells.map(cell => cell.value), ...next, ...(truth === undefined ? [] : [truth])].filter(
    Number.isFinite,
  );
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const up = (v: number) => 4 + (1 - (v - low) / (high - low || 1)) * (box.line - 8);
  const zero = box.line + box.gap + box.bars / 2;
  const sum = cells.reduce((a, cell) => a + cell.attribution, 0);
  const most = cells.reduce(
    (a, cell) => (Math.abs(cell.attribution) > Math.abs(a.attribution) ? cell : a),
    cells[0]!,
  );
  const at = c.hover.pixel?.y === y ? c.hover.pixel.x : undefined;
  const point = (i: number | undefined) => {
    const pixel = i === undefined ? undefined : { x: Math.max(0, Math.min(cells.length - 1, i)), y };
    if (pixel?.x !== c.hover.pixel?.x || pixel?.y !== c.hover.pixel?.y) c.setHover({ ...c.hover, pixel });
  };
  const follow = (ev: PointerEvent) => {
    const area = (ev.currentTarget as Element).getBoundingClientRect();
    const along = ((ev.clientX - area.left) / area.width) * box.width;
    point(Math.floor((along - box.left) / slot));
  };
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: (at ?? cells.length) - 1,
    ArrowRight: (at ?? -1) + 1,
    Home: 0,
    End: cells.length - 1,
  };
  const lane = (v: number) => (v / strongest) * (box.bars / 2 - 1);
  return html`<figure class="series-column">
    <figcaption>
      <strong>${column.name}</strong>
      <span class="mono quiet">${t('explain.attribution')} ${formatSigned(sum)}</span>
      ${next.length ? html`<span class="quiet">${t('series.next')}: <span class="mono">${next.map(v => formatNumber(v, 4)).join(', ')}</span></span>` : nothing}
    </figcaption>
    <svg
      viewBox=${`0 0 ${box.width} ${height}`}
      role="img"
      tabindex="0"
      aria-label=${t('series.label', {
        column: column.name,
        low: formatNumber(low),
        high: formatNumber(high),
        sum: formatSigned(sum),
        most: most.name,
      })}
      @pointermove=${follow}
      @pointerleave=${() => point(undefined)}
      @keydown=${(ev: KeyboardEvent) => {
        const to = steps[ev.key];
        if (to === undefined) return;
        ev.preventDefault();
        point(to);
      }}
    >
      <text class="tick" x=${box.left - 6} y="12" text-anchor="end">${formatNumber(high, 3)}</text>
      <text class="tick" x=${box.left - 6} y=${box.line} text-anchor="end">${formatNumber(low, 3)}</text>
      ${cells.map(
        (cell, i) =>
          svg`<rect class=${cell.attribution < 0 ? 'tint against' : 'tint for'} x=${box.left + i * slot} y="0"
            width=${slot + 0.3} height=${box.line} opacity=${(0.5 * Math.abs(cell.attribution)) / strongest} />
          <rect class=${cell.attribution < 0 ? 'against' : 'for'} x=${box.left + i * slot + slot * 0.1} width=${slot * 0.8}
            y=${cell.attribution < 0 ? zero : zero - lane(cell.attribution)} height=${Math.abs(lane(cell.attribution))} />`,
      )}
      <path class="grid" d=${`M${box.left} ${zero}H${box.left + cells.length * slot}`} />
      <path class="line" d=${linePath(cells.map((cell, i) => [x(i), up(cell.value)]))} />
      ${
        next.length
          ? svg`<path class="line next" d=${linePath([
              [x(cells.length - 1), up(cells.at(-1)!.value)],
              ...next.map((v, i) => [x(cells.length + i), up(v)] as const),
            ])} />
            ${next.map((v, i) => svg`<circle class="next" cx=${x(cells.length + i)} cy=${up(v)} r="2.5" />`)}`
          : nothing
      }
      ${truth === undefined ? nothing : svg`<circle class="truth" cx=${x(cells.length)} cy=${up(truth)} r="4"><title>${t('series.truth')}</title></circle>`}
      ${at === undefined ? nothing : svg`<path class="now" d=${`M${x(at)} 0V${height - box.foot}`} />`}
      <text class="tick" x=${box.left} y=${height - 3}>${time(cells[0]!.name)}</text>
      <text class="tick" x=${box.left + cells.length * slot} y=${height - 3} text-anchor="end">${time(cells.at(-1)!.name)}</text>
    </svg>
  </figure>`;
}

/** "load[t-5]" -> "t-5" */
function time(name: string): string {
  return name.slice(name.lastIndexOf('[') + 1).replace(']', '');
}
