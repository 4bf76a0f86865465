/** Samples of a split: pictures as a grid, tables as rows; targets, predictions, and what is wrong. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Split } from '../../../src/data/dataset';
import type { PanelState } from '../../../src/editor/panelProtocol';
import { visible } from '../../../src/explain/words/visible';
import { type Actions, currentMethod, isUntrained, pageSize } from '../actions';
import { picture } from '../logic/heatmap';
import { formatInteger, formatPercent, formatValue } from '../logic/numbers';
import { sampleColumns } from '../logic/sampleColumns';
import { boxesOver, boxLegend } from '../parts/boxes';
import { empty } from '../parts/empty';
import { icon } from '../parts/icons';
import type { Layer } from '../parts/pixels';
import type { Settings } from '../store';
import { t } from '../strings';
import { augmentation } from './augmentation';
import { overview } from './dataOverview';
import { mediaGrid } from './mediaSamples';
import { mark, sampleGrid } from './sampleGrid';

type Samples = NonNullable<PanelState['samples']>;
type Sample = Samples['samples'][number];

export function dataView(state: PanelState, settings: Settings, actions: Actions): TemplateResult {
  const { samples } = state;
  if (!samples) {
    return html`<div class="data">
      ${
        state.experiment
          ? empty(state.experiment.name, '', {
              label: t('data.load'),
              icon: 'table',
              run: () => actions.samples('test', 0),
            })
          : empty(t('data.empty.title'), t('data.empty.text'))
      }
    </div>`;
  }
  if (settings.dataPart === 'overview')
    return html`<div class="data">
      <div class="data-bar">${partSwitch(settings, actions)}</div>
      ${state.overview ? overview(state.overview) : html`<p class="quiet pad" aria-busy="true">${state.busy ?? ''}</p>`}
    </div>`;
  const judged = samples.samples.filter(s => s.prediction?.correct != null);
  const wrong = judged.filter(s => s.prediction!.correct === false).length;
  const shown =
    settings.onlyWrong && judged.length
      ? samples.samples.filter(s => s.prediction?.correct === false)
      : samples.samples;
  return html`<div class="data">
    <div class="data-bar">
      ${partSwitch(settings, actions)}
      <div class="segments" role="group" aria-label=${t('data.splits')}>
        ${(['train', 'valid', 'test'] as const).map(
          s => html`<button class="segment" aria-pressed=${s === samples.split} @click=${() => actions.samples(s, 0)}>
            ${t(`data.split.${s}`)}
          </button>`,
        )}
      </div>
      ${
        judged.length
          ? html`<vscode-checkbox
              label=${t('data.onlyWrong')}
              ?checked=${settings.onlyWrong}
              @change=${(e: Event) => actions.set({ onlyWrong: (e.target as HTMLInputElement).checked })}
            ></vscode-checkbox>
            <span class="quiet">${t('data.wrongOnPage', { wrong, count: judged.length })}</span>`
          : isUntrained(state)
            ? html`<span class="quiet">${t('data.noRun')}</span>`
            : nothing
      }
      ${
        samples.augments && samples.split === 'train'
          ? html`<button
                class="segment"
                aria-pressed=${samples.augmented !== undefined}
                title=${t('data.augmentedHint')}
                @click=${() =>
                  actions.samples('train', samples.offset, samples.augmented === undefined ? 0 : undefined)}
              >
                ${t('data.augmented')}
              </button>
              ${
                samples.augmented === undefined
                  ? nothing
                  : html`<button
                      class="link"
                      @click=${() => actions.samples('train', samples.offset, samples.augmented! + 1)}
                    >
                      ${t('data.nextEpoch', { epoch: samples.augmented + 1 })}
                    </button>`
              }`
          : nothing
      }
      <span class="grow"></span>
      ${pager(samples, actions)}
    </div>
    ${augmentation(state, actions)}
    ${
      samples.samples.length === 0
        ? html`<p class="quiet pad">${t('data.none')}</p>`
        : shown.length === 0
          ? html`<p class="quiet pad">${t('data.noWrong')}</p>`
          : samples.modality === 'image' && samples.samples.some(s => s.pixels)
            ? grid(samples, shown, state, settings, actions)
            : samples.modality === 'sound' || samples.modality === 'video' || samples.target.spoken
              ? mediaGrid(samples, shown, state, row => choose(row, state, settings, actions))
              : table(samples, shown, state, settings, actions)
    }
  </div>`;
}

function partSwitch(settings: Settings, actions: Actions): TemplateResult {
  return html`<div class="segments" role="group" aria-label=${t('data.part')}>
    ${(['samples', 'overview'] as const).map(
      part => html`<button
        class="segment"
        aria-pressed=${part === settings.dataPart}
        @click=${() => {
          actions.set({ dataPart: part });
          if (part === 'overview') actions.overview();
        }}
      >
        ${t(`data.part.${part}`)}
      </button>`,
    )}
  </div>`;
}

function pager(samples: Samples, actions: Actions): TemplateResult {
  const { offset, total, split } = samples;
  const count = samples.samples.length;
  const size = samples.modality === 'image' ? pageSize.image : pageSize.table;
  const go = (to: number) => actions.samples(split as Split, to, samples.augmented);
  return html`<div class="pager">
    <span class="mono quiet"
      >${t('data.range', {
        from: formatInteger(count ? offset + 1 : 0),
        to: formatInteger(offset + count),
        total: formatInteger(total),
      })}</span
    >
    <button
      class="tool"
      ?disabled=${offset === 0}
      title=${t('data.previous')}
      aria-label=${t('data.previous')}
      @click=${() => go(Math.max(0, offset - size))}
    >
      ${icon('previous')}
    </button>
    <button
      class="tool"
      ?disabled=${offset + count >= total}
      title=${t('data.next')}
      aria-label=${t('data.next')}
      @click=${() => go(offset + count)}
    >
      ${icon('next')}
    </button>
  </div>`;
}

/** A click selects and, with a trained model, explains; the explanation view shows it where there is no room here. */
function choose(row: number, state: PanelState, settings: Settings, actions: Actions): void {
  if (isUntrained(state) || !currentMethod(state, settings)) {
    actions.select({ row });
    return;
  }
  actions.explain({ method: currentMethod(state, settings), row });
  if (!hasRoomBeside()) actions.view('explain');
}

/** As the style sheet decides it: from 1100 px on, the explanation stands beside the samples. */
export function hasRoomBeside(): boolean {
  return matchMedia('(min-width: 1100px)').matches;
}

/** @param chosen what a click does; explains if absent. */
export function grid(
  samples: Samples,
  shown: readonly Sample[],
  state: PanelState,
  settings: Settings,
  actions: Actions,
  chosen: (row: number) => void = row => choose(row, state, settings, actions),
): TemplateResult {
  const boxed = samples.target.boxes !== undefined;
  return html`${boxed ? boxLegend() : nothing}
  ${sampleGrid(shown, state.selection.row, {
    className: boxed ? 'sample-grid wide' : 'sample-grid',
    choose: chosen,
    cell: s => ({
      target: formatValue(s.target),
      look: guard([s.pixels, s.prediction], () => thumbnail(s, samples)),
      differs: s.prediction?.correct === false,
    }),
  })}`;
}

function thumbnail(
  s: Sample,
  { sampleShape, target }: Pick<Samples, 'sampleShape' | 'target'>,
): TemplateResult {
  const drawn = s.pixels && picture(s.pixels, sampleShape);
  if (!drawn) return html`<span class="thumbnail"></span>`;
  const pixels = html`<vitrine-pixels class="thumbnail" aria-hidden="true" .properties=${{ layers: [drawn as Layer], label: '' }}></vitrine-pixels>`;
  return target.boxes
    ? boxesOver(pixels, {
        truth: s.boxes ?? [],
        found: s.prediction?.boxes ?? [],
        classes: target.boxes.classes,
      })
    : pixels;
}

function table(
  samples: Samples,
  shown: readonly Sample[],
  state: PanelState,
  settings: Settings,
  actions: Actions,
): TemplateResult {
  const columns = sampleColumns(
    samples.features,
    shown.map(s => s.values),
  );
  // Tokens may be spaces and line ends.
  const cell = (x: string | number | null | undefined) =>
    samples.modality === 'text' && typeof x === 'string' ? visible(x) : formatValue(x);
  const predicted = shown.some(s => s.prediction);
  return html`<div class="sample-table">
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">${t('data.row')}</th>
          <th scope="col" class="text">${samples.target.name || t('data.target')}</th>
          ${predicted ? html`<th scope="col" class="text">${t('data.prediction')}</th>` : nothing}
          ${columns.map(
            f =>
              html`<th scope="col" class=${f.kind === 'category' ? 'text' : ''} title=${f.name}>${f.name}</th>`,
          )}
        </tr>
      </thead>
      <tbody @keydown=${moveInRows}>
        ${repeat(
          shown,
          s => s.row,
          (s, i) => {
            const on = state.selection.row === s.row;
            const stop = shown.some(x => x.row === state.selection.row) ? on : i === 0;
            return html`<tr
              class=${on ? 'on' : ''}
              tabindex=${stop ? 0 : -1}
              aria-selected=${on}
              @click=${() => choose(s.row, state, settings, actions)}
              @keydown=${(e: KeyboardEvent) => {
                if (e.key !== 'Enter' && e.key !== ' ') return;
                e.preventDefault();
                choose(s.row, state, settings, actions);
              }}
            >
              <th scope="row">${s.row}</th>
              <td class="text">${cell(s.target)}</td>
              ${
                predicted
                  ? html`<td class="text prediction">
                      ${s.prediction ? cell(s.prediction.label) : ''}
                      ${
                        s.prediction?.probability === undefined
                          ? nothing
                          : html`<span class="quiet">${formatPercent(s.prediction.probability, 0)}</span>`
                      }
                      ${mark(s.prediction?.correct)}
                    </td>`
                  : nothing
              }
              ${columns.map(f => html`<td class=${f.kind === 'category' ? 'text' : ''}>${cell(s.values[f.name])}</td>`)}
            </tr>`;
          },
        )}
      </tbody>
    </table>
  </div>`;
}

function moveInRows(e: KeyboardEvent): void {
  const rows = [...(e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('tr')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const moves: Record<string, number> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: Math.max(0, at - 10),
    PageDown: Math.min(rows.length - 1, at + 10),
    Home: 0,
    End: rows.length - 1,
  };
  const to = moves[e.key];
  if (at < 0 || to === undefined) return;
  e.preventDefault();
  const next = rows[to];
  if (!next) return;
  for (const r of rows) r.tabIndex = r === next ? 0 : -1;
  next.focus();
}
