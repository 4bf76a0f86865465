/** The one door to explanations: a prediction (or the model), a method, and out come attribution, trust and words. */
import type { TObject } from '@sinclair/typebox';
import type { Dataset } from '../data/dataset';
import type { Engine, LossSpec } from '../engine/engine';
import { throwIfCancelled, VitrineError } from '../model/errors';
import { inEvaluation } from '../model/evaluation';
import type { Model, Tensor, Tensors } from '../model/graph';
import { listed, nearest } from '../model/suggest';
import { nameOf } from '../names/names';
import { EvaluatorPool } from './answers/evaluatorPool';
import { cellName, type Prediction, predict, questionFor } from './answers/predict';
import { contextOf } from './context';
import { ofInput } from './figure';
import type {
  Attribution,
  Explanation,
  ExplanationMethod,
  ExplanationRequest,
  Trust,
  TrustResult,
} from './method';
import { readOptions } from './options';
import { isPicture, sumByUnit, unitsOf } from './perturbation/units';
import { measuresFor, methodById } from './registry';
import { takesIndices, unsuitedBy } from './suits';
import { trustOf } from './verdict';
import { narrate } from './words/narrative';
import { tokenName } from './words/padding';
import { visible } from './words/visible';
import type { Language } from './words/words';

export interface ExplainCall {
  engine: Engine;
  model: Model;
  weights: Tensors;
  dataset?: Dataset;
  /** What the model was trained with. */
  loss?: LossSpec;
  /** A method's id, such as "integrated_gradients". */
  method: string;
  /** Which prediction: a row of the data set (any split), raw values by column, or a prepared input [1, …]. */
  row?: number;
  values?: Readonly<Record<string, string | number | null>>;
  input?: Tensor;
  /** What is known of the prediction already: a sequence that was written, with `input` holding it. */
  prediction?: Prediction;
  /** Which class (name or index) or output to explain; the predicted one if absent. */
  target?: string | number;
  options?: Readonly<Record<string, unknown>>;
  checkpoints?: ExplanationRequest['checkpoints'];
  examples?: ExplanationRequest['examples'];
  language?: Language;
  signal?: AbortSignal;
  /** 0 to 1, the trust measures included. */
  onProgress?(done: number): void;
  /** Is given the answer as soon as the method has it, before it is judged: its trust is pending. */
  onAnswer?(answer: Explanation): void;
}

/** Of an answer that is not judged yet: nothing is trusted unseen. */
const unjudged: Trust = { score: 0, verdict: 'poor', measures: [], pending: true };

/** Share of the progress that the method itself gets; the rest is its judges'. */
const methodShare = 0.4;

/**
 * Explains, judges and tells. There is no explanation without its trust score.
 *
 * @throws bad-request for an unknown method, option, class or row (with the nearest name); bad-data for values that
 *   cannot be prepared; diverged when the model gives no finite numbers; cancelled.
 */
export async function explain(asked: ExplainCall): Promise<Explanation> {
  // What a model does only while training has no part in what it says.
  const call = { ...asked, model: inEvaluation(asked.model) };
  const method = methodById(call.method);
  readOptions(method.options as TObject, call.options, method.id);
  throwIfCancelled(call.signal);
  if (call.dataset?.target.writes && !method.sequences)
    throw new VitrineError(
      'bad-request',
      `${method.title} explains one answer, and ${call.model.name} writes many words. Use cross_attention or source_removal.`,
    );
  const unsuited = unsuitedBy(method, call.model, call.dataset);
  if (unsuited !== undefined) throw new VitrineError('bad-request', unsuited);
  const engine = new EvaluatorPool(call.engine);
  try {
    const sample = method.scope === 'prediction' ? sampleFor(call) : undefined;
    const base: ExplanationRequest = {
      engine,
      model: call.model,
      weights: call.weights,
      ...(call.dataset && { dataset: call.dataset }),
      ...(call.loss && { loss: call.loss }),
      ...(call.checkpoints && { checkpoints: call.checkpoints }),
      ...(call.examples && { examples: call.examples }),
      ...(sample?.truth !== undefined && { truth: sample.truth }),
      ...(call.language && { language: call.language }),
      ...(call.signal && { signal: call.signal }),
    };
    const [prediction] = call.prediction
      ? [call.prediction]
      : sample
        ? await predict({ ...base, input: sample.input })
        : [];
    const target = call.prediction ? { index: 0, name: call.prediction.label } : targetFor(call, prediction);
    const request: ExplanationRequest = {
      ...base,
      ...questionFor(target.index, prediction?.output.length ?? outputWidth(call.model), call.dataset),
      ...(sample && { input: sample.input }),
      onProgress: done => call.onProgress?.(methodShare * done),
    };
    const attribution = await method.explain(request, { ...call.options });
    finite(attribution, method);
    const shown = byToken(byColumn(attribution, call.dataset), call.dataset, sample?.input);
    const context =
      sample && prediction && call.dataset
        ? await contextOf(
            { ...request, dataset: call.dataset, input: sample.input },
            prediction,
            shown,
            sample.raw,
          )
        : undefined;
    const answer = (trust: Trust): Explanation => ({
      method: method.id,
      ...(call.options && Object.keys(call.options).length > 0 && { options: call.options }),
      row: sample?.row ?? null,
      target,
      prediction: prediction
        ? {
            output: prediction.output,
            ...(prediction.probabilities && { probabilities: prediction.probabilities }),
            label: prediction.label,
          }
        : { output: [], label: '' },
      attribution: {
        ...(shown.names && { names: shown.names }),
        shape: shown.values.shape,
        values: Array.from(shown.values.data),
        ...(shown.spread && { spread: Array.from(shown.spread.data) }),
      },
      figures: attribution.figures ?? [{ kind: 'input' }],
      trust,
      text: narrate({
        method,
        attribution: shown,
        trust,
        ...(call.dataset && { dataset: call.dataset }),
        ...(call.language && { language: call.language }),
        target,
        ...(prediction && { prediction }),
        ...(sample?.raw && { raw: sample.raw }),
        ...(context && { context }),
        ...(sample?.truth !== undefined && { truth: sample.truth }),
      }),
      ...(attribution.facts && { facts: attribution.facts }),
      ...(attribution.layers?.length && { layers: [...new Set(attribution.layers)] }),
      ...(context && Object.keys(context).length > 0 && { context }),
    });
    call.onAnswer?.(answer(unjudged));
    const trust = await judge(call, method, request, attribution);
    call.onProgress?.(1);
    return answer(trust);
  } finally {
    await engine.dispose();
  }
}

/** Numbers that the model gives for one sample. */
function outputWidth(model: Model): number {
  const shape = model.values[model.outputs[0] ?? '']?.shape.slice(1) ?? [];
  return shape.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : 1), 1);
}

async function judge(
  call: ExplainCall,
  method: ExplanationMethod,
  request: ExplanationRequest,
  attribution: Attribution,
) {
  const whole = request.input?.data instanceof Int32Array || takesIndices(request.dataset);
  const measures = measuresFor(method).filter(
    m => !(whole && m.continuous) && m.applies?.(request) !== false,
  );
  // Judges that explain again use the options of this explanation.
  const same: ExplanationMethod = {
    ...method,
    explain: (r, options) => method.explain(r, { ...call.options, ...options }),
  };
  const results: TrustResult[] = [];
  for (const [i, measure] of measures.entries()) {
    throwIfCancelled(call.signal);
    const result = await measure.judge({ ...request, onProgress: undefined }, attribution, same);
    if (!Number.isFinite(result.value) || !Number.isFinite(result.score))
      throw new Error(`the trust measure "${measure.id}" gave no number`);
    results.push({ ...result, title: nameOf('measure', measure.id, measure, call.language).title });
    call.onProgress?.(methodShare + ((1 - methodShare) * (i + 1)) / measures.length);
  }
  return trustOf(results);
}

interface Sample {
  input: Tensor;
  row: number | null;
  raw?: Readonly<Record<string, string | number | null>>;
  truth?: string | number | null;
}

function sampleFor({ dataset, row, values, input, method }: ExplainCall): Sample {
  if (input && (row === undefined || !dataset)) return { input, row: null, ...(values && { raw: values }) };
  if (!dataset)
    throw new VitrineError(
      'bad-request',
      `"${method}" explains one prediction: give it an input or a data set.`,
    );
  if (values) return { input: dataset.prepare([values]), row: null, raw: values };
  if (row === undefined) {
    throw new VitrineError(
      'bad-request',
      `"${method}" explains one prediction: say which row of ${dataset.name}, or give values.`,
    );
  }
  const { train, valid, test } = dataset.splits;
  if (!Number.isInteger(row) || ![test, valid, train].some(rows => rows.includes(row))) {
    const all = [train, valid, test].flatMap(rows => Array.from(rows));
    const last = all.reduce((a, b) => Math.max(a, b), -1);
    throw new VitrineError(
      'bad-request',
      all.length === 0
        ? `${dataset.name} has no rows.`
        : `${dataset.name} has no row ${row}. Rows count from 0; the last one is ${last}${
            row >= 0 && row <= last ? ', and some were left out (for missing values, say)' : ''
          }.`,
    );
  }
  const raw = dataset.raw(row);
  return { input: input ?? dataset.batch([row]).input, row, raw: raw.values, truth: raw.target };
}

/** The class or output that is explained, by name or index. */
function targetFor(
  { target, dataset, method }: ExplainCall,
  prediction: Prediction | undefined,
): { index: number; name: string } {
  const classes = dataset?.target.kind === 'classes' ? dataset.target.classes : undefined;
  const count = classes?.length ?? prediction?.probabilities?.length ?? prediction?.output.length ?? 1;
  const grid = dataset?.target.boxes?.grid;
  const nameOf = (index: number) =>
    grid !== undefined
      ? cellName(index, grid)
      : (classes?.[index] ?? (count > 1 ? String(index) : (dataset?.target.name ?? String(index))));
  if (target === undefined) {
    // Without a prediction: the second of two classes, which by convention is the positive one, else the first.
    const index = prediction?.index ?? (classes?.length === 2 ? 1 : 0);
    // Of a sequence of letters the surest is often the pause between words, of which there is little to say.
    const letter =
      dataset?.target.sequence && prediction ? surestLetter(prediction.output, classes ?? []) : -1;
    const chosen = letter >= 0 ? letter : index;
    return { index: chosen, name: nameOf(chosen) };
  }
  const byName = classes?.indexOf(String(target)) ?? -1;
  // A class may be named "3": a text is a name first and an index only if there is no such name.
  if (typeof target === 'string' && byName >= 0) return { index: byName, name: nameOf(byName) };
  const index = typeof target === 'number' ? target : /^\d+$/.test(target) ? Number(target) : Number.NaN;
  if (Number.isInteger(index) && index >= 0 && index < count) return { index, name: nameOf(index) };
  if (classes) {
    const near = nearest(String(target), classes);
    throw new VitrineError(
      'bad-request',
      `There is no class "${target}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(classes)}.`,
    );
  }
  throw new VitrineError(
    'bad-request',
    `"${method}" cannot explain output ${target}: the model has ${count === 1 ? 'one output, number 0' : `${count} outputs, 0 to ${count - 1}`}.`,
  );
}

/** The likeliest symbol that is more than white space; -1 where there is none. */
function surestLetter(scores: ArrayLike<number>, symbols: readonly string[]): number {
  let best = -1;
  symbols.forEach((symbol, i) => {
    if (symbol.trim() !== '' && (best < 0 || scores[i]! > scores[best]!)) best = i;
  });
  return best;
}

/** Entries that stand for tokens have their names, each with its place, as a word may occur twice. */
function byToken(
  attribution: Attribution,
  dataset: Dataset | undefined,
  input: Tensor | undefined,
): Attribution {
  const tokens = input && ofInput(attribution) ? dataset?.entryNames?.(input) : undefined;
  if (tokens?.length !== attribution.values.data.length) return attribution;
  return {
    ...attribution,
    tokens: tokens.map(visible),
    names: tokens.map((token, i) => tokenName(visible(token), i)),
  };
}

/** People know columns, not entries of a one-hot code: those of one column add up. */
function byColumn(attribution: Attribution, dataset: Dataset | undefined): Attribution {
  if (!dataset || attribution.names || !ofInput(attribution) || isPicture(attribution.values.shape))
    return attribution;
  const units = unitsOf(dataset.sampleShape, dataset, Number.POSITIVE_INFINITY);
  const size = units.reduce((s, u) => s + u.indices.length, 0);
  if (!units.every(u => u.name !== undefined) || size !== attribution.values.data.length) return attribution;
  const shape = [units.length];
  const { spread } = attribution;
  return {
    ...attribution,
    names: units.map(u => u.name!),
    values: { shape, data: Float32Array.from(sumByUnit(attribution.values.data, units)) },
    ...(spread && {
      spread: {
        shape,
        data: Float32Array.from(units, u =>
          Math.sqrt(u.indices.reduce((s, i) => s + spread.data[i]! ** 2, 0)),
        ),
      },
    }),
  };
}

function finite({ values, spread }: Attribution, method: ExplanationMethod): void {
  for (const tensor of [values, spread]) {
    if (!tensor || tensor.data.every(Number.isFinite)) continue;
    throw new VitrineError(
      'diverged',
      `${method.title} gave values that are not finite numbers. The input or the weights are likely extreme.`,
    );
  }
}
