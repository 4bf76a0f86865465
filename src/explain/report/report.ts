/**
 * A model card as one HTML file (M. Mitchell et al., "Model Cards for Model Reporting", 2019): no scripts, nothing
 * loaded from elsewhere, everything that came from a user's files escaped.
 */
import type { Dataset, Split } from '../../data/dataset';
import type { Model, ModuleInfo } from '../../model/graph';
import { formatNumber, type Prediction } from '../answers/predict';
import { type Calibration, calibrationOf } from '../fairness/calibration';
import { wilson } from '../fairness/intervals';
import type { Fairness } from '../fairness/result';
import type { Language } from '../words/words';
import { english } from '../words/words.en';
import { explanationCases, type ReportExplanation } from './cases';
import { type Line, lineChart, reliabilityChart, scatterChart } from './charts';
import { embed } from './embedded';
import { groupsCompared } from './groups';
import { type Html, html, raw, section } from './html';
import { styles } from './styles';
import { type ReportWords, reportWords } from './words';

/** What a report is made of; numbers and texts as the run has them. */
export interface ReportData {
  model: Model;
  dataset: Dataset;
  run: {
    id: string;
    started: string;
    seconds?: number;
    seed: number;
    backend: string;
    epochs: number;
    epochsDone: number;
    parameters: number;
    dataHash: string;
    /** Metrics of the test rows. */
    test: Readonly<Record<string, number>>;
  };
  /** Titles of metrics by id. */
  metricTitles: Readonly<Record<string, string>>;
  /** By epoch. */
  curves: readonly {
    epoch: number;
    train: Readonly<Record<string, number>>;
    valid: Readonly<Record<string, number>>;
  }[];
  /** Of the test rows. */
  predictions: readonly Prediction[];
  explanations: readonly ReportExplanation[];
  fairness?: Fairness | { failed: string };
  /** Name and text. */
  experiment: { name: string; text: string };
  source?: { name: string; text: string };
  /** Of the program. */
  version: string;
  /** The report's own file name, for the hint. */
  file: string;
}

export type { ReportExplanation } from './cases';

/** The report as text, UTF-8. */
export function renderReport(data: ReportData, language: Language = 'en'): string {
  const words = reportWords[language];
  const { model, dataset } = data;
  const page = html`<!doctype html>
<html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="generator" content="Vitrine ${data.version}"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><title>${model.name} · ${words.kicker}</title><style>${raw(styles)}</style></head>
<body><header><p class="kicker">${words.kicker}</p><h1>${model.name}</h1><p class="lead">${words.lead(model.name, dataset.target.name, dataset.target.kind, dataset.name)}</p></header>
<main>
${headline(data, words)}
${quality(data, words)}
${explanationCases(data, words, language)}
${groupsCompared(data.fairness, words, language)}
${training(data, words)}
${architecture(data, words)}
${aboutData(data, words)}
${again(data, words)}
</main><footer>${words.footer}</footer></body></html>
`;
  return page.text;
}

function headline({ run, dataset, metricTitles, predictions, curves }: ReportData, words: ReportWords): Html {
  const { train, valid, test } = dataset.splits;
  const classes = dataset.target.kind === 'classes';
  const [id, value] = mainMetric(run.test, classes);
  const right = correct(predictions, dataset);
  const interval = id === 'accuracy' ? wilson(right, predictions.length) : undefined;
  return html`<dl class="facts">${
    value !== undefined &&
    html`<div><dt>${metricTitles[id] ?? id}</dt><dd>${metricText(id, value)}<small>${
      interval && words.quality.interval(english.percent(interval[0]), english.percent(interval[1]))
    }</small></dd></div>`
  }<div><dt>${words.facts.parameters}</dt><dd>${grouped(run.parameters)}</dd></div><div><dt>${words.facts.rows}</dt><dd>${grouped(train.length + valid.length + test.length)}<small>${grouped(train.length)} + ${grouped(valid.length)} + ${grouped(test.length)}</small></dd></div><div><dt>${words.facts.epochs}</dt><dd>${curves.length || run.epochsDone}<small>${run.seconds !== undefined && `${formatNumber(Number(run.seconds.toPrecision(3)))} s`}</small></dd></div><div><dt>${words.facts.trained}</dt><dd>${run.started.slice(0, 10)}<small>${words.facts.seed} ${run.seed} · ${run.backend}</small></dd></div></dl>`;
}

function training({ curves, run, metricTitles }: ReportData, words: ReportWords): Html {
  const last = curves.at(-1);
  if (!last) return html``;
  const ids = [...new Set([...Object.keys(last.train), ...Object.keys(last.valid)])];
  const chosen = ['loss', ...ids.filter(id => id !== 'loss')].slice(0, 4);
  const line = (name: string, part: 'train' | 'valid', id: string): Line => ({
    name,
    points: curves.flatMap(c => {
      const y = c[part][id];
      return y !== undefined && Number.isFinite(y) ? [[c.epoch, y] as const] : [];
    }),
  });
  return section(
    'training',
    words.training.title,
    words.training.lead(last.epoch, run.epochs),
    html`<div class="two">${chosen.map(id =>
      lineChart([line(words.split.train, 'train', id), line(words.split.valid, 'valid', id)], {
        x: words.training.epoch,
        y: (metricTitles[id] ?? id).toLowerCase(),
      }),
    )}</div>`,
  );
}

function quality(data: ReportData, words: ReportWords): Html {
  const { dataset, predictions, run, metricTitles } = data;
  const w = words.quality;
  const table = html`<table><thead><tr><th>${w.metric}</th><th class="r">${w.value}</th></tr></thead><tbody>${Object.entries(
    run.test,
  ).map(
    ([id, value]) =>
      html`<tr><td>${metricTitles[id] ?? id}</td><td class="r">${metricText(id, value)}</td></tr>`,
  )}</tbody></table>`;
  if (predictions.length === 0)
    return section(
      'quality',
      w.title,
      dataset.splits.test.length > 0 ? w.lead(dataset.splits.test.length) : w.none,
      table,
    );
  const truth = targetsOf(dataset, 'test');
  if (dataset.target.kind === 'number') {
    const points = predictions
      .slice(0, 1500)
      .map((p, i) => [truth[i]!, p.output[0] ?? 0] as const)
      .filter(p => p.every(Number.isFinite));
    return section(
      'quality',
      w.title,
      w.lead(predictions.length),
      html`<div class="two"><div>${table}</div>${scatterChart(points, { x: w.truth, y: w.said })}</div>`,
    );
  }
  const calibration = confidence(predictions, truth);
  const classes = dataset.target.classes ?? [];
  const few = classes.length <= 5;
  const matrix =
    classes.length <= mostClasses &&
    html`<h3>${w.confusion}</h3><div class="scroll" tabindex="0" role="region" aria-label="${w.confusion}">${confusion(predictions, truth, classes)}</div>`;
  return section(
    'quality',
    w.title,
    w.lead(predictions.length),
    html`<div class="two"><div>${table}${few && matrix}</div><div>${
      calibration &&
      html`<h3>${w.calibration}</h3><small>${w.calibrationLead(english.percent(calibration.expected_calibration_error))}</small>${reliabilityChart(calibration.bins, { x: w.predicted, y: w.observed })}`
    }</div></div>${!few && matrix}`,
  );
}

function confusion(
  predictions: readonly Prediction[],
  truth: ArrayLike<number>,
  classes: readonly string[],
): Html {
  const counts = classes.map(() => new Int32Array(classes.length));
  predictions.forEach((p, i) => {
    counts[truth[i]!]![p.index]!++;
  });
  return html`<table class="matrix"><thead><tr><td></td>${classes.map(c => html`<th title="${c}">${c}</th>`)}</tr></thead><tbody>${counts.map(
    (row, t) => {
      const total = row.reduce((a, b) => a + b, 0);
      return html`<tr><th title="${classes[t]}">${classes[t]}</th>${Array.from(row, (count, s) => {
        const share = total > 0 ? count / total : 0;
        return html`<td class="c${t === s ? ' d' : ''}" style="--v:${Number(share.toFixed(3))}">${count || html`<small>·</small>`}</td>`;
      })}</tr>`;
    },
  )}</tbody></table>`;
}

/** Of the class that is said: its probability, and whether it is right. */
function confidence(predictions: readonly Prediction[], truth: ArrayLike<number>): Calibration | undefined {
  if (!predictions.every(p => p.probabilities)) return undefined;
  return calibrationOf(
    predictions.map((p, i) => (p.index === truth[i] ? 1 : 0)),
    predictions.map(p => p.probabilities![p.index]!),
  );
}

/** Tables of more classes than these are no longer read. */
const mostClasses = 40;

function architecture({ model, run }: ReportData, words: ReportWords): Html {
  const w = words.architecture;
  const leaves = leavesOf(model);
  const sizes = new Map(model.parameters.map(p => [p.name, p.shape.reduce((a, b) => a * b, 1)]));
  const own = leaves.map(m => m.parameters.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0));
  const most = Math.max(1, ...own);
  const uses = new Map<string, number>();
  for (const node of model.nodes) for (const id of node.inputs) uses.set(id, (uses.get(id) ?? 0) + 1);
  const branches = model.nodes.some(n => n.outputs.some(o => (uses.get(o) ?? 0) > 1));
  return section(
    'architecture',
    w.title,
    w.lead(model.name, leaves.length, grouped(run.parameters)),
    leaves.length <= 40 &&
      html`<div class="flow">${leaves.map(
        (m, i) =>
          html`${i > 0 && html`<i>→</i>`}<span class="${own[i]! > 0 ? 'w' : ''}"><b>${m.path || m.type}</b> ${m.path && m.type}</span>`,
      )}</div>`,
    branches && html`<small>${w.branches}</small>`,
    html`<div class="scroll" tabindex="0" role="region" aria-label="${w.layer}"><table><thead><tr><th>${w.layer}</th><th>${w.kind}</th><th>${w.output}</th><th class="r">${w.parameters}</th><td></td></tr></thead><tbody>${leaves.map(
      (m, i) =>
        html`<tr><td><code>${m.path || '·'}</code></td><td>${m.type}<br><small>${m.arguments}</small></td><td><code>${outputOf(model, m)}</code></td><td class="r">${grouped(own[i]!)}</td><td style="width:18%">${own[i]! > 0 && html`<i class="share" style="width:${Number(((own[i]! / most) * 100).toFixed(1))}%"></i>`}</td></tr>`,
    )}</tbody></table></div>`,
  );
}

/** Modules that do the work: those without modules below them, in the order of computation. */
function leavesOf(model: Model): readonly ModuleInfo[] {
  const leaves = model.modules.filter(
    m =>
      m.path !== '' &&
      !model.modules.some(other => other.path.startsWith(`${m.path}.`)) &&
      (m.outputs.length > 0 || m.parameters.length > 0),
  );
  if (leaves.length === 0) return model.modules;
  const order = new Map<string, number>();
  model.nodes.forEach((n, i) => {
    if (!order.has(n.module)) order.set(n.module, i);
  });
  return [...leaves].sort((a, b) => (order.get(a.path) ?? 1e9) - (order.get(b.path) ?? 1e9));
}

function outputOf(model: Model, { outputs }: ModuleInfo): string {
  const shape = model.values[outputs[0] ?? '']?.shape;
  return shape ? `(${shape.join(', ')})` : '';
}

const listedColumns = 40;

function aboutData({ dataset, run }: ReportData, words: ReportWords): Html {
  const w = words.data;
  const { features, target } = dataset;
  const number = (x: number | undefined) => (x === undefined ? '' : formatNumber(x));
  const size = dataset.sampleShape.reduce((a, b) => a * b, 1);
  const shape = `(${dataset.sampleShape.join(', ')})`;
  return section(
    'data',
    w.title,
    '',
    target.classes && !target.untold && target.classes.length <= mostClasses && classTable(dataset, words),
    dataset.notes.length > 0 &&
      html`<h3>${w.notes}</h3><ul class="notes">${dataset.notes.map(n => html`<li>${n}</li>`)}</ul>`,
    // Entries of pictures, sounds and texts are no columns that one could describe.
    dataset.modality === 'image' || features.length === 0 || dataset.entryNames
      ? html`<p>${dataset.entryNames ? w.tokens(size) : w.pixels(size, shape)}</p>`
      : html`<div class="scroll apart" tabindex="0" role="region" aria-label="${w.column}"><table><thead><tr><th>${w.column}</th><th>${w.kind.title}</th><th>${w.typical}</th><th>${w.range}</th><th class="r">${w.missing}</th></tr></thead><tbody>${features
          .slice(0, listedColumns)
          .map(
            f =>
              html`<tr><td>${f.name}</td><td>${w.kind[f.kind]}</td><td>${
                f.kind === 'number'
                  ? `${number(f.mean)}${f.std === undefined ? '' : ` ± ${number(f.std)}`}`
                  : (f.categories?.[0] ?? '')
              }</td><td>${
                f.kind === 'number'
                  ? `${number(f.min)} – ${number(f.max)}`
                  : `${f.categories?.slice(0, 8).join(', ') ?? ''}${(f.categories?.length ?? 0) > 8 ? ', …' : ''}`
              }</td><td class="r">${f.missing || ''}</td></tr>`,
          )}</tbody></table>${features.length > listedColumns && html`<small>${w.more(features.length - listedColumns)}</small>`}</div>`,
    html`<p><small>${words.again.fields.hash}: <code>${run.dataHash}</code></small></p>`,
  );
}

function classTable(dataset: Dataset, words: ReportWords): Html {
  const classes = dataset.target.classes!;
  const parts = (['train', 'valid', 'test'] as const).filter(s => dataset.splits[s].length > 0);
  const counts = parts.map(split => {
    const out = new Int32Array(classes.length);
    for (const t of targetsOf(dataset, split)) out[t]!++;
    return out;
  });
  return html`<h3>${words.data.classes}</h3><table><thead><tr><th>${dataset.target.name}</th>${parts.map(p => html`<th class="r">${words.split[p]}</th>`)}<td></td></tr></thead><tbody>${classes.map(
    (name, c) => {
      const share = counts[0]![c]! / Math.max(1, dataset.splits[parts[0]!].length);
      return html`<tr><td>${name}</td>${counts.map(n => html`<td class="r">${grouped(n[c]!)}</td>`)}<td style="width:30%"><i class="share" style="width:${Number((share * 100).toFixed(1))}%"></i></td></tr>`;
    },
  )}</tbody></table>`;
}

function again(
  { run, dataset, experiment, source, version, file, model }: ReportData,
  words: ReportWords,
): Html {
  const w = words.again;
  const fields: readonly (readonly [string, string])[] = [
    [w.fields.run, run.id],
    [w.fields.started, run.started],
    [w.fields.seed, String(run.seed)],
    [w.fields.backend, run.backend],
    [w.fields.program, version],
    [w.fields.experiment, experiment.name],
    [w.fields.model, source?.name ?? model.name],
    [w.fields.data, dataset.name],
    [w.fields.hash, run.dataHash],
  ];
  return section(
    'again',
    w.title,
    w.lead,
    html`<table><tbody>${fields.map(([name, value]) => html`<tr><th>${name}</th><td><code>${value}</code></td></tr>`)}</tbody></table><h3>${w.experiment}</h3>${embed('vitrine-experiment', experiment)}`,
    source && html`<h3>${w.source}</h3><small>${w.sourceChanged}</small>${embed('vitrine-source', source)}`,
    html`<p><small><code>${w.extract(file)}</code></small></p>`,
  );
}

function targetsOf(dataset: Dataset, split: Split): ArrayLike<number> & Iterable<number> {
  const rows = dataset.splits[split];
  return rows.length > 0 ? dataset.batch(rows).targets.data : new Int32Array(0);
}

function correct(predictions: readonly Prediction[], dataset: Dataset): number {
  const truth = targetsOf(dataset, 'test');
  return predictions.filter((p, i) => p.index === truth[i]).length;
}

function mainMetric(test: Readonly<Record<string, number>>, classes: boolean): [string, number | undefined] {
  const id = (classes ? ['accuracy'] : ['r2', 'mae']).find(m => m in test) ?? 'loss';
  return [id, test[id]];
}

function metricText(id: string, value: number): string {
  return /accuracy|recall|precision|f1/.test(id)
    ? english.percent(value)
    : formatNumber(Number(value.toPrecision(4)));
}

function grouped(n: number): string {
  return n.toLocaleString('en-US');
}
