/** How training pictures are altered by chance: a form that writes into the experiment file, and shows what comes of it. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { AugmentChoice, AugmentField, Transform } from '../../../src/data/image/augmentChoices';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { Actions } from '../actions';
import { type StringKey, t } from '../strings';

export function augmentation(state: PanelState, actions: Actions): TemplateResult {
  const alters = state.samples?.alters;
  if (!alters || state.samples?.split !== 'train') return html`${nothing}`;
  const { choices, transforms } = alters;
  const busy = state.busy !== undefined;
  const send = (next: readonly Transform[]) => actions.send({ type: 'augment', transforms: next });
  return html`<details class="options augmentation">
    <summary>
      ${t('augment.title')}
      ${transforms.length > 0 ? html`<span class="tag">${t('augment.count', { count: transforms.length })}</span>` : nothing}
    </summary>
    <p class="quiet">${t('augment.lead')}</p>
    <ul class="augment-list">
      ${choices.map(choice => {
        const at = transforms.findIndex(one => one.name === choice.name);
        const own = transforms[at];
        return html`<li>
          <vscode-checkbox
            label=${t(`augment.${choice.name}` as StringKey)}
            title=${`${choice.name}: ${choice.description}`}
            ?checked=${own !== undefined}
            ?disabled=${busy}
            @change=${(e: Event) =>
              send(
                (e.target as HTMLInputElement).checked
                  ? [...transforms, begun(choice)]
                  : transforms.filter(one => one.name !== choice.name),
              )}
          ></vscode-checkbox>
          ${own ? choice.fields.map(f => number(f, own, value => send(transforms.with(at, { ...own, [f.name]: value })), busy)) : nothing}
        </li>`;
      })}
    </ul>
  </details>`;
}

/** Strengths of 0 would change nothing. */
function begun({ name, fields }: AugmentChoice): Transform {
  const idle = fields.every(f => f.default === 0);
  return { name, ...Object.fromEntries(fields.map(f => [f.name, idle ? 0.2 : f.default])) };
}

function number(
  f: AugmentField,
  own: Transform,
  set: (value: number) => void,
  busy: boolean,
): TemplateResult {
  return html`<label class="augment-field"
    >${t(`augment.field.${f.name}` as StringKey)}
    <input
      type="number"
      min=${f.minimum}
      max=${f.maximum}
      step=${f.whole ? 1 : 'any'}
      ?disabled=${busy}
      .value=${live(`${own[f.name] ?? f.default}`)}
      @change=${(e: Event) => {
        const input = e.target as HTMLInputElement;
        // What is no number, or none that is taken, is not written.
        if (input.value !== '' && input.checkValidity()) set(Number(input.value));
        else input.reportValidity();
      }}
    />
  </label>`;
}
