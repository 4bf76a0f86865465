/** Where the model errs: which classes it takes for which, and the samples that it gets most wrong. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import { type Actions, isUntrained } from '../actions';
import { acts } from '../inquiries/episode';
import { type Confusion, confusionOf, mixedUp, worstRows } from '../logic/mistakes';
import { formatInteger, formatPercent, formatValue } from '../logic/numbers';
import type { Settings } from '../store';
import { t } from '../strings';
import { grid } from './data';

/** A larger matrix cannot be read; its worst cells can. */
const mostClasses = 24;
/** So few have room for their names beside each other. */
const few = 5;

let known: { of: PanelState['evaluation']; confusion: Confusion } | undefined;

function confusion(evaluation: NonNullable<PanelState['evaluation']>): Confusion {
  if (known?.of !== evaluation) known = { of: evaluation, confusion: confusionOf(evaluation) };
  return known.confusion;
}

export function mistakes(state: PanelState, settings: Settings, actions: Actions): TemplateResult {
  const { evaluation, run, picked } = state;
  // What a policy does is no mistake: nobody knows what would be right.
  if (acts(state)) return html`${nothing}`;
  if (isUntrained(state) || !run || run.record.state === 'running' || run.record.state === 'paused')
    return html`${nothing}`;
  if (evaluation?.run !== run.record.id)
    return html`<section class="mistakes wide-part" aria-label=${t('mistakes.title')}>
      <header class="chart-head"><h2 class="part">${t('mistakes.title')}</h2></header>
      <p class="quiet">${t('mistakes.explain')}</p>
      <vscode-button secondary @click=${() => actions.send({ type: 'evaluate', split: 'test' })}>${t('mistakes.find')}</vscode-button>
    </section>`;
  const worst = worstRows(evaluation);
  const wrong = evaluation.kind === 'classes' ? countWrong(evaluation) : undefined;
  return html`<section class="mistakes wide-part" aria-label=${t('mistakes.title')}>
    <header class="chart-head">
      <h2 class="part">${t('mistakes.title')}</h2>
      <div class="segments" role="group" aria-label=${t('data.splits')}>
        ${(['train', 'valid', 'test'] as const).map(
          s => html`<button
            class="segment"
            aria-pressed=${s === evaluation.split}
            @click=${() => actions.send({ type: 'evaluate', split: s })}
          >
            ${t(`data.split.${s}`)}
          </button>`,
        )}
      </div>
      <span class="quiet"
        >${
          wrong === undefined
            ? t('mistakes.rows', { count: formatInteger(evaluation.rows.length) })
            : t('mistakes.wrong', {
                wrong: formatInteger(wrong),
                count: formatInteger(evaluation.rows.length),
              })
        }</span
      >
    </header>
    ${evaluation.kind === 'classes' ? matrix(evaluation, state, actions) : nothing}
    <div class="picked-head">
      <h3 class="part">${picked?.title ?? t('mistakes.worst')}</h3>
      <button class="link" ?disabled=${worst.length === 0} @click=${() => pick(t('mistakes.worst'), worst, actions)}>
        ${worst.length === 0 ? t('mistakes.none') : t('mistakes.showWorst', { count: worst.length })}
      </button>
    </div>
    ${picked ? samples(picked, state, settings, actions) : nothing}
  </section>`;
}

function countWrong({ targets, predicted }: NonNullable<PanelState['evaluation']>): number {
  let n = 0;
  for (let i = 0; i < targets.length; i++) if (targets[i] !== predicted[i]) n++;
  return n;
}

function pick(title: string, rows: readonly number[], actions: Actions): void {
  actions.send({ type: 'pick', title, rows: rows.slice(0, 60) });
}

function matrix(
  evaluation: NonNullable<PanelState['evaluation']>,
  state: PanelState,
  actions: Actions,
): TemplateResult {
  const found = confusion(evaluation);
  const { classes } = evaluation;
  if (classes.length > mostClasses)
    return html`<ul class="mixed">
      ${mixedUp(found)
        .slice(0, 12)
        .map(
          m => html`<li>
            <button class="link" @click=${() => pick(cellTitle(classes, m.target, m.predicted), m.rows, actions)}>
              ${cellTitle(classes, m.target, m.predicted)}
            </button>
            <span class="mono">${m.rows.length}</span>
          </li>`,
        )}
    </ul>`;
  return html`<div class="matrix-frame" tabindex="0" role="region" aria-label=${t('mistakes.matrix')}>
    <table class=${classes.length <= few ? 'confusion few' : 'confusion'}>
      <caption class="quiet">${t('mistakes.axes')}</caption>
      <thead>
        <tr>
          <td></td>
          ${classes.map(c => html`<th scope="col" title=${c}><span>${c}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${classes.map(
          (c, i) => html`<tr>
            <th scope="row" title=${c}>${c}</th>
            ${classes.map((_, j) => cell(found, classes, i, j, state, actions))}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(
  { cells, totals }: Confusion,
  classes: readonly string[],
  target: number,
  predicted: number,
  state: PanelState,
  actions: Actions,
): TemplateResult {
  const rows = cells[target]![predicted]!;
  if (rows.length === 0) return html`<td></td>`;
  const share = rows.length / Math.max(1, totals[target]!);
  const right = target === predicted;
  const title = cellTitle(classes, target, predicted);
  const on = state.picked?.title === title;
  return html`<td>
    <button
      class=${`cell ${right ? 'right' : 'wrong'}${on ? ' on' : ''}`}
      .style=${`--share: ${Math.round(22 + 70 * Math.sqrt(share))}%`}
      title=${`${title}: ${rows.length} (${formatPercent(share)})`}
      aria-label=${`${title}: ${rows.length}`}
      @click=${() => pick(title, rows, actions)}
    >
      ${rows.length}
    </button>
  </td>`;
}

function cellTitle(classes: readonly string[], target: number, predicted: number): string {
  return target === predicted
    ? t('mistakes.right', { target: classes[target]! })
    : t('mistakes.cell', { target: classes[target]!, predicted: classes[predicted]! });
}

function samples(
  page: NonNullable<PanelState['picked']>,
  state: PanelState,
  settings: Settings,
  actions: Actions,
): TemplateResult {
  const explain = (row: number) => {
    actions.explain({ row });
    actions.view('explain');
  };
  if (page.modality === 'image' && page.samples.some(s => s.pixels))
    return grid({ ...page, split: 'test', offset: 0 }, page.samples, state, settings, actions, explain);
  const columns = page.features.slice(0, 4).map(f => f.name);
  return html`<div class="matrix-frame" tabindex="0" role="region" aria-label=${page.title}>
    <table class="numbers picked">
      <thead>
        <tr>
          <th scope="col">${t('data.row')}</th>
          <th scope="col">${t('data.target')}</th>
          <th scope="col">${t('data.prediction')}</th>
          ${columns.map(c => html`<th scope="col">${c}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${page.samples.map(
          s => html`<tr class=${state.selection.row === s.row ? 'on' : ''}>
            <th scope="row"><button class="link" @click=${() => explain(s.row)}>${s.row}</button></th>
            <td>${formatValue(s.target)}</td>
            <td>${s.prediction?.label ?? ''}</td>
            ${columns.map(c => html`<td>${formatValue(s.values?.[c])}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
