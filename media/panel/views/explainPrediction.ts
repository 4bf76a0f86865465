/** What the model says, and what the method says of itself. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../../../src/explain/method';
import { visible } from '../../../src/explain/words/visible';
import { isOfClass } from '../actions';
import { rankClasses } from '../logic/attribution';
import { formatNumber, formatPercent, formatValue } from '../logic/numbers';
import { named, t } from '../strings';
import { type ExplainContext, explainedSample } from './explainContext';
import { boxList } from './explainMedia';
import { mark } from './sampleGrid';

export function prediction(e: Explanation, c: ExplainContext): TemplateResult {
  if (e.row === null) return html`${nothing}`;
  const source = explainedSample(e, c.state);
  const target = source?.target ?? c.state.samples?.target;
  const truth = source?.sample.target;
  if (source?.target.boxes) return boxList(e, source, c);
  // Speech is heard beside the picture of its sound.
  if (source?.target.spoken) return html`${nothing}`;
  const { probabilities, label, output } = e.prediction;
  const correct =
    source?.sample.prediction?.correct ?? (truth == null || !probabilities ? null : `${truth}` === label);
  if (!probabilities || probabilities.length === 0) {
    return html`<section class="prediction">
      <h3 class="part">${t('explain.prediction')}</h3>
      <p class="big">${formatNumber(output[0], 4)}</p>
      ${truth == null ? nothing : html`<p class="quiet">${t('explain.true')} <span class="mono">${formatValue(truth)}</span></p>`}
    </section>`;
  }
  const classes = target?.classes;
  // One output through a sigmoid: the probability of the second class.
  const all =
    probabilities.length === 1 && classes?.length === 2
      ? [1 - probabilities[0]!, probabilities[0]!]
      : probabilities;
  const nameOf = (i: number) => classes?.[i] ?? (i === e.target.index ? e.target.name : `${i}`);
  const tokens = target?.perPosition || target?.writes;
  const ranked = rankClasses(all, 6, [e.target.index]);
  return html`<section class="prediction">
    <h3 class="part">${t('explain.prediction')} ${mark(correct)}</h3>
    <ul class="classes">
      ${ranked.map(({ index, probability }) => {
        const name = nameOf(index);
        const tags = [
          name === label ? t('explain.predicted') : '',
          truth != null && `${truth}` === name ? t('explain.true') : '',
          index === e.target.index && name !== label ? t('explain.explained') : '',
        ].filter(Boolean);
        return html`<li>
          <button
            class=${`class-bar${index === e.target.index ? ' on' : ''}`}
            aria-pressed=${index === e.target.index}
            title=${t('explain.explainClass', { name })}
            @click=${() => c.actions.explain({ method: e.method, row: e.row!, target: index })}
          >
            <span class="class-name">${tokens ? visible(name) : name}</span>
            <span class="class-track"><span .style=${`width: ${(probability * 100).toFixed(2)}%`}></span></span>
            <span class="mono">${formatPercent(probability)}</span>
            <span class="tags">${tags.map(tag => html`<span class="tag">${tag}</span>`)}</span>
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}

/** Which class a method about the whole model speaks of, and the others to choose from. */
export function classChooser(e: Explanation, { state, actions }: ExplainContext): TemplateResult {
  const { classes, boxes } = (state.explained ?? state.samples)?.target ?? {};
  if (
    e.row !== null ||
    !classes ||
    boxes ||
    classes.length < 2 ||
    !isOfClass(state, e.method, e.options ?? {})
  )
    return html`${nothing}`;
  return html`<section class="class-chooser">
    <label for="explained-class">${t('explain.class')}</label>
    <select
      id="explained-class"
      class="class-choice"
      ?disabled=${state.busy !== undefined && !e.trust.pending}
      @change=${(ev: Event) =>
        actions.explain({ method: e.method, target: Number((ev.target as HTMLSelectElement).value) })}
    >
      ${classes.map((name, i) => html`<option value=${i} .selected=${i === e.target.index}>${name}</option>`)}
    </select>
  </section>`;
}

/** Places in lists that a reader does not see; the sentence names what stands there. */
export const indices: ReadonlySet<string> = new Set(['metric', 'column', 'rival']);

export function facts(e: Explanation): TemplateResult {
  const all = Object.entries(e.facts ?? {}).filter(([name]) => !indices.has(name));
  if (all.length === 0) return html`${nothing}`;
  return html`<section class="facts">
    <h3 class="part">${t('explain.facts')}</h3>
    <dl>
      ${all.map(
        ([name, value]) => html`<div>
          <dt>${named(`fact:${name}`, words(name))}</dt>
          <dd class="mono">${formatValue(value)}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}

function words(name: string): string {
  const text = name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
