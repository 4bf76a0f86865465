/** How far an explanation may be trusted: a badge in words that opens into its measures. Never colour alone. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Trust, TrustResult } from '../../../src/explain/method';
import { linePath } from '../logic/linePath';
import { formatNumber } from '../logic/numbers';
import { type StringKey, t } from '../strings';
import { icon } from './icons';

/** The verdict and its score in a line of words. */
export function trustWords({ verdict, score }: Pick<Trust, 'verdict' | 'score'>): string {
  return t('trust.badge', { verdict: t(`trust.${verdict}`), score: score.toFixed(2) });
}

export function trustBadge(trust: Trust, open: boolean, toggle: () => void): TemplateResult {
  if (trust.pending)
    return html`<section class="trust pending" role="status">
      <p class="badge"><vscode-progress-ring></vscode-progress-ring><span class="badge-label">${t('trust.label')}</span> ${t('trust.pending')}</p>
    </section>`;
  const score = trust.score.toFixed(2);
  return html`<section class=${`trust ${trust.verdict}`}>
    <button
      class="badge"
      aria-expanded=${open}
      aria-controls="trust-measures"
      aria-label=${trustWords(trust)}
      title=${t(open ? 'trust.closeMeasures' : 'trust.open')}
      @click=${toggle}
    >
      ${icon(trust.verdict)}
      <span class="badge-label">${t('trust.label')}</span>
      <strong>${t(`trust.${trust.verdict}`)}</strong>
      <span class="mono">${score}</span>
      <span class=${open ? 'turn open' : 'turn'}>${icon('chevron')}</span>
    </button>
    <div id="trust-measures" class="measures" ?hidden=${!open}>
      ${
        open
          ? html`${trust.measures.map(measure)}
              ${trust.measures.length > 1 ? html`<p class="quiet">${t('trust.weakest')}</p>` : nothing}`
          : nothing
      }
    </div>
  </section>`;
}

function measure(m: TrustResult): TemplateResult {
  return html`<article class=${`measure ${m.verdict}`}>
    <header>
      ${icon(m.verdict)}
      <h3>${m.title}</h3>
      <span class="verdict">${t(`trust.${m.verdict}`)}</span>
      <span class="mono">${m.score.toFixed(2)}</span>
    </header>
    <div class="meter" aria-hidden="true"><span .style=${`width: ${(m.score * 100).toFixed(1)}%`}></span></div>
    <p>${m.text}</p>
    ${curves(m)}
  </article>`;
}

const size = { width: 260, height: 92, left: 30, right: 6, top: 6, bottom: 14 };

/** What of a measure's detail is drawn, and its name; the rest is for those who read the JSON. */
const drawn: Readonly<Record<string, StringKey>> = {
  curve: 'trust.line.curve',
  random: 'trust.line.random',
  best: 'trust.line.best',
  told: 'trust.line.told',
  lost: 'trust.line.lost',
  said: 'trust.line.told',
  changed: 'trust.line.lost',
  attributed: 'trust.line.told',
  changes: 'trust.line.lost',
  correlations: 'trust.line.correlations',
};

/** Pairs that stand in no order, which are told by the first. */
const unordered = ['told', 'lost'];

/** The measure's curves in small, e.g. the deletion curve against deleting at random. */
function curves(m: TrustResult): TemplateResult {
  const all = Object.entries(m.detail ?? {}).filter(([name, v]) => name in drawn && v.length > 1);
  if (all.length === 0) return html`${nothing}`;
  // Curves run over the same axis only if they have as many points; the longest sets it.
  const length = Math.max(...all.map(([, v]) => v.length));
  const order = m.detail?.[unordered[0]!]
    ?.map((v, i) => ({ v, i }))
    .sort((p, q) => p.v - q.v)
    .map(p => p.i);
  const lines = all
    .filter(([, v]) => v.length === length)
    .map(([name, v]): [string, readonly number[]] => [
      t(drawn[name]!),
      order && unordered.includes(name) ? order.map(i => v[i]!) : v,
    ]);
  const values = lines.flatMap(([, v]) => v).filter(Number.isFinite);
  const low = Math.min(...values, 0);
  const high = Math.max(...values);
  const span = high - low || 1;
  const ticks = [low, high].map(v => ({ v, text: formatNumber(v, 2) }));
  // Figures such as −0.0012 need more room beside the axis than 1.0.
  const left = Math.max(size.left, 6 + 6.5 * Math.max(...ticks.map(({ text }) => text.length)));
  const x = (i: number) => left + (i / (length - 1)) * (size.width - left - size.right);
  const y = (v: number) => size.top + (1 - (v - low) / span) * (size.height - size.top - size.bottom);
  return html`<figure class="small-curve">
    <svg viewBox=${`0 0 ${size.width} ${size.height}`} role="img" aria-label=${t('trust.curve', {
      title: m.title,
      series: lines
        .map(([name, v]) => `${name} ${formatNumber(v[0])} → ${formatNumber(v[v.length - 1])}`)
        .join('; '),
    })}>
      ${ticks.map(
        ({ v, text }) => svg`<path class="grid" d=${`M${left} ${y(v)}H${size.width - size.right}`} />
          <text class="tick" x=${left - 4} y=${y(v) + 3.5} text-anchor="end">${text}</text>`,
      )}
      ${lines.map(
        ([, v], i) => svg`<path class=${`line line-${i}`} d=${linePath(v.map((p, j) => [x(j), y(p)]))} />`,
      )}
    </svg>
    <figcaption>
      ${lines.map(([n], i) => html`<span><span class=${`key line-${i}`}></span>${n}</span>`)}
    </figcaption>
  </figure>`;
}
