/** How the answer for this sample, and the reasons for it, came about over the training. */
import { html, nothing } from 'lit';
import { currentMethod } from '../actions';
import { t } from '../strings';
import { condition, type InquiryView } from './inquiry';
import { strip } from './strip';

export const filmstrip: InquiryView<'filmstrip'> = {
  kind: 'filmstrip',
  title: 'filmstrip.title',
  summary: 'filmstrip.summary',
  scope: 'prediction',
  view(c) {
    const { subject, asked, state, settings } = c;
    if (!subject) return html`${nothing}`;
    const row = subject.sample.row;
    const method = currentMethod(state, settings);
    const title = state.methods.find(m => m.id === method)?.title ?? method;
    const answer = asked?.answer?.to.row === row ? asked.answer.value : undefined;
    const caption = (epoch: number) =>
      epoch === 0 ? t('filmstrip.untrained') : t('filmstrip.epoch', { epoch });
    return html`<div class="filmstrip">
      <p class="lead">${t('filmstrip.lead')}</p>
      <div class="inquiry-form">
        <vscode-button
          ?disabled=${asked?.progress !== undefined || !method}
          @click=${() => method && c.ask({ kind: 'filmstrip', row, method })}
          >${t('filmstrip.show', { method: title ?? '' })}</vscode-button
        >
      </div>
      ${condition(c)}
      ${
        answer
          ? strip(subject, {
              title: t('filmstrip.title'),
              target: answer.target,
              oneUnit: true,
              frames: answer.frames.map(f => ({
                ...f,
                caption: caption(f.epoch),
                label: t('filmstrip.frame', { epoch: f.epoch, label: f.prediction.label }),
              })),
            })
          : nothing
      }
    </div>`;
  },
};
