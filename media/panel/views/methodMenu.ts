/** The methods and questions that one may choose among. */
import { html, nothing, type TemplateResult } from 'lit';
import type { MethodChoice } from '../../../src/editor/panelProtocol';
import { chosenMethod, isUntrained } from '../actions';
import { inquiries } from '../inquiries/index';
import { icon } from '../parts/icons';
import { t } from '../strings';
import type { ExplainContext } from './explainContext';

export function methodPicker(c: ExplainContext): TemplateResult {
  const { state, actions } = c;
  const row = state.selection.row;
  const untrained = isUntrained(state);
  return html`${methodMenu(c)}<nav class="methods" aria-label=${t('explain.methods')}>
    ${(['prediction', 'model'] as const).map(scope => {
      const needsRow = scope === 'prediction' && row === undefined;
      const methods = state.methods.filter(m => m.scope === scope);
      const unsuited = methods.filter(m => m.unsuited !== undefined);
      return html`<section>
        <h2 class="part">
          ${t(`explain.scope.${scope}`)}
          ${scope === 'prediction' && row !== undefined ? html`<span class="quiet">${t('explain.row', { row })}</span>` : nothing}
        </h2>
        ${offered(scope, c.state).map(i => inquiryItem(i, c, needsRow))}
        <h3 class="group quiet">${t('explain.reasons')}</h3>
        ${methods.filter(m => m.unsuited === undefined).map(m => methodItem(m, c, needsRow))}
        ${
          unsuited.length === 0
            ? nothing
            : html`<details>
                <summary>${t(unsuited.length === 1 ? 'explain.unsuited.one' : 'explain.unsuited', { count: unsuited.length })}</summary>
                ${unsuited.map(m => html`<p class="unsuited" title=${m.unsuited!}>${m.title}</p>`)}
              </details>`
        }
      </section>`;
    })}
    ${
      untrained
        ? nothing
        : html`<button class="tool text report" @click=${() => actions.send({ type: 'report' })}>${icon('save')}${t('explain.report')}</button>`
    }
  </nav>`;
}

function methodItem(m: MethodChoice, c: ExplainContext, needsRow: boolean): TemplateResult {
  const on = c.settings.inquiry === '' && c.state.explanation?.method === m.id;
  return html`<button
    class=${on ? 'method on' : 'method'}
    aria-pressed=${on}
    ?disabled=${isUntrained(c.state) || needsRow}
    title=${needsRow ? t('explain.needsRow') : m.summary}
    @click=${() => c.actions.explain({ method: m.id })}
  >
    <span class="method-title">${m.title}</span>
    <span class="method-summary">${m.summary}</span>
  </button>`;
}

/** Questions that make sense for what is shown. */
function offered(scope: 'prediction' | 'model', state: ExplainContext['state']) {
  return inquiries.filter(i => i.scope === scope && !i.absent?.(undefined, state));
}

function inquiryItem(i: (typeof inquiries)[number], c: ExplainContext, needsRow: boolean): TemplateResult {
  const on = c.settings.inquiry === i.kind;
  return html`<button
    class=${on ? 'method on' : 'method'}
    aria-pressed=${on}
    ?disabled=${isUntrained(c.state) || needsRow}
    title=${needsRow ? t('explain.needsRow') : t(i.summary)}
    @click=${() => c.actions.set({ inquiry: i.kind })}
  >
    <span class="method-title">${t(i.title)}</span>
    <span class="method-summary">${t(i.summary)}</span>
  </button>`;
}

/** The same choice in one line, for where the list would push the explanation out of sight. */
export function methodMenu({ state, settings, actions }: ExplainContext): TemplateResult {
  const { row } = state.selection;
  const untrained = isUntrained(state);
  const chosen = chosenMethod(state, settings);
  const asked = inquiries.find(i => i.kind === settings.inquiry);
  const summary = asked ? t(asked.summary) : state.methods.find(m => m.id === chosen)?.summary;
  return html`<div class="method-menu">
    <label for="method-menu">${t('explain.methods')}</label>
    <select
      id="method-menu"
      ?disabled=${untrained}
      @change=${(e: Event) => {
        const { value } = e.target as HTMLSelectElement;
        const inquiry = inquiries.find(i => `?${i.kind}` === value);
        if (inquiry) actions.set({ inquiry: inquiry.kind });
        else actions.explain({ method: value });
      }}
    >
      ${(['prediction', 'model'] as const).map(
        scope => html`<optgroup
          label=${
            scope === 'prediction' && row !== undefined
              ? `${t('explain.scope.prediction')} (${t('explain.row', { row })})`
              : t(`explain.scope.${scope}`)
          }
        >
          ${state.methods
            .filter(m => m.scope === scope && m.unsuited === undefined)
            .map(
              m => html`<option
                value=${m.id}
                ?disabled=${scope === 'prediction' && row === undefined}
                .selected=${settings.inquiry === '' && m.id === chosen}
              >
                ${m.title}
              </option>`,
            )}
          ${offered(scope, state).map(
            i => html`<option
                value=${`?${i.kind}`}
                ?disabled=${scope === 'prediction' && row === undefined}
                .selected=${settings.inquiry === i.kind}
              >
                ${t(i.title)}
              </option>`,
          )}
        </optgroup>`,
      )}
    </select>
    ${summary ? html`<p class="quiet">${summary}</p>` : nothing}
  </div>`;
}
