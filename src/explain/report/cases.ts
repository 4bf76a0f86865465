/** The explanations of a report: single cases and the model as a whole, each with its trust. */
import type { Dataset } from '../../data/dataset';
import { nameOf } from '../../names/names';
import { formatNumber } from '../answers/predict';
import { figureSvg } from '../drawing/drawing';
import { filePalette, type Palette } from '../drawing/svg';
import type { Explanation } from '../method';
import { isPicture } from '../perturbation/units';
import type { Language } from '../words/words';
import { english } from '../words/words.en';
import { colouredText, picture, signedBars } from './charts';
import { type Html, html, raw, section } from './html';
import type { ReportWords } from './words';

export type ReportExplanation =
  | {
      /** `asked`: by whoever wanted the report. */
      what: 'asked' | 'model' | 'typical' | 'mistake';
      title: string;
      explanation: Explanation;
      input?: ArrayLike<number>;
    }
  | { what: 'failed'; why: string };

type ReportCase = Exclude<ReportExplanation, { what: 'failed' }>;

const shownColumns = 12;

export function explanationCases(
  { explanations: list, dataset }: { explanations: readonly ReportExplanation[]; dataset: Dataset },
  words: ReportWords,
  language: Language,
): Html {
  const w = words.explanations;
  if (list.length === 0) return html``;
  return section(
    'explanations',
    w.title,
    w.lead,
    list.map(item => {
      if (item.what === 'failed') return html`<p>${w.none(item.why)}</p>`;
      const { explanation: e, what } = item;
      const { title } = nameOf('method', e.method, { title: item.title, summary: '' }, language);
      const heading = e.row === null || what === 'model' ? w.model : w[what](e.row);
      const percent = english.percent(e.trust.score);
      return html`<div class="case"><h3>${heading} · ${title} <span class="badge ${e.trust.verdict}">${w.trust(percent, w.verdicts[e.trust.verdict])}</span></h3><p>${e.text}</p>${drawn(item, dataset, words)}<ul class="measures">${e.trust.measures.map(m => html`<li class="${m.verdict}"><span>${m.title}: ${m.text}</span></li>`)}</ul></div>`;
    }),
  );
}

function drawn(item: ReportCase, dataset: Dataset, words: ReportWords): Html {
  const { names, values, shape } = item.explanation.attribution;
  const figures = item.explanation.figures ?? [{ kind: 'input' }];
  if (!figures.some(f => f.kind === 'input'))
    return html`${figures.map(f => html`<figure class="drawn">${f.title && html`<h3>${f.title}</h3>`}${raw(figureSvg(f, item.explanation, palette))}</figure>`)}`;
  if (isPicture(shape)) {
    return html`<div class="pictures">${
      item.input && picture(item.input, dataset.sampleShape, false, words.explanations.input)
    }${picture(values, shape, true, words.explanations.attribution)}</div>`;
  }
  const tokens = tokensOf(item, dataset);
  const order = values
    .map((_, i) => i)
    .filter(i => tokens?.[i] !== '')
    .sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
  const row = item.explanation.row;
  const raws = row === null ? undefined : dataset.raw(row).values;
  const note = (name: string) => {
    const value = raws && Object.hasOwn(raws, name) ? raws[name] : undefined;
    return value === undefined || value === null
      ? ''
      : `= ${typeof value === 'number' ? formatNumber(value) : value}`;
  };
  return html`${tokens && colouredText(tokens, values)}${signedBars(
    order.slice(0, shownColumns).map(i => {
      const name = names?.[i] ?? String(i);
      return { name, value: values[i]!, note: note(name) };
    }),
  )}${order.length > shownColumns && html`<small>${words.explanations.more(order.length - shownColumns)}</small>`}`;
}

/** A text's tokens, "" where it is filled up. */
function tokensOf({ input, explanation }: ReportCase, dataset: Dataset): readonly string[] | undefined {
  if (!input || !dataset.entryNames) return undefined;
  const data = Float32Array.from(input);
  const tokens = dataset.entryNames({ shape: [1, ...dataset.sampleShape], data });
  return tokens.length === explanation.attribution.values.length ? tokens : undefined;
}

/** Colours of the page, light, dark and printed. */
const palette: Palette = {
  for: 'var(--pos)',
  against: 'var(--neg)',
  back: 'var(--wash)',
  ink: 'var(--ink)',
  quiet: 'var(--soft)',
  paper: 'var(--card)',
  groups: filePalette.groups,
};
