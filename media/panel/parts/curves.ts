/**
 * <vitrine-curves>: lines over one axis with uPlot. The legend carries the exact values under the pointer; with the
 * keyboard, the arrow keys move the cursor and the values are read out. A table of the same numbers can replace it.
 */
import { html, render } from 'lit';
import uPlot from 'uplot';
import { formatNumber } from '../logic/numbers';
import { nearest, resample } from '../logic/resample';
import { t } from '../strings';
import { curveTable } from './curveTable';
import {
  type CurvesProperties,
  formatStep,
  padded,
  reachable,
  type Series,
  sameCurves,
  summary,
  tick,
  wholeSteps,
} from './curveWords';
import { inMainMemory } from './mainMemory';
import { onTheme, themeColour } from './theme';

export type { CurvesProperties, Series };

class CurvesElement extends HTMLElement {
  #properties?: CurvesProperties;
  #plot?: uPlot;
  /** What the plot was built for; other changes only exchange its data. */
  #built = '';
  #stopTheme?: () => void;
  /** The part of the axis that was zoomed into. */
  #zoom?: { from: number; to: number };
  /** The line under the pointer. */
  #near: number | undefined;
  /** When many lines were last drawn, and what draws them in full once the reader rests. */
  #drawnAt = 0;
  #full: ReturnType<typeof setTimeout> | undefined;
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
    clearTimeout(this.#full);
    this.#stopTheme?.();
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#built = '';
  }

  set properties(p: CurvesProperties) {
    const before = this.#properties;
    this.#properties = p;
    // The page is drawn anew for whatever changes in it, such as another chart's smoothing.
    if (before && this.#plot && sameCurves(before, p)) return;
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
    const built = JSON.stringify([
      p.log,
      p.sync,
      p.xLabel,
      p.series.map(s => [s.label, s.colour, s.faint, s.dashed, s.points, s.id]),
    ]);
    if (built !== this.#built) {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#built = built;
    }
    if (!this.#plot) this.#build(p);
    else this.#refill();
    this.#readout();
  }

  #template(p: CurvesProperties) {
    const head = html`<header class="chart-head">
      <h2 class="part">${p.title}</h2>
      <ul class="chart-legend">
        ${p.series
          .filter(s => !s.faint && !s.unlisted && !p.table)
          .map(
            s => html`<li>
              <span class=${`key ${s.dashed ? 'dashed' : ''}`} .style=${`--key: var(${s.colour})`}></span>${s.label}
              <output class="mono" data-series=${s.label}></output>
            </li>`,
          )}
      </ul>
      <output class="chart-x quiet mono"></output>
      ${
        this.#zoom && !p.table
          ? html`<button class="link" @click=${() => this.#zoomTo(undefined)}>${t('chart.unzoom')}</button>`
          : ''
      }
    </header>`;
    if (p.table) return html`${head}${curveTable(p)}`;
    return html`${head}
      <div
        class="chart-plot"
        tabindex="0"
        role="img"
        aria-label=${summary(p)}
        title=${t('chart.zoomHint')}
        @click=${() => this.#pick()}
        @keydown=${(e: KeyboardEvent) => this.#key(e)}
      ></div>
      <div class="hidden" role="status" aria-live="polite"></div>`;
  }

  /** What uPlot draws: the part of the axis that is seen, in no more detail than there are pixels. */
  #data(p: CurvesProperties, most = this.#places(p)): uPlot.AlignedData {
    const { from, to } = this.#zoom ?? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    const { x, values } = resample(
      p.series.map(s => ({ x: s.x, y: s.values })),
      from,
      to,
      most,
    );
    const positive = (v: number | null) => (v !== null && v > 0 ? v : null);
    return [x, ...(p.log ? values.map(v => v.map(positive)) : values)] as uPlot.AlignedData;
  }

  /** In how many places lines are drawn: many share the work of a few, none can be followed pixel by pixel then. */
  #places(p: CurvesProperties): number {
    const width = this.querySelector('.chart-plot')?.clientWidth ?? 800;
    return Math.max(300, 2 * width * Math.min(1, few / p.series.length));
  }

  #refill(): void {
    const p = this.#properties;
    if (!this.#plot || !p) return;
    clearTimeout(this.#full);
    const now = performance.now();
    const moving = p.series.length > few && now - this.#drawnAt < still;
    this.#drawnAt = now;
    if (moving) this.#full = setTimeout(() => this.#fill(this.#data(p)), still);
    this.#fill(this.#data(p, moving ? coarse : undefined));
  }

  #fill(data: uPlot.AlignedData): void {
    const u = this.#plot;
    if (!u) return;
    u.setData(data, !this.#zoom);
    if (this.#zoom) u.setScale('x', { min: this.#zoom.from, max: this.#zoom.to });
  }

  #zoomTo(zoom: { from: number; to: number } | undefined): void {
    const before = this.#zoom;
    if (before?.from === zoom?.from && before?.to === zoom?.to) return;
    this.#zoom = zoom;
    this.#refill();
    if (this.#properties && !before !== !zoom) render(this.#template(this.#properties), this);
  }

  #pick(): void {
    const p = this.#properties;
    const id = this.#near === undefined ? undefined : p?.series[this.#near]?.id;
    if (id) p?.onPick?.(id);
  }

  #build(p: CurvesProperties): void {
    const host = this.querySelector<HTMLElement>('.chart-plot');
    if (!host || host.clientWidth < 40) return;
    host.replaceChildren();
    const text = themeColour('--vscode-descriptionForeground', '#888');
    const grid = themeColour('--chart-grid', 'rgba(128,128,128,0.18)');
    const font = `11px ${getComputedStyle(this).fontFamily}`;
    const within = (_u: uPlot, places: number[]) => reachable(places, p.range ?? [null, null]);
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, gap: 4 };
    this.#plot = inMainMemory(
      () =>
        new uPlot(
          {
            width: host.clientWidth,
            height: host.clientHeight,
            legend: { show: false },
            padding: [8, 18, 0, 0],
            cursor: {
              y: false,
              // A point is a layer of the page: one for each of fifty lines costs more than the lines.
              ...(p.series.length > few ? { points: { show: false } } : { points: { size: 7, width: 2 } }),
              drag: { x: true, y: false, setScale: false },
              ...(p.series.length > 4 ? { focus: { prox: 18 } } : {}),
              bind: {
                dblclick: () => () => {
                  this.#zoomTo(undefined);
                  return null;
                },
              },
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
              {
                ...axis,
                size: 26,
                values: (_u, ticks) => ticks.map(formatStep),
                space: 60,
                incrs: wholeSteps,
              },
              {
                ...axis,
                // uPlot has a filter of its own for logarithms.
                ...(p.range && !p.log ? { filter: within, grid: { ...axis.grid, filter: within } } : {}),
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
                  width: s.faint || p.series.length > few ? 1 : 1.75,
                  spanGaps: true,
                  ...(s.dashed ? { dash: [5, 4] } : {}),
                  points: s.points ? { show: true, size: 5, fill: stroke } : { show: false },
                };
              }),
            ],
            // Only to know which line is near: paling the others would draw all of them anew at each move.
            focus: { alpha: 1 },
            hooks: {
              setCursor: [() => this.#readout()],
              setSeries: [
                (_u, i) => {
                  this.#near = typeof i === 'number' && i > 0 ? i - 1 : undefined;
                  this.#readout();
                },
              ],
              setSelect: [
                u => {
                  const { left, width } = u.select;
                  if (width < 4) return;
                  const zoom = { from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') };
                  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
                  this.#zoomTo(zoom);
                },
              ],
            },
          },
          this.#data(p),
          host,
        ),
    );
  }

  #sized(): void {
    const host = this.querySelector<HTMLElement>('.chart-plot');
    if (!host || host.clientWidth < 40) return;
    if (!this.#plot) this.#update();
    else this.#plot.setSize({ width: host.clientWidth, height: host.clientHeight });
  }

  /** Writes the values at the cursor, or the last ones, into the legend: those that were recorded, not the drawn. */
  #readout(): void {
    const p = this.#properties!;
    const format = p.format ?? formatNumber;
    const { idx } = this.#plot?.cursor ?? {};
    const x = idx == null ? undefined : this.#plot?.data[0]?.[idx];
    const recorded = (s: Series | undefined) => {
      if (!s) return undefined;
      const i = nearest({ x: s.x, y: s.values }, x ?? Number.POSITIVE_INFINITY);
      return i === undefined ? undefined : { x: s.x[i]!, value: s.values[i]! };
    };
    for (const output of this.querySelectorAll<HTMLElement>('output[data-series]')) {
      const found = recorded(p.series.find(s => s.label === output.dataset['series']));
      output.textContent = found ? format(found.value) : '';
    }
    const at = this.querySelector('.chart-x');
    if (!at) return;
    const near = this.#near === undefined ? undefined : p.series[this.#near];
    const found = near && x !== undefined ? recorded(near) : undefined;
    at.textContent =
      x === undefined
        ? ''
        : [
            `${p.xLabel} ${formatStep(found?.x ?? recorded(p.series[0])?.x ?? x)}`,
            ...(near && found ? [`${near.label} ${format(found.value)}`] : []),
          ].join(' · ');
  }

  #key(e: KeyboardEvent): void {
    const u = this.#plot;
    const p = this.#properties;
    const axis = u?.data[0];
    if (!u || !p || !axis?.length) return;
    if (e.key === 'Escape' && this.#zoom) {
      e.preventDefault();
      this.#zoomTo(undefined);
      return;
    }
    const last = axis.length - 1;
    const at = u.cursor.idx ?? last;
    if (e.key === '+' || e.key === '-') {
      e.preventDefault();
      this.#zoomAround(axis[Math.min(at, last)]!, e.key === '+' ? 0.5 : 2);
      return;
    }
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
    u.setCursor({ left: u.valToPos(axis[to]!, 'x'), top: 0 });
    const status = this.querySelector('[role=status]');
    const format = p.format ?? formatNumber;
    if (status)
      status.textContent = [
        `${p.xLabel} ${formatStep(axis[to]!)}`,
        ...p.series
          .filter(s => !s.unlisted)
          .flatMap(s => {
            const i = nearest({ x: s.x, y: s.values }, axis[to]!);
            return i === undefined ? [] : [`${s.label} ${format(s.values[i]!)}`];
          }),
      ].join(', ');
  }

  /** Makes the seen part of the axis this many times as long, around a place. */
  #zoomAround(x: number, factor: number): void {
    const { min, max } = this.#plot!.scales['x']!;
    if (min == null || max == null) return;
    const ends = this.#properties!.series.flatMap(s => (s.x.length ? [s.x[0]!, s.x[s.x.length - 1]!] : []));
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const from = Math.max(low, x - (x - min) * factor);
    const to = Math.min(high, x + (max - x) * factor);
    this.#zoomTo(from <= low && to >= high ? undefined : { from, to });
  }
}

/** Lines that are drawn in full detail. */
const few = 10;

/** While many lines follow a slider or a wheel, they are drawn in this many places, and in full after such a rest, in ms. */
const coarse = 160;
const still = 160;

customElements.define('vitrine-curves', CurvesElement);
