/** The same prediction explained by several methods, side by side: where they agree, and which may be trusted. */
import { html, nothing } from 'lit';
import type { MethodChoice } from '../../../src/editor/panelProtocol';
import { ofInput } from '../../../src/explain/figure';
import { currentMethod } from '../actions';
import { t } from '../strings';
import { condition, type InquiryView, keep } from './inquiry';
import { strip } from './strip';

/** More do not stand beside each other. */
const most = 6;

/** Which ones stand there first, of those that suit: they go different ways. */
const first = ['grad_cam', 'occlusion', 'kernel_shap', 'feature_ablation', 'saliency', 'lime'];
const firstShown = 4;

/** By run. */
const choices = new Map<string, readonly string[]>();

export const methodsBeside: InquiryView<'methodsBeside'> = {
  kind: 'methodsBeside',
  title: 'beside.title',
  summary: 'beside.summary',
  scope: 'prediction',
  view(c) {
    const { subject, asked, state, settings } = c;
    if (!subject) return html`${nothing}`;
    const run = state.run?.record.id ?? '';
    const { row } = subject.sample;
    const suited = state.methods.filter(m => m.scope === 'prediction' && m.unsuited === undefined);
    const chosen = choices.get(run) ?? firstOf(suited, currentMethod(state, settings));
    const toggle = (id: string) => {
      keep(choices, run, chosen.includes(id) ? chosen.filter(m => m !== id) : [...chosen, id].slice(-most));
      c.redraw();
    };
    const answer = asked?.answer?.to.row === row ? asked.answer.value : undefined;
    const titleOf = (id: string) => state.methods.find(m => m.id === id)?.title ?? id;
    const shown =
      answer?.flatMap(a => ('explanation' in a && ofInput(a.explanation) ? [a.explanation] : [])) ?? [];
    return html`<div class="beside-methods">
      <p class="lead">${t('beside.lead', { most })}</p>
      <fieldset class="chips">
        <legend>${t('beside.methods')}</legend>
        ${suited.map(
          m => html`<button
            class="chip"
            title=${m.summary}
            aria-pressed=${chosen.includes(m.id)}
            @click=${() => toggle(m.id)}
          >
            ${m.title}
          </button>`,
        )}
      </fieldset>
      <div class="inquiry-form">
        <vscode-button
          ?disabled=${asked?.progress !== undefined || chosen.length === 0}
          @click=${() => c.ask({ kind: 'methodsBeside', row, methods: chosen })}
          >${t('beside.show')}</vscode-button
        >
      </div>
      ${condition(c)}
      ${
        shown.length > 0
          ? strip(subject, {
              title: t('beside.title'),
              target: shown[0]!.target,
              oneUnit: false,
              frames: shown.map(e => ({
                attribution: e.attribution,
                trust: e.trust,
                caption: titleOf(e.method),
                label: t('beside.frame', { method: titleOf(e.method), label: e.target.name }),
              })),
            })
          : nothing
      }
      ${answer?.map(a =>
        'failed' in a
          ? html`<p class="quiet">${titleOf(a.method)}: ${a.failed}</p>`
          : ofInput(a.explanation)
            ? nothing
            : html`<p class="quiet">${t('beside.other', { method: titleOf(a.explanation.method) })}</p>`,
      )}
    </div>`;
  },
};

function firstOf(suited: readonly MethodChoice[], current: string | undefined): readonly string[] {
  const ids = [current, ...first].filter(id => suited.some(m => m.id === id)) as string[];
  return [...new Set(ids)].slice(0, firstShown);
}
