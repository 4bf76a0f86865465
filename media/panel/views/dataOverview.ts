/** A data set as a whole: what to beware of, how its parts are balanced, every column's distribution, what goes together. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ColumnOverview, DataOverview } from '../../../src/data/overview/overview';
import { contrast, css, diverging, type Rgb } from '../logic/colours';
import { linePath } from '../logic/linePath';
import { formatInteger, formatNumber, formatPercent } from '../logic/numbers';
import type { ColumnsProperties } from '../parts/columnList';
import { icon } from '../parts/icons';
import { neutral } from '../parts/theme';
import { type StringKey, t } from '../strings';

const splits = ['train', 'valid', 'test'] as const;

export function overview(o: DataOverview): TemplateResult {
  const [target, ...columns] = o.columns;
  return html`<div class="data-overview" tabindex="-1">
    <section class="overview-head">
      <h2>${o.name}</h2>
      <p class="quiet">
        ${t('data.about', { columns: formatInteger(columns.length + o.moreColumns), shape: o.sampleShape.join(' × ') })}
        ${o.looked < o.rows.train + o.rows.valid + o.rows.test ? t('data.looked', { rows: formatInteger(o.looked) }) : ''}
      </p>
      ${partsBar(o)}
    </section>
    ${warnings(o)}
    <div class="overview-columns">
      <section class="overview-target" aria-label=${t('data.target')}>
        <h3 class="part">${t('data.target')}</h3>
        ${target ? columnCard(target) : nothing}
        ${balance(target)}
      </section>
      ${
        o.association && o.association.names.length > 1
          ? html`<section class="overview-association">
              <h3 class="part">${t('data.association')}</h3>
              ${association(o.association)}
            </section>`
          : nothing
      }
    </div>
    ${
      columns.length > 0
        ? html`<section class="overview-list">
            <h3 class="part">
              ${t('data.columns')} <span class="quiet">${formatInteger(columns.length + o.moreColumns)}</span>
            </h3>
            <vitrine-columns
              .properties=${{ columns, row: columnRow, label: t('data.columns') } satisfies ColumnsProperties}
            ></vitrine-columns>
            ${o.moreColumns > 0 ? html`<p class="quiet">${t('data.moreColumns', { count: formatInteger(o.moreColumns) })}</p>` : nothing}
          </section>`
        : nothing
    }
  </div>`;
}

/** How many rows train, validate and test: as a bar, and in words. */
function partsBar({ rows }: DataOverview): TemplateResult {
  const total = rows.train + rows.valid + rows.test || 1;
  const words = splits.map(s => `${t(`data.split.${s}`)} ${formatInteger(rows[s])}`).join(', ');
  return html`<div class="parts-bar" role="img" aria-label=${words}>
      ${splits.map(s => (rows[s] > 0 ? html`<span class=${`of-${s}`} .style=${`flex: ${rows[s] / total}`}></span>` : nothing))}
    </div>
    <ul class="parts-key">
      ${splits.map(
        s => html`<li>
          <span class=${`swatch of-${s}`}></span>${t(`data.split.${s}`)}
          <span class="mono">${formatInteger(rows[s])}</span>
          <span class="quiet">${formatPercent(rows[s] / total, 0)}</span>
        </li>`,
      )}
    </ul>`;
}

function warnings(o: DataOverview): TemplateResult {
  const serious = new Set(['target-leak', 'duplicate-rows']);
  if (o.warnings.length === 0 && o.notes.length === 0)
    return html`<p class="data-fine">${icon('check')} ${t('data.noWarnings')}</p>`;
  return html`<ul class="data-warnings" aria-label=${t('data.warnings')}>
    ${o.warnings.map(
      w => html`<li class=${serious.has(w.code) ? 'serious' : ''}>
        <span class="warning-code">${t(`data.code.${w.code}` as StringKey)}</span><span>${w.message}</span>
      </li>`,
    )}
    ${o.notes.map(n => html`<li class="note"><span class="warning-code">${t('data.note')}</span><span>${n}</span></li>`)}
  </ul>`;
}

function totalsOf(counts: Record<(typeof splits)[number], readonly number[]>): number[] {
  return counts.train.map((n, i) => n + counts.valid[i]! + counts.test[i]!);
}

/** Classes by part, so that one sees whether each part has its share of each. */
function balance(target: ColumnOverview | undefined): TemplateResult {
  const c = target?.categories;
  if (!c || c.names.length > 12) return html`${nothing}`;
  const sums = Object.fromEntries(splits.map(s => [s, c.counts[s].reduce((a, b) => a + b, 0)]));
  return html`<table class="numbers balance">
    <thead>
      <tr>
        <th scope="col" class="text">${t('data.class')}</th>
        ${splits.map(s => html`<th scope="col">${t(`data.split.${s}`)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${c.names.map(
        (name, i) => html`<tr>
          <th scope="row" class="text">${name}</th>
          ${splits.map(
            s => html`<td>
              ${formatInteger(c.counts[s][i]!)}
              <span class="quiet">${sums[s] ? formatPercent(c.counts[s][i]! / sums[s]!, 0) : ''}</span>
            </td>`,
          )}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function columnCard(c: ColumnOverview): TemplateResult {
  return html`<div class="column-card">
    <div class="column-name">${c.name}</div>
    ${c.course ? course(c, c.course, 300, 60) : nothing} ${chart(c, 300, 90)}
    ${facts(c)}
  </div>`;
}

export function columnRow(c: ColumnOverview): TemplateResult {
  return html`<div class=${c.role === 'other' ? 'column-row other' : 'column-row'}>
    <div class="column-what">
      <span class="column-name" title=${c.name}>${c.name}</span>
      <span class="quiet">${t(`data.kind.${c.kind}`)}${c.role === 'other' ? ` · ${t('data.unused')}` : ''}</span>
    </div>
    ${c.course ? course(c, c.course, 220, 44) : chart(c, 220, 44)} ${facts(c)}
  </div>`;
}

function facts(c: ColumnOverview): TemplateResult {
  const { numbers: n } = c;
  const list: [string, string][] = n
    ? [
        [t('data.mean'), `${formatNumber(n.mean)} ± ${formatNumber(n.std)}`],
        [t('data.median'), formatNumber(n.median)],
        [t('data.rangeOf'), `${formatNumber(n.min)} … ${formatNumber(n.max)}`],
      ]
    : [[t('data.distinct'), formatInteger(c.distinct)]];
  if (c.missing > 0) list.push([t('data.missing'), formatInteger(c.missing)]);
  if (c.drift !== undefined) list.push([t('data.drift'), c.drift.toFixed(2)]);
  return html`<dl class="column-facts">
    ${list.map(
      ([name, value]) => html`<div class=${name === t('data.drift') && (c.drift ?? 0) > 0.25 ? 'much' : ''}>
        <dt>${name}</dt>
        <dd class="mono">${value}</dd>
      </div>`,
    )}
  </dl>`;
}

/** A column over time, as a line; where a value is missing it is broken. */
function course(
  c: ColumnOverview,
  values: readonly (number | null)[],
  width: number,
  height: number,
): TemplateResult {
  const there = values.filter(v => v !== null);
  const [low, high] = [Math.min(...there), Math.max(...there)];
  const x = (i: number) => (i * width) / Math.max(1, values.length - 1);
  const y = (v: number) => height - 2 - ((v - low) / (high - low || 1)) * (height - 4);
  const line = linePath(values.map((v, i) => [x(i), v === null ? Number.NaN : y(v)]));
  const label = t('data.courseLabel', {
    name: c.name,
    low: formatNumber(low),
    high: formatNumber(high),
    first: formatNumber(there[0]),
    last: formatNumber(there.at(-1)),
  });
  return html`<svg class="column-chart" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${label}>
    <title>${label}</title>
    <path class="course-line" d=${line}></path>
  </svg>`;
}

/** A histogram: all rows as bars, and where there are enough, the test rows as a line over them, scaled to compare shapes. */
function chart(c: ColumnOverview, width: number, height: number): TemplateResult {
  if (c.histogram) return histogram(c, c.histogram, width, height);
  if (c.categories) return bars(c, c.categories, width, height);
  return html`<span class="column-chart"></span>`;
}

function histogram(
  c: ColumnOverview,
  { edges, counts }: NonNullable<ColumnOverview['histogram']>,
  width: number,
  height: number,
): TemplateResult {
  const totals = totalsOf(counts);
  const most = Math.max(...totals, 1);
  const n = totals.length;
  const w = width / n;
  const test = counts.test.reduce((a, b) => a + b, 0);
  const train = counts.train.reduce((a, b) => a + b, 0);
  const mostTest = Math.max(
    ...counts.train.map(x => x / Math.max(1, train)),
    ...counts.test.map(x => x / Math.max(1, test)),
  );
  const y = (share: number) => height - (share / (mostTest || 1)) * (height - 3);
  const line = counts.test
    .map(
      (x, i) =>
        `${i ? 'L' : 'M'}${(i * w).toFixed(1)} ${y(x / Math.max(1, test)).toFixed(1)}h${w.toFixed(1)}`,
    )
    .join('');
  const peak = totals.indexOf(most);
  const label = t('data.histogramLabel', {
    name: c.name,
    low: formatNumber(edges[0]),
    high: formatNumber(edges[n]),
    from: formatNumber(edges[peak]),
    to: formatNumber(edges[peak + 1]),
  });
  return html`<svg class="column-chart" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${label}>
    <title>${label}</title>
    ${totals.map((x, i) =>
      x > 0
        ? svg`<rect class="histogram-bar" x=${i * w + 0.5} y=${height - (x / most) * (height - 3)} width=${Math.max(0.5, w - 1)} height=${(x / most) * (height - 3)}></rect>`
        : nothing,
    )}
    ${test >= 20 && n > 1 ? svg`<path class="test-line" d=${line}></path>` : nothing}
  </svg>`;
}

function bars(
  c: ColumnOverview,
  { names, counts, others }: NonNullable<ColumnOverview['categories']>,
  width: number,
  height: number,
): TemplateResult {
  const totals = totalsOf(counts);
  const shown = totals.slice(0, Math.max(2, Math.floor(height / 15)));
  const rest = totals.slice(shown.length).reduce((a, b) => a + b, 0) + others;
  const most = Math.max(...shown, 1);
  const all = totals.reduce((a, b) => a + b, 0) + others || 1;
  const label = t('data.categoriesLabel', {
    name: c.name,
    list: shown.map((n, i) => `${names[i]} ${formatPercent(n / all, 0)}`).join(', '),
  });
  // Nearly every value is another one: bars of one row each say nothing.
  if (c.distinct > 50 && most <= 2)
    return html`<span class="column-chart quiet column-text">${names.slice(0, 2).join(' · ')}</span>`;
  return html`<div class="column-chart category-bars" role="img" aria-label=${label} title=${label} .style=${`max-width: ${width}px`}>
    ${shown.map(
      (n, i) => html`<div>
        <span class="bar-name">${names[i]}</span>
        <span class="bar-track"><span .style=${`width: ${((100 * n) / most).toFixed(1)}%`}></span></span>
        <span class="mono quiet">${formatInteger(n)}</span>
      </div>`,
    )}
    ${rest > 0 ? html`<div class="quiet bar-rest">${t('data.others', { count: formatInteger(rest) })}</div>` : nothing}
  </div>`;
}

/** The matrix as coloured cells with their number; columns as rows and again as columns. */
function association({ names, values }: NonNullable<DataOverview['association']>): TemplateResult {
  const n = names.length;
  const middle = neutral();
  const roomy = n <= 12;
  const strongest = strongestPairs(names, values);
  return html`<div class="matrix-scroll" tabindex="0" role="group" aria-label=${t('data.association')}>
      <table class=${roomy ? 'matrix roomy' : 'matrix'}>
        <thead>
          <tr>
            <td></td>
            ${names.map(name => html`<th scope="col" title=${name}><span>${name}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${names.map(
            (a, i) => html`<tr>
              <th scope="row" title=${a}>${a}</th>
              ${names.map((b, j) => {
                const x = values[i * n + j];
                const label = `${a}, ${b}: ${x === null || x === undefined ? '–' : x.toFixed(2)}`;
                if (x === null || x === undefined) return html`<td class="empty-cell" title=${label}></td>`;
                const colour = diverging(x, middle);
                return html`<td title=${label} .style=${`background: ${css(colour)}; color: ${ink(colour)}`}>
                  ${roomy ? x.toFixed(2).replace('-', '−') : html`<span class="hidden">${x.toFixed(2)}</span>`}
                </td>`;
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="quiet">${t('data.associationHint')}</p>
    ${strongest.length > 0 ? html`<p>${t('data.strongest', { list: strongest.join('; ') })}</p>` : nothing}`;
}

function ink(background: Rgb): string {
  return contrast(background, [0, 0, 0]) > contrast(background, [255, 255, 255]) ? '#000' : '#fff';
}

function strongestPairs(names: readonly string[], values: readonly (number | null)[]): string[] {
  const n = names.length;
  const pairs: { text: string; size: number }[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const x = values[i * n + j];
      if (x !== null && x !== undefined && Math.abs(x) >= 0.3)
        pairs.push({
          text: `${names[i]} – ${names[j]} ${x.toFixed(2).replace('-', '−')}`,
          size: Math.abs(x),
        });
    }
  return pairs
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(p => p.text);
}
