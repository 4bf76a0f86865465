/** What the comparison of groups is drawn as: calibration by group, and what closing a gap costs. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { figureSvg } from '../../../src/explain/drawing/drawing';
import type { Fairness, Mitigation } from '../../../src/explain/fairness/result';
import type { CurvesFigure } from '../../../src/explain/figure';
import { linePath } from '../logic/linePath';
import { formatNumber, formatPercent } from '../logic/numbers';
import { t } from '../strings';
import { themePalette } from '../views/themePalette';

/** More curves hide each other. */
const mostCurves = 8;

/** Whether the model's probabilities mean the same for each group. */
export function calibrations(f: Fairness): TemplateResult {
  const groups = Object.entries(f.groups).filter(([, g]) => g.compared && g.calibration);
  if (groups.length < 2) return html`${nothing}`;
  const figure: CurvesFigure = {
    kind: 'curves',
    x: { title: t('fairness.calibration.predicted') },
    y: { title: t('fairness.calibration.observed') },
    curves: [
      { name: t('fairness.calibration.perfect'), x: [0, 1], y: [0, 1], role: 'reference' },
      ...groups.slice(0, mostCurves).map(([name, g]) => ({
        name,
        x: g.calibration!.bins.map(b => b.predicted),
        y: g.calibration!.bins.map(b => b.observed),
        role: 'main' as const,
      })),
    ],
    dots: true,
  };
  return html`<section class="calibrations">
    <h3 class="part">${t('fairness.calibration')}</h3>
    <p class="quiet">${t('fairness.calibration.help')}</p>
    <figure class="drawn">
      ${unsafeHTML(figureSvg(figure, { attribution: { shape: [], values: [] } }, themePalette))}
    </figure>
  </section>`;
}

const size = { width: 380, height: 226, left: 60, right: 14, top: 26, bottom: 40 };

/** Accuracy against the gap that is allowed: what fairness costs. */
export function frontier({ frontier: points = [], before, after }: Mitigation): TemplateResult {
  const all = [...points, before, after];
  const most = Math.max(...all.map(p => p.gap), 1e-6);
  const low = Math.min(...all.map(p => p.accuracy));
  const span = Math.max(...all.map(p => p.accuracy)) - low || 1;
  const x = (g: number) => size.left + (g / most) * (size.width - size.left - size.right);
  const y = (a: number) => size.top + (1 - (a - low) / span) * (size.height - size.top - size.bottom);
  const ordered = [...points].sort((a, b) => a.gap - b.gap);
  return html`<figure>
    <svg
      class="chart-small"
      viewBox=${`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label=${t('fairness.frontier.label', {
        points: ordered.map(p => `${formatNumber(p.gap, 2)}: ${formatPercent(p.accuracy)}`).join('; '),
      })}
    >
      <text class="tick" x=${size.left} y="12">${t('fairness.frontier.accuracy')}</text>
      ${[low, low + span].map(
        a => svg`<path class="grid" d=${`M${size.left} ${y(a)}H${size.width - size.right}`} />
          <text class="tick" x=${size.left - 6} y=${y(a) + 4} text-anchor="end">${formatPercent(a)}</text>`,
      )}
      ${[0, most].map(
        g =>
          svg`<text class="tick" x=${x(g)} y=${size.height - 22} text-anchor=${g === 0 ? 'start' : 'end'}>${formatNumber(g, 2)}</text>`,
      )}
      <text class="tick" x=${(size.left + size.width - size.right) / 2} y=${size.height - 6} text-anchor="middle">${t('fairness.gap')}</text>
      <path class="line line-0" d=${linePath(best(all).map(p => [x(p.gap), y(p.accuracy)]))} />
      ${ordered.map(p => svg`<circle class="dot" cx=${x(p.gap)} cy=${y(p.accuracy)} r="2.5" />`)}
      <circle class="dot before" cx=${x(before.gap)} cy=${y(before.accuracy)} r="5" />
      <circle class="dot after" cx=${x(after.gap)} cy=${y(after.accuracy)} r="5" />
    </svg>
    <figcaption>
      <span><span class="key dot-before"></span>${t('fairness.now')}</span>
      <span><span class="key dot-after"></span>${t('fairness.withRules')}</span>
      <span class="quiet">${t('fairness.frontier.line')}</span>
    </figcaption>
  </figure>`;
}

/** Those that no other has with a smaller gap and a higher accuracy, by their gap. */
function best<P extends { gap: number; accuracy: number }>(points: readonly P[]): P[] {
  const out: P[] = [];
  for (const p of [...points].sort((a, b) => a.gap - b.gap || b.accuracy - a.accuracy))
    if (out.length === 0 || p.accuracy > out.at(-1)!.accuracy) out.push(p);
  return out;
}
