/** What would have to be different for another answer: few, small, plausible changes, under the reader's constraints. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Cell } from '../../../src/editor/inquiryProtocol';
import type { CounterfactualResult } from '../../../src/explain/counterfactual/counterfactual';
import { formatNumber, formatPercent, formatValue } from '../logic/numbers';
import { icon } from '../parts/icons';
import { t } from '../strings';
import { condition, type InquiryContext, type InquiryView, keep } from './inquiry';
import { tryCells } from './whatIf';

type Context = InquiryContext<'counterfactual'>;
type Rule = 'free' | 'fixed' | 'increase' | 'decrease';

/** By run: which columns may change how. People do not grow younger, whichever row is looked at. */
const rules = new Map<string, Record<string, Rule>>();
const targets = new Map<string, string>();

export const counterfactual: InquiryView<'counterfactual'> = {
  kind: 'counterfactual',
  title: 'counterfactual.title',
  summary: 'counterfactual.summary',
  scope: 'prediction',
  unsuited: subject => (subject && subject.modality !== 'table' ? t('inquiry.tablesOnly') : undefined),
  view(c) {
    const { subject, asked } = c;
    if (!subject) return html`${nothing}`;
    const row = subject.sample.row;
    const answer = asked?.answer?.to.row === row ? asked.answer.value : undefined;
    return html`<div class="counterfactual">
      <p class="lead">${t('counterfactual.lead')}</p>
      ${form(c, row)} ${condition(c)} ${answer ? result(c, answer, row) : nothing}
    </div>`;
  },
};

function runOf(c: Context): string {
  return c.state.run?.record.id ?? '';
}

function form(c: Context, row: number): TemplateResult {
  const { subject } = c;
  const { target, features } = subject!;
  const chosen = rules.get(runOf(c)) ?? {};
  const sensitive = subject!.sensitive ?? [];
  const ruleOf = (name: string): Rule => chosen[name] ?? (sensitive.includes(name) ? 'fixed' : 'free');
  const set = features.filter(f => ruleOf(f.name) !== 'free').length;
  const wanted = targets.get(runOf(c)) ?? '';
  const ask = () => {
    const of = (rule: Rule) => Object.keys(chosen).filter(name => chosen[name] === rule);
    c.ask({
      kind: 'counterfactual',
      row,
      ...(wanted === '' ? {} : { target: wanted }),
      fixed: of('fixed'),
      increase: of('increase'),
      decrease: of('decrease'),
      free: of('free'),
    });
  };
  const choose = (name: string, rule: Rule) => {
    keep(rules, runOf(c), { ...chosen, [name]: rule });
    c.redraw();
  };
  return html`<div class="inquiry-form">
      <label
        >${t('counterfactual.wanted')}
        ${
          target.kind === 'classes'
            ? html`<select
                @change=${(e: Event) => {
                  keep(targets, runOf(c), (e.target as HTMLSelectElement).value);
                  c.redraw();
                }}
              >
                <option value="" .selected=${wanted === ''}>${t('counterfactual.runnerUp')}</option>
                ${target.classes?.map(name => html`<option value=${name} .selected=${name === wanted}>${name}</option>`)}
              </select>`
            : html`<input
                type="text"
                placeholder=">200"
                .value=${wanted}
                @change=${(e: Event) => {
                  keep(targets, runOf(c), (e.target as HTMLInputElement).value.trim());
                  c.redraw();
                }}
              />`
        }
      </label>
      <vscode-button ?disabled=${c.asked?.progress !== undefined} @click=${ask}>${t('counterfactual.search')}</vscode-button>
    </div>
    <details class="constraints">
      <summary>
        ${t('counterfactual.constraints')}
        <span class="quiet">${set === 0 ? t('counterfactual.noConstraints') : t('counterfactual.constrained', { count: set })}</span>
      </summary>
      <div class="constraint-list">
        ${features.map(
          f => html`<label
            ><span title=${f.name}>${f.name}${sensitive.includes(f.name) ? html` <span class="quiet">${t('counterfactual.sensitive')}</span>` : nothing}</span>
            <select @change=${(e: Event) => choose(f.name, (e.target as HTMLSelectElement).value as Rule)}>
              ${(['free', 'fixed', 'increase', 'decrease'] as const)
                .filter(rule => f.kind === 'number' || rule === 'free' || rule === 'fixed')
                .map(
                  rule =>
                    html`<option value=${rule} .selected=${ruleOf(f.name) === rule}>
                      ${t(`counterfactual.rule.${rule}`)}
                    </option>`,
                )}
            </select></label
          >`,
        )}
      </div>
    </details>`;
}

function result(c: Context, r: CounterfactualResult, row: number): TemplateResult {
  const found = r.counterfactuals;
  const columns = [...new Set(found.flatMap(f => Object.keys(f.changes)))];
  const said = (p: CounterfactualResult['prediction']) =>
    p.probability === undefined ? formatNumber(p.output[0], 4) : `${p.label} ${formatPercent(p.probability)}`;
  const few = columns.length <= 6;
  return html`${few || found.length === 0 ? html`<p class="sentence">${r.text}</p>` : nothing}
    ${
      found.length === 0
        ? nothing
        : html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t('counterfactual.title')}>
            <table class="options">
              <thead>
                <tr>
                  <th scope="col">${t('explain.column')}</th>
                  <th scope="col" class="num">${t('counterfactual.now')}</th>
                  ${found.map((_, i) => html`<th scope="col" class="num">${t('counterfactual.option', { number: i + 1 })}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${columns.map(name => {
                  const from = found.find(f => f.changes[name])!.changes[name]!.from;
                  return html`<tr>
                    <th scope="row" title=${name}>${name}</th>
                    <td class="num quiet">${formatValue(from)}</td>
                    ${found.map(f => {
                      const change = f.changes[name];
                      return change
                        ? html`<td class="num changed">${arrow(change)} ${formatValue(change.to)}</td>`
                        : html`<td class="num quiet">·</td>`;
                    })}
                  </tr>`;
                })}
              </tbody>
              <tfoot>
                <tr>
                  <th scope="row">${t('explain.prediction')}</th>
                  <td class="num">${said(r.prediction)}</td>
                  ${found.map(f => html`<td class="num"><strong>${said(f.prediction)}</strong></td>`)}
                </tr>
                <tr>
                  <th scope="row" title=${t('counterfactual.distance.help')}>${t('counterfactual.distance')}</th>
                  <td></td>
                  ${found.map(f => html`<td class="num mono">${formatNumber(f.distance)}</td>`)}
                </tr>
                <tr>
                  <th scope="row" title=${t('counterfactual.plausible.help')}>${t('counterfactual.plausible')}</th>
                  <td></td>
                  ${found.map(
                    f =>
                      html`<td class="num">
                        ${icon(f.plausible ? 'good' : 'fair')} ${t(f.plausible ? 'counterfactual.yes' : 'counterfactual.unusual')}
                      </td>`,
                  )}
                </tr>
                <tr>
                  <th scope="row"><span class="hidden">${t('counterfactual.try')}</span></th>
                  <td></td>
                  ${found.map(
                    f =>
                      html`<td class="num">
                        <button
                          class="link"
                          @click=${() => {
                            tryCells(
                              runOf(c),
                              row,
                              Object.fromEntries(Object.entries(f.changes).map(([k, v]) => [k, v.to])),
                            );
                            c.actions.set({ inquiry: 'whatIf' });
                          }}
                        >
                          ${t('counterfactual.try')}
                        </button>
                      </td>`,
                  )}
                </tr>
              </tfoot>
            </table>
          </div>`
    }
    ${
      few || found.length === 0
        ? nothing
        : html`<details><summary>${t('counterfactual.words')}</summary><p class="sentence">${r.text}</p></details>`
    }
    ${r.notes.map(note => html`<p class="quiet">${note}</p>`)}`;
}

function arrow({ from, to }: { from: Cell; to: Cell }): string {
  if (typeof from !== 'number' || typeof to !== 'number') return '→';
  return to > from ? '↑' : '↓';
}
