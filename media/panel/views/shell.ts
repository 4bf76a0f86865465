/** The frame around the views: what is looked at, the tabs, what is under way and what went wrong. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState, PanelView } from '../../../src/editor/panelProtocol';
import { parameterCount } from '../../../src/model/elements';
import type { History } from '../../../src/train/runs/history';
import type { Actions } from '../actions';
import { formatCount, formatInteger } from '../logic/numbers';
import { icon } from '../parts/icons';
import { t } from '../strings';

const views: readonly PanelView[] = ['architecture', 'training', 'data', 'explain'];

/** The view that was here before, to come back when this one moves. */
let before: { current?: PanelView; last?: PanelView } = {};

export function header(state: PanelState, history: History | undefined, actions: Actions): TemplateResult {
  const { model, view } = state;
  if (before.current !== view)
    before = { current: view, ...(before.current ? { last: before.current } : {}) };
  const count = model && parameterCount(model);
  return html`<header class="top">
    <div class="title">
      <h1>${model?.name ?? state.experiment?.name ?? t('header.noModel')}</h1>
      ${
        count === undefined
          ? nothing
          : html`<span class="quiet" title=${t('header.parameters', { count: formatInteger(count) })}
              >${t('header.parameters', { count: formatCount(count) })}</span
            >`
      }
      ${state.experiment && model ? html`<span class="quiet experiment" title=${state.experiment.path}>${state.experiment.name}</span>` : nothing}
      <span class="grow"></span>
      ${history?.state ? html`<span class=${`run-state ${history.state}`}><span class="dot" aria-hidden="true"></span>${t(`state.${history.state}`)}</span>` : nothing}
      ${state.backend ? html`<span class="quiet backend" title=${t('header.backend', { name: state.backend })}>${state.backend}</span>` : nothing}
    </div>
    <div class="tab-line">
      <div class="tabs" role="tablist" aria-label=${t('tabs.label')} @keydown=${(e: KeyboardEvent) => moveTab(e, state.view, actions)}>
      ${views.map(
        v => html`<button
          id=${`tab-${v}`}
          class="tab"
          role="tab"
          aria-selected=${v === state.view}
          aria-controls="view"
          tabindex=${v === state.view ? 0 : -1}
          @click=${() => actions.view(v)}
        >
          ${t(`tabs.${v}`)}
        </button>`,
      )}
      </div>
      <span class="grow"></span>
      <button
        class="tool"
        title=${t('header.side')}
        aria-label=${t('header.side')}
        @click=${() => actions.send({ type: 'side', view, here: before.last ?? (view === 'architecture' ? 'training' : 'architecture') })}
      >
        ${icon('side')}
      </button>
    </div>
    <div class="under-way" role="status" aria-label=${t('busy.label')}>
      ${
        state.busy
          ? html`<span class="busy-bar" aria-hidden="true"></span><span class="busy-text">${state.busy}</span>`
          : nothing
      }
    </div>
    ${
      state.busy && state.busyCancellable
        ? html`<button class="tool give-up" title=${t('busy.cancel')} aria-label=${t('busy.cancel')} @click=${() => actions.send({ type: 'cancel' })}>
            ${icon('cross')}
          </button>`
        : nothing
    }
  </header>
  ${
    state.error
      ? html`<div class=${state.untrusted ? 'banner restricted' : 'banner'} role="alert">
          ${icon('warning')}
          <div><strong>${t(state.untrusted ? 'error.restricted' : 'error.title')}</strong><span>${state.error}</span>${
            state.untrusted
              ? html`<button class="link" @click=${() => actions.send({ type: 'trust' })}>${t('error.trust')}</button>`
              : nothing
          }</div>
          <button class="tool" title=${t('error.dismiss')} aria-label=${t('error.dismiss')} @click=${() => actions.dismissError()}>
            ${icon('cross')}
          </button>
        </div>`
      : nothing
  }`;
}

function moveTab(e: KeyboardEvent, current: PanelView, actions: Actions): void {
  const at = views.indexOf(current);
  const moves: Record<string, number> = {
    ArrowLeft: (at + views.length - 1) % views.length,
    ArrowRight: (at + 1) % views.length,
    Home: 0,
    End: views.length - 1,
  };
  const to = moves[e.key];
  if (to === undefined) return;
  e.preventDefault();
  actions.view(views[to]!);
  document.getElementById(`tab-${views[to]}`)?.focus();
}
