/** The report of a trained run: gathers what it is made of. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import packageJson from '../../../package.json';
import type { Engine } from '../../engine/engine';
import { type Prediction, predict } from '../../explain/answers/predict';
import { type ExplainCall, explain } from '../../explain/explain';
import { assessFairness } from '../../explain/fairness/fairness';
import { methodById, suitability } from '../../explain/registry';
import { type ReportData, type ReportExplanation, renderReport } from '../../explain/report/report';
import { usualMethod } from '../../explain/usual';
import type { Language } from '../../explain/words/words';
import { lossSpec } from '../../formats/experiment/write';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { metrics } from '../../train/metricRegistry';
import { openRun } from '../../train/open/openRun';
import { readRun, readRunExperiment } from '../../train/runs/runs';
import { writtenFor } from './explainRow';

/** A model's source larger than this is not put into the report. */
const maxSource = 400_000;

export interface ReportRequest {
  run: string;
  /** The file that it will be written to, for its hint. */
  name: string;
  language?: Language;
  /** Predictions, or with no row the whole model, that are explained beside those that every report has; by the usual method if none is named. */
  asked?: readonly {
    row?: number;
    method?: string;
    options?: Readonly<Record<string, unknown>>;
    target?: number;
  }[];
  /** Columns whose groups are compared, instead of the experiment's `sensitive`. */
  by?: readonly string[];
  /** The class whose prediction is the favour or the burden. */
  positive?: string;
}

/**
 * The report as HTML. What cannot be explained or compared is told in its place, not thrown.
 *
 * @throws what opening the run, loading its data and predicting throw; cancelled.
 */
export async function reportRun(
  request: ReportRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number, message?: string): void } = {},
): Promise<string> {
  const run = await openRun(request.run);
  const { record, experiment, model, explained } = run;
  const { events } = await readRun(run.folder);
  const dataset = await run.dataset();
  const engine = await engineFor(record.backend);
  const subject = {
    engine,
    model,
    weights: await run.weights(),
    dataset,
    loss: lossSpec(experiment),
    ...(request.language && { language: request.language }),
    ...(options.signal && { signal: options.signal }),
  };
  const test = dataset.splits.test;
  // Answers that nobody knows, or a sequence of them a row, have no confusion and no calibration; its metrics are told all the same.
  const { perPosition, sequence, writes, untold } = dataset.target;
  const single = test.length > 0 && !perPosition && !sequence && !writes && !untold;
  const predictions = single ? await predict({ ...subject, input: dataset.batch(test).input }) : [];
  options.onProgress?.(0.1);
  // Of many answers a row, explanations are about one of them.
  const explanations = await explanationsFor(
    { ...subject, model: explained },
    predictions,
    request.asked ?? [],
    done => options.onProgress?.(0.1 + 0.7 * done),
  );
  const { by = experiment.sensitive ?? [], positive } = request;
  const fairness =
    by.length > 0
      ? await assessFairness({
          ...subject,
          dataset,
          by,
          ...(positive !== undefined && { positive }),
          seed: record.seed,
        }).catch(tellFailure)
      : undefined;
  options.onProgress?.(0.95);
  throwIfCancelled(options.signal);
  const end = events.findLast(e => e.event === 'end');
  const source = await sourceOf(experiment.model.file);
  const data: ReportData = {
    model,
    dataset,
    run: {
      id: record.id,
      started: record.started,
      ...(end && { seconds: end.seconds }),
      seed: record.seed,
      backend: record.backend,
      epochs: record.epochs,
      epochsDone: record.epochsDone,
      parameters: record.model.parameters,
      dataHash: record.dataHash,
      test: record.test ?? end?.test ?? {},
    },
    metricTitles: { loss: 'Loss', ...Object.fromEntries(metrics.map(m => [m.id, m.title])) },
    curves: events.flatMap(e =>
      e.event === 'epoch' ? [{ epoch: e.epoch, train: e.train, valid: e.valid }] : [],
    ),
    predictions,
    explanations,
    ...(fairness && { fairness }),
    experiment: { name: path.basename(record.experiment), text: await readRunExperiment(run.folder) },
    ...(source && { source }),
    version: packageJson.version,
    file: request.name,
  };
  options.onProgress?.(1);
  return renderReport(data, request.language);
}

function tellFailure(e: unknown): { failed: string } {
  if (e instanceof VitrineError && e.code !== 'cancelled') return { failed: e.message };
  throw e;
}

interface Task {
  what: Exclude<ReportExplanation['what'], 'failed'>;
  method: string;
  row?: number;
  options?: Readonly<Record<string, unknown>>;
  target?: number;
}

async function explanationsFor(
  subject: Omit<ExplainCall, 'method'> & { dataset: NonNullable<ExplainCall['dataset']> },
  predictions: readonly Prediction[],
  asked: NonNullable<ReportRequest['asked']>,
  progress: (done: number) => void,
): Promise<ReportExplanation[]> {
  const { dataset, model } = subject;
  const out: ReportExplanation[] = [];
  const fitting = suitability(model, dataset).filter(
    m => m.unsuited === undefined && (!dataset.target.writes || m.method.sequences),
  );
  const fits = (id: string) => fitting.some(m => m.method.id === id);
  const method = usualMethod(fits);
  const cases = casesOf(dataset, predictions);
  const tasks: readonly Task[] = [
    ...asked.flatMap(a => {
      const id = a.method ?? method;
      return id === undefined ? [] : [{ ...a, method: id, what: 'asked' as const }];
    }),
    ...(fits('permutation_importance') && dataset.modality === 'table' && dataset.features.length <= 60
      ? [{ what: 'model' as const, method: 'permutation_importance' }]
      : []
    ).filter(t => !asked.some(a => a.row === undefined && a.method === t.method)),
    ...(method === undefined ? [] : cases.map(c => ({ ...c, method }))),
  ];
  for (const [i, { what, row, method: id, options, target }] of tasks.entries()) {
    try {
      const written =
        dataset.target.writes && row !== undefined && (await writtenFor(subject, { row }, subject.signal));
      const explanation = await explain({
        ...subject,
        ...written,
        method: id,
        ...(options && { options }),
        ...(target !== undefined && { target }),
        ...(row !== undefined && { row }),
      });
      const input = row === undefined ? undefined : dataset.batch([row]).input.data;
      out.push({ what, title: methodById(id).title, explanation, ...(input && { input }) });
    } catch (e) {
      out.push({ what: 'failed', why: tellFailure(e).failed });
    }
    progress((i + 1) / tasks.length);
  }
  return out;
}

/**
 * A right prediction of middling sureness, and the surest wrong one; for numbers the middle and the largest error.
 * Where a row has many answers, the row in the middle.
 */
function casesOf(
  dataset: NonNullable<ExplainCall['dataset']>,
  predictions: readonly Prediction[],
): { what: 'typical' | 'mistake'; row: number }[] {
  const rows = dataset.splits.test;
  if (predictions.length === 0)
    return rows.length === 0 ? [] : [{ what: 'typical', row: rows[Math.floor(rows.length / 2)]! }];
  const truth = dataset.batch(rows).targets.data;
  const classes = dataset.target.kind === 'classes';
  const sure = (i: number) =>
    classes
      ? (predictions[i]!.probabilities?.[predictions[i]!.index] ?? 0)
      : Math.abs((predictions[i]!.output[0] ?? 0) - truth[i]!);
  const order = Array.from(rows.keys()).sort((a, b) => sure(a) - sure(b) || a - b);
  const right = order.filter(i => !classes || predictions[i]!.index === truth[i]);
  const wrong = classes ? order.filter(i => predictions[i]!.index !== truth[i]) : order;
  const typical = right[Math.floor(right.length / 2)];
  const mistake = wrong.at(-1);
  return [
    ...(typical === undefined ? [] : [{ what: 'typical' as const, row: rows[typical]! }]),
    ...(mistake === undefined || mistake === typical
      ? []
      : [{ what: 'mistake' as const, row: rows[mistake]! }]),
  ];
}

async function sourceOf(file: string): Promise<{ name: string; text: string } | undefined> {
  if (path.extname(file) !== '.py') return undefined;
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile() || info.size > maxSource) return undefined;
  return { name: path.basename(file), text: await readFile(file, 'utf8') };
}
