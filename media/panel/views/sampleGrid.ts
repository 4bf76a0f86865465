/** Samples as a grid of buttons: how each looks, what it is, and what was predicted. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { PanelState } from '../../../src/editor/panelProtocol';
import { icon } from '../parts/icons';
import { t } from '../strings';

type Sample = NonNullable<PanelState['samples']>['samples'][number];

interface Cell {
  /** What is right, in words. */
  target: string;
  look: unknown;
  /** Whether what was predicted stands beside the target. */
  differs: boolean;
  /** What stands beside the button. */
  beside?: unknown;
}

/** @param selected the row that is chosen, if one is. */
export function sampleGrid(
  shown: readonly Sample[],
  selected: number | undefined,
  {
    className,
    choose,
    cell,
  }: { className: string; choose: (row: number) => void; cell: (s: Sample) => Cell },
): TemplateResult {
  const known = shown.some(s => s.row === selected);
  return html`<ul class=${className} @keydown=${moveInGrid}>
    ${repeat(
      shown,
      s => s.row,
      (s, i) => {
        const { row, prediction } = s;
        const { target, look, differs, beside } = cell(s);
        const on = row === selected;
        const label = prediction
          ? t('data.samplePredicted', {
              row,
              target,
              prediction: prediction.label,
              mark: prediction.correct === null ? '' : t(prediction.correct ? 'data.correct' : 'data.wrong'),
            })
          : t('data.sample', { row, target });
        return html`<li>
          <button
            class=${`sample${on ? ' on' : ''}${prediction?.correct === false ? ' is-wrong' : ''}`}
            tabindex=${(known ? on : i === 0) ? 0 : -1}
            aria-pressed=${on}
            aria-label=${label}
            title=${label}
            @click=${() => choose(row)}
          >
            ${look}
            <span class="sample-text"
              ><span class="sample-target">${target}</span>${
                prediction
                  ? html`${
                      differs ? html`<span class="sample-prediction">→ ${prediction.label}</span>` : nothing
                    }${mark(prediction.correct)}`
                  : nothing
              }</span
            >
          </button>
          ${beside}
        </li>`;
      },
    )}
  </ul>`;
}

export function mark(correct: boolean | null | undefined): TemplateResult {
  if (correct == null) return html`${nothing}`;
  return html`<span class=${correct ? 'mark right' : 'mark wrong'}
    >${icon(correct ? 'check' : 'cross')}<span class="hidden">${t(correct ? 'data.correct' : 'data.wrong')}</span></span
  >`;
}

/** Arrow keys walk the grid as it is seen: left and right by one, up and down by a row. */
function moveInGrid(e: KeyboardEvent): void {
  const list = e.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLElement>('button.sample')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const top = buttons[0]!.getBoundingClientRect().top;
  const columns = buttons.findIndex(b => b.getBoundingClientRect().top > top + 2);
  const perRow = columns < 0 ? buttons.length : columns;
  const moves: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - perRow,
    ArrowDown: at + perRow,
    Home: 0,
    End: buttons.length - 1,
  };
  const to = moves[e.key];
  if (to === undefined) return;
  e.preventDefault();
  const next = buttons[to];
  if (!next) return;
  for (const b of buttons) b.tabIndex = b === next ? 0 : -1;
  next.focus();
}
