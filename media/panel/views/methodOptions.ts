/** What can be chosen of the explained method, as a form built from its schema; folded while all is as usual. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { MethodChoice, PanelState } from '../../../src/editor/panelProtocol';
import type { OptionField, OptionValue } from '../../../src/explain/optionFields';
import { chosenMethod } from '../actions';
import { icon } from '../parts/icons';
import { withOption } from '../store';
import { t } from '../strings';
import type { ExplainContext } from './explainContext';

/** The method that is explained, or would be. */
function methodShown({ state, settings }: ExplainContext): MethodChoice | undefined {
  const chosen = chosenMethod(state, settings);
  return state.methods.find(m => m.id === chosen);
}

export function methodOptions(c: ExplainContext): TemplateResult {
  const { state, settings, actions } = c;
  const method = methodShown(c);
  if (!method || method.options.length === 0) return html`${nothing}`;
  const own = settings.options[method.id] ?? {};
  const changed = Object.keys(own).length;
  const ask = () => actions.explain({ method: method.id });
  return html`<details
    class="options"
    ?open=${settings.optionsOpen}
    @toggle=${(e: Event) => {
      const { open } = e.target as HTMLDetailsElement;
      if (open !== settings.optionsOpen) actions.set({ optionsOpen: open });
    }}
  >
    <summary>${t('options.title')}${changed > 0 ? html` <span class="tag">${t(changed === 1 ? 'options.changed.one' : 'options.changed', { count: changed })}</span>` : nothing}</summary>
    <form
      @submit=${(e: Event) => {
        e.preventDefault();
        ask();
      }}
    >
      ${method.options.map(f => field(f, own[f.name], method.id, c))}
      <div class="option-actions">
        <vscode-button
          ?disabled=${state.busy !== undefined && !state.explanation?.trust.pending}
          @click=${ask}
          >${t('options.apply')}</vscode-button>
        ${
          changed > 0
            ? html`<vscode-button
                secondary
                @click=${() => actions.set({ options: { ...settings.options, [method.id]: {} } })}
                >${t('options.reset')}</vscode-button
              >`
            : nothing
        }
      </div>
    </form>
  </details>`;
}

function field(
  f: OptionField,
  given: OptionValue | undefined,
  method: string,
  { state, settings, actions }: ExplainContext,
): TemplateResult {
  const id = `option-${f.name}`;
  const set = (value: OptionValue | undefined) => {
    const same = JSON.stringify(value) === JSON.stringify(f.default);
    const { options } = withOption(settings, method, f.name, same ? undefined : value);
    actions.set({ options });
  };
  const value = given ?? f.default;
  const described = { title: f.description };
  if (f.kind === 'boolean')
    return html`<div class="option check">
      <vscode-checkbox
        label=${f.title}
        title=${described.title}
        ?checked=${value === true}
        @change=${(e: Event) => set((e.target as HTMLInputElement).checked)}
      ></vscode-checkbox>
      <p class="quiet">${f.description}</p>
    </div>`;
  return html`<div class="option">
    <label for=${id}>${f.title}</label>
    ${control(f, id, value, set, state)}
    ${
      f.from === 'examples'
        ? html`<button
            type="button"
            class="tool text"
            @click=${() => actions.send({ type: 'chooseExamples', method, option: f.name })}
          >
            ${icon('folder')}${t('options.folder')}
          </button>`
        : nothing
    }
    <p class="quiet" id=${`${id}-what`}>${f.description}</p>
  </div>`;
}

function control(
  f: OptionField,
  id: string,
  value: OptionValue,
  set: (value: OptionValue | undefined) => void,
  state: PanelState,
): TemplateResult {
  const changed = (e: Event) => set(read(f, (e.target as HTMLInputElement).value));
  const what = `${id}-what`;
  if (f.choices)
    return html`<select id=${id} aria-describedby=${what} @change=${changed}>
      ${f.choices.map(choice => html`<option value=${choice} .selected=${choice === value}>${choice}</option>`)}
    </select>`;
  if (f.kind === 'integer' || f.kind === 'number')
    return html`<input
      id=${id}
      type="number"
      aria-describedby=${what}
      step=${f.kind === 'integer' ? 1 : 'any'}
      min=${f.minimum ?? nothing}
      max=${f.maximum ?? nothing}
      .value=${live(String(value))}
      @change=${changed}
    />`;
  const known = f.from === undefined ? [] : suggestions(f.from, state);
  return html`<input
      id=${id}
      type="text"
      spellcheck="false"
      aria-describedby=${what}
      list=${known.length > 0 ? `${id}-known` : nothing}
      placeholder=${t('options.usual')}
      .value=${live(Array.isArray(value) ? value.join(', ') : String(value))}
      @change=${changed}
    />${
      known.length > 0
        ? html`<datalist id=${`${id}-known`}>${known.map(name => html`<option value=${name}></option>`)}</datalist>`
        : nothing
    }`;
}

/** What was typed, as the schema has it; undefined where the field was emptied. */
export function read(f: OptionField, text: string): OptionValue | undefined {
  const trimmed = text.trim();
  if (f.kind === 'integer' || f.kind === 'number') {
    const number = Number(trimmed);
    return trimmed === '' || !Number.isFinite(number) ? undefined : number;
  }
  if (f.kind !== 'list') return trimmed;
  const parts = trimmed.split(/[,，;；]\s*/).filter(Boolean);
  return parts.every(p => Number.isFinite(Number(p))) ? parts.map(Number) : parts;
}

function suggestions(from: NonNullable<OptionField['from']>, state: PanelState): readonly string[] {
  if (from === 'modules') return (state.model?.modules ?? []).map(m => m.path).filter(Boolean);
  if (from === 'columns') {
    const features = (state.explained ?? state.samples)?.features ?? [];
    return [...new Set(features.map(f => f.from ?? f.name))];
  }
  return [];
}
