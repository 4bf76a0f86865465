/** An episode to watch: how the policy acts now, and which part of each state made it act so. */
import { html, nothing } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import { formatNumber } from '../logic/numbers';
import type { EpisodeProperties } from '../parts/episode';
import { t } from '../strings';
import { condition, type InquiryView } from './inquiry';

/** Whether the run learned in an environment. */
export function acts({ run }: Pick<PanelState, 'run'>): boolean {
  return run?.events.some(e => e.event === 'epoch' && e.valid['mean_return'] !== undefined) ?? false;
}

export const episode: InquiryView<'episode'> = {
  kind: 'episode',
  title: 'episode.title',
  summary: 'episode.summary',
  scope: 'model',
  absent: (_, state) => !acts(state),
  view(c) {
    const { asked, state } = c;
    const busy = asked?.progress !== undefined;
    const answer = asked?.answer;
    const record = state.run?.record;
    const epoch =
      state.run?.events.reduce((n, e) => (e.event === 'epoch' ? Math.max(n, e.epoch) : n), 0) ?? 0;
    const learning = record?.state === 'running';
    const seed = asked?.asked.seed ?? 0;
    const ask = (next: number) => c.ask({ kind: 'episode', seed: next, epoch });
    // While it learns, the newest policy plays. What was given up or went wrong is not asked again unasked.
    const old = asked === undefined || (answer !== undefined && learning && answer.to.epoch < epoch);
    if (old && !busy && asked?.error === undefined) queueMicrotask(() => ask(seed));
    return html`<div class="watch">
      <p class="lead">${t(learning ? 'episode.learning' : 'episode.lead')}</p>
      <div class="inquiry-form">
        <vscode-button ?disabled=${busy} @click=${() => ask(seed + 1)}>${t('episode.another')}</vscode-button>
        ${
          answer
            ? html`<span class="quiet"
                >${t('episode.result', {
                  epoch: answer.value.epoch,
                  steps: answer.value.steps,
                  sum: formatNumber(answer.value.rewards.reduce((a, b) => a + b, 0)),
                })}</span
              >`
            : nothing
        }
      </div>
      ${busy && answer && learning ? nothing : condition(c)}
      ${
        answer
          ? html`<vitrine-episode
              .properties=${
                {
                  episode: answer.value,
                  ...(learning && { next: () => c.redraw() }),
                } satisfies EpisodeProperties
              }
            ></vitrine-episode>`
          : nothing
      }
    </div>`;
  },
};
