/** What lies over the drawing: tools, find, legend. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ColourBy } from '../../../src/editor/panelProtocol';
import { type IconName, icon } from '../parts/icons';
import { t } from '../strings';
import type { Direction } from './layout';
import type { Scale } from './scale';

export interface ToolActions {
  direction: Direction;
  /** Undefined where nothing folds. */
  closed: boolean | undefined;
  fold(): void;
  turn(): void;
  find(): void;
  save(kind: 'svg' | 'png'): void;
  /** May be saved as a picture. */
  picture: boolean;
  zoom(factor: number): void;
  fit(): void;
}

export function toolbar(a: ToolActions): TemplateResult {
  const tool = (name: IconName, label: string, run: () => void) => html`<button
    class="tool"
    title=${label}
    aria-label=${label}
    @click=${run}
  >
    ${icon(name)}
  </button>`;
  return html`<div class="graph-tools" role="toolbar" aria-label=${t('graph.tools')}>
    ${tool('search', t('graph.find'), a.find)}
    ${
      a.closed === undefined
        ? nothing
        : tool(a.closed ? 'open' : 'close', a.closed ? t('graph.openAll') : t('graph.closeAll'), a.fold)
    }
    ${tool(a.direction === 'TB' ? 'right' : 'down', t(`graph.direction.${a.direction}`), a.turn)}
    ${tool('save', t('graph.export'), () => a.save('svg'))}
    ${a.picture ? tool('picture', t('graph.exportPng'), () => a.save('png')) : nothing}
    <span class="tool-gap"></span>
    ${tool('zoomOut', t('graph.zoomOut'), () => a.zoom(1 / 1.25))}
    <span class="zoom" aria-hidden="true"></span>
    ${tool('zoomIn', t('graph.zoomIn'), () => a.zoom(1.25))}
    ${tool('fit', t('graph.fit'), a.fit)}
  </div>`;
}

export interface FindState {
  query: string;
  /** How many there are, and which of them is shown, from 0. */
  count: number;
  at: number;
}

export function findBar(
  { query, count, at }: FindState,
  change: (query: string) => void,
  move: (by: 1 | -1) => void,
  close: () => void,
): TemplateResult {
  const said =
    query.trim() === '' ? '' : count === 0 ? t('graph.find.none') : t('graph.find.at', { at: at + 1, count });
  return html`<div class="graph-find" role="search">
    <input
      type="text"
      .value=${query}
      placeholder=${t('graph.find.placeholder')}
      aria-label=${t('graph.find')}
      spellcheck="false"
      @input=${(e: Event) => change((e.target as HTMLInputElement).value)}
      @keydown=${(e: KeyboardEvent) => {
        if (e.key === 'Enter') move(e.shiftKey ? -1 : 1);
        else if (e.key === 'Escape') close();
        else return;
        e.preventDefault();
        e.stopPropagation();
      }}
    />
    <output class="quiet" role="status">${said}</output>
    <button class="tool" ?disabled=${count === 0} title=${t('graph.find.previous')} aria-label=${t('graph.find.previous')} @click=${() => move(-1)}>
      ${icon('up')}
    </button>
    <button class="tool" ?disabled=${count === 0} title=${t('graph.find.next')} aria-label=${t('graph.find.next')} @click=${() => move(1)}>
      ${icon('down')}
    </button>
    <button class="tool" title=${t('graph.find.close')} aria-label=${t('graph.find.close')} @click=${close}>
      ${icon('cross')}
    </button>
  </div>`;
}

export function legend(
  colours: readonly ColourBy[],
  colour: ColourBy,
  scale: Scale,
  choose: (colour: ColourBy) => void,
): TemplateResult {
  const name = t(`graph.legend.${colour}`);
  return html`<div class="graph-legend">
    ${
      colours.length > 1
        ? html`<label class="choice"
            ><span>${t('graph.colour')}</span>
            <select
              aria-label=${t('graph.colour')}
              @change=${(e: Event) => choose((e.target as HTMLSelectElement).value as ColourBy)}
            >
              ${colours.map(c => html`<option value=${c} ?selected=${c === colour}>${t(`graph.colour.${c}`)}</option>`)}
            </select></label
          >`
        : nothing
    }
    ${
      scale.ends
        ? html`<div class="ramp" title=${name}>
            <span class="mono">${scale.ends[0]}</span><span class="ramp-bar" role="img" aria-label=${name}></span
            ><span class="mono">${scale.ends[1]}</span>
            <span class="quiet ramp-name">${name}</span>
          </div>`
        : html`<span class="quiet ramp-name">${t('graph.legend.none')}</span>`
    }
  </div>`;
}

/** Where the whole graph is shown in small; `Backdrop` paints it. */
export function overviewFrame(travel: (e: PointerEvent) => void): TemplateResult {
  return html`<div
    class="overview"
    aria-hidden="true"
    hidden
    @pointerdown=${(e: PointerEvent) => {
      (e.currentTarget as Element).setPointerCapture(e.pointerId);
      travel(e);
    }}
    @pointermove=${(e: PointerEvent) => e.buttons === 1 && travel(e)}
  >
    <canvas></canvas>
    <div class="overview-frame"></div>
  </div>`;
}
