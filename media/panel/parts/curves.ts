/**
 * <vitrine-curves>: lines over one axis with uPlot. The legend carries the exact values under the pointer; with the
 * keyboard, the arrow keys move the cursor and the values are read out. A table of the same numbers can replace it.
 */
import { html, render } from 'lit';
import uPlot from 'uplot';
import { formatNumber } from '../logic/numbers';
import { t } from '../strings';
import { onTheme, themeColour } from './theme';

export interface Series {
  label: string;
  values: (number | null | undefined)[];
  /** A custom property that holds its colour. */
  colour: string;
  /** Behind the others: thin and pale. */
  faint?: boolean;
  dashed?: boolean;
  /** Marks each value. */
  points?: boolean;
}

export interface CurvesProperties {
  title: string;
  xLabel: string;
  x: number[];
  series: readonly Series[];
  log?: boolean;
  /** Charts of one key share their cursor. */
  sync?: string;
  format?(value: number): string;
  table?: boolean;
  /** For the ticks of the vertical axis; the numbers as they are if absent. */
  tick?(value: number): string;
  /** Limits of the vertical axis where they are known, such as [0, 1]. */
  range?: readonly [number | null, number | null];
}

class CurvesElement extends HTMLElement {
  #properties?: CurvesProperties;
  #plot?: uPlot;
  /** What the plot was built for; other changes only exchange its data. */
  #built = '';
  #stopTheme?: () => void;
  readonly #resize = new ResizeObserver(() => this.#sized());

  connectedCallback(): void {
    this.#resize.observe(this);
    this.#stopTheme = onTheme(() => {
      this.#built = '';
      this.#update();
    });
    this.#update();
  }

  disconnectedCallback(): void {
    this.#resize.disconnect();
    this.#stopTheme?.();
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#built = '';
  }

  set properties(p: CurvesProperties) {
    this.#properties = p;
    if (this.isConnected) this.#update();
  }

  #update(): void {
    const p = this.#properties;
    if (!p) return;
    render(this.#template(p), this);
    if (p.table) {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#built = '';
      return;
    }
    const built = JSON.stringify([p.log, p.sync, p.xLabel, p.series.map(s => [s.label, s.colour, s.faint])]);
    if (built !== this.#built) {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#built = built;
    }
    if (!this.#plot) this.#build(p);
    else this.#plot.setData(this.#data(p));
    this.#readout(this.#plot?.cursor.idx ?? null);
  }

  #template(p: CurvesProperties) {
    const format = p.format ?? formatNumber;
    const head = html`<header class="chart-head">
      <h2 class="part">${p.title}</h2>
      <ul class="chart-legend">
        ${p.series
          .filter(s => !s.faint && !p.table)
          .map(
            s => html`<li>
              <span class=${`key ${s.dashed ? 'dashed' : ''}`} .style=${`--key: var(${s.colour})`}></span>${s.label}
              <output class="mono" data-series=${s.label}></output>
            </li>`,
          )}
      </ul>
      <output class="chart-x quiet mono"></output>
    </header>`;
    if (p.table) {
      const rows = p.x.map((x, i) => ({ x, i })).filter(({ i }) => p.series.some(s => s.values[i] != null));
      // A table of ten thousand steps helps nobody: the newest come first and the rest is in metrics.jsonl.
      const shown = rows.slice(-200).reverse();
      return html`${head}
        <div class="chart-table" tabindex="0" role="region" aria-label=${p.title}>
          <table class="numbers">
            <thead>
              <tr>
                <th scope="col">${p.xLabel}</th>
                ${p.series.map(s => html`<th scope="col">${s.label}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${shown.map(
                ({ x, i }) => html`<tr>
                  <th scope="row">${formatStep(x)}</th>
                  ${p.series.map(s => html`<td>${s.values[i] == null ? '' : format(s.values[i]!)}</td>`)}
                </tr>`,
              )}
            </tbody>
          </table>
        </div>`;
    }
    return html`${head}
      <div
        class="chart-plot"
        tabindex="0"
        role="img"
        aria-label=${summary(p)}
        @keydown=${(e: KeyboardEvent) => this.#key(e)}
      ></div>
      <div class="hidden" role="status" aria-live="polite"></div>`;
  }

  #data(p: CurvesProperties): uPlot.AlignedData {
    const positive = (v: number | null | undefined) => (typeof v === 'number' && v > 0 ? v : null);
    return [p.x, ...p.series.map(s => (p.log ? s.values.map(positive) : s.values))] as uPlot.AlignedData;
  }

  #build(p: CurvesProperties): void {
    const host = this.querySelector<HTMLElement>('.chart-plot');
    if (!host || host.clientWidth < 40) return;
    host.replaceChildren();
    const text = themeColour('--vscode-descriptionForeground', '#888');
    const grid = themeColour('--chart-grid', 'rgba(128,128,128,0.18)');
    const font = `11px ${getComputedStyle(this).fontFamily}`;
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, gap: 4 };
    this.#plot = new uPlot(
      {
        width: host.clientWidth,
        height: host.clientHeight,
        legend: { show: false },
        padding: [8, 18, 0, 0],
        cursor: {
          y: false,
          points: { size: 7, width: 2 },
          drag: { x: true, y: false },
          ...(p.sync ? { sync: { key: p.sync, setSeries: false } } : {}),
        },
        scales: {
          x: { time: false },
          y: {
            distr: p.log ? 3 : 1,
            ...(p.range && !p.log
              ? { range: (_u, min, max): uPlot.Range.MinMax => padded(min, max, p.range!) }
              : {}),
          },
        },
        axes: [
          { ...axis, size: 26, values: (_u, ticks) => ticks.map(formatStep), space: 60, incrs: wholeSteps },
          {
            ...axis,
            size: 50,
            space: p.log ? 22 : 32,
            values: (_u, ticks) => ticks.map(v => (v === null ? '' : (p.tick ?? tick)(v))),
          },
        ],
        series: [
          {},
          ...p.series.map(s => {
            const stroke = themeColour(s.colour, '#888');
            return {
              label: s.label,
              stroke,
              alpha: s.faint ? 0.28 : 1,
              width: s.faint ? 1 : 1.75,
              spanGaps: true,
              ...(s.dashed ? { dash: [5, 4] } : {}),
              points: s.points ? { show: true, size: 5, fill: stroke } : { show: false },
            };
          }),
        ],
        hooks: { setCursor: [u => this.#readout(u.cursor.idx ?? null)] },
      },
      this.#data(p),
      host,
    );
  }

  #sized(): void {
    const host = this.querySelector<HTMLElement>('.chart-plot');
    if (!host || host.clientWidth < 40) return;
    if (!this.#plot) this.#update();
    else this.#plot.setSize({ width: host.clientWidth, height: host.clientHeight });
  }

  /** Writes the values at an index, or the last ones, into the legend. */
  #readout(index: number | null): void {
    const p = this.#properties!;
    const format = p.format ?? formatNumber;
    for (const output of this.querySelectorAll<HTMLElement>('output[data-series]')) {
      const s = p.series.find(x => x.label === output.dataset['series']);
      const i = index === null ? lastIndex(s?.values) : nearestValue(s?.values, index);
      const v = i === undefined ? undefined : s?.values[i];
      output.textContent = v === null || v === undefined ? '' : format(v);
    }
    const at = this.querySelector('.chart-x');
    if (at) at.textContent = index === null ? '' : `${p.xLabel} ${formatStep(p.x[index] ?? 0)}`;
  }

  #key(e: KeyboardEvent): void {
    const u = this.#plot;
    const p = this.#properties;
    if (!u || !p || p.x.length === 0) return;
    const last = p.x.length - 1;
    const at = u.cursor.idx ?? last;
    const stride = e.shiftKey ? Math.max(1, Math.round(last / 20)) : 1;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(0, at - stride),
      ArrowRight: Math.min(last, at + stride),
      Home: 0,
      End: last,
    };
    const to = moves[e.key];
    if (to === undefined) return;
    e.preventDefault();
    u.setCursor({ left: u.valToPos(p.x[to]!, 'x'), top: 0 });
    const status = this.querySelector('[role=status]');
    const format = p.format ?? formatNumber;
    if (status)
      status.textContent = [
        `${p.xLabel} ${formatStep(p.x[to]!)}`,
        ...p.series.filter(s => s.values[to] != null).map(s => `${s.label} ${format(s.values[to]!)}`),
      ].join(', ');
  }
}

/** In words: where each series starts, ends and has its least value. */
function summary(p: CurvesProperties): string {
  const format = p.format ?? formatNumber;
  const series = p.series
    .filter(s => !s.faint)
    .map(s => {
      const values = s.values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
      if (values.length === 0) return `${s.label} ${t('chart.noValues')}`;
      const min = values.reduce((a, b) => Math.min(a, b));
      return t('chart.series', {
        name: s.label,
        first: format(values[0]!),
        last: format(values[values.length - 1]!),
        min: format(min),
      });
    });
  return t('chart.summary', { title: p.title, series: series.join('; ') });
}

const wholeSteps = [1, 2, 5]
  .flatMap(m => [0, 1, 2, 3, 4, 5, 6, 7].map(e => m * 10 ** e))
  .sort((a, b) => a - b);

function padded(
  min: number,
  max: number,
  [low, high]: readonly [number | null, number | null],
): [number, number] {
  const pad = (max - min || Math.abs(max) || 1) * 0.08;
  const from = low === null ? min - pad : Math.max(low, min - pad);
  const to = high === null ? max + pad : Math.min(high + pad * 0.4, max + pad);
  return from < to ? [from, to] : [from - 0.5, to + 0.5];
}

function tick(v: number): string {
  const size = Math.abs(v);
  if (v === 0) return '0';
  if (size >= 1e5 || size < 1e-3)
    return v.toExponential(0).replace('e-', 'e−').replace('e+', 'e').replace('-', '−');
  return `${Number(v.toPrecision(4))}`.replace('-', '−');
}

function formatStep(x: number): string {
  return Number.isInteger(x) ? x.toLocaleString('en-US') : formatNumber(x, 3);
}

function lastIndex(values: readonly (number | null | undefined)[] | undefined): number | undefined {
  if (!values) return undefined;
  for (let i = values.length - 1; i >= 0; i--) if (values[i] != null) return i;
  return undefined;
}

/** Sparse series (validation once an epoch) answer with their nearest value. */
function nearestValue(
  values: readonly (number | null | undefined)[] | undefined,
  index: number,
): number | undefined {
  if (!values) return undefined;
  for (let d = 0; d < values.length; d++) {
    if (values[index - d] != null) return index - d;
    if (values[index + d] != null) return index + d;
  }
  return undefined;
}

customElements.define('vitrine-curves', CurvesElement);
