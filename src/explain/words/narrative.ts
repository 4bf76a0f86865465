/** An explanation in plain words: templates from words.ts, filled with the numbers. */
import type { Dataset, FeatureInfo } from '../../data/dataset';
import { formatNumber, type Prediction } from '../answers/predict';
import { scorerIds } from '../answers/scorers';
import type { Context } from '../context';
import { ofInput } from '../figure';
import type { Attribution, ExplanationMethod, Trust } from '../method';
import { descending } from '../numerics/statistics';
import { stretches } from '../perturbation/units';
import { isPadding } from './padding';
import { type Part, placesOf } from './places';
import { visible } from './visible';
import { type Language, type Words, wordsFor } from './words';

export interface Story {
  method: ExplanationMethod;
  attribution: Attribution;
  trust: Trust;
  dataset?: Dataset;
  language?: Language;
  /** For explanations of one prediction. */
  prediction?: Prediction;
  target?: { index: number; name: string };
  /** As the file has them, by column. */
  raw?: Readonly<Record<string, string | number | null>>;
  /** What stands around the prediction. */
  context?: Context;
  /** What the data set says the answer is. */
  truth?: string | number | null;
}

/** How many reasons are told for and against. */
const told = 3;
/** Reasons below this share of the total are not told. */
const negligible = 0.05;

/** What was predicted, how sure, why, and what not to conclude; a few sentences. */
export function narrate(story: Story): string {
  const words = wordsFor(story.language);
  const sentences =
    story.method.scope === 'model'
      ? aboutTheModel(story, words)
      : [
          ...aboutThePrediction(story, words),
          ...notKnown(story, words),
          ...(story.attribution.told ?? reasons(story, words)),
          ...around(story, words),
        ];
  sentences.push(leaked(story, words));
  sentences.push(...aboutTrust(story, words));
  return sentences.filter(s => s !== '').join(story.language === 'zh' ? '' : ' ');
}

function aboutThePrediction(
  { prediction, dataset, target: explained, truth }: Story,
  words: Words,
): string[] {
  // A sound is for the ear.
  if (!prediction || dataset?.target.spoken) return [];
  const target = dataset?.target.name ?? '';
  // Of a sequence one symbol is explained: that of which the model is surest at any step.
  if (dataset?.target.sequence)
    return [
      words.predicted.symbol(shownLabel(explained?.name ?? prediction.label, dataset)),
      truth === undefined || truth === null ? '' : words.predicted.whole(String(truth)),
    ];
  const probability = prediction.probabilities?.[prediction.index];
  const said =
    probability !== undefined
      ? words.predicted.class(
          shownLabel(prediction.label, dataset),
          target,
          words.percent(probability),
          words.predicted.sure(probability),
        )
      : dataset?.target.kind === 'classes'
        ? words.predicted.classOnly(shownLabel(prediction.label, dataset), target)
        : words.predicted.number(prediction.label, target);
  if (truth === undefined || truth === null) return [said];
  const right = dataset?.target.kind === 'classes' && String(truth) === prediction.label;
  const value = typeof truth === 'number' ? formatNumber(truth) : `"${shownLabel(truth, dataset)}"`;
  return [said, words.predicted.truth(value, right)];
}

/** Answers of a model of texts may be tokens, which begin with spaces. */
function shownLabel(label: string, dataset: Dataset | undefined): string {
  return dataset?.modality === 'text' ? visible(label) : label;
}

/** Words that all look alike to the model. */
function notKnown({ dataset, raw }: Story, words: Words): string[] {
  const found = (raw && dataset?.unknownWords?.(raw)) ?? [];
  return found.length === 0 ? [] : [words.predicted.unknown(found.slice(0, 5), found.length)];
}

/** How much the prediction may be believed, and what would change it. */
function around({ context, dataset, prediction }: Story, words: Words): string[] {
  if (!context || !prediction) return [];
  const { sureness, similar, flip } = context;
  const elsewhere = dataset?.elsewhere === true;
  return [
    flip ? words.predicted.flip(flip.column, formatNumber(flip.to), flip.label) : '',
    sureness
      ? words.predicted.asSure(sureness.rows, words.percent(sureness.right / sureness.rows), elsewhere)
      : '',
    similar ? words.predicted.similar(similar.rows, similar.same, prediction.label, elsewhere) : '',
  ];
}

/** Whether what is told rests on a column that alone gives the answer away. */
function leaked({ dataset, attribution: { names, values } }: Story, words: Words): string {
  const total = Array.from(values.data, Math.abs).reduce((a, b) => a + b, 0);
  const share = (column: string) => Math.abs(values.data[names?.indexOf(column) ?? -1] ?? 0) / total;
  const found = dataset?.leaks?.find(l => share(l.column) >= negligible);
  return found ? words.predicted.leak(found.column, dataset!.target.name) : '';
}

function reasons(story: Story, words: Words): string[] {
  const { attribution, dataset, target, prediction } = story;
  const { values } = attribution;
  const output =
    dataset?.target.kind === 'classes' || dataset?.target.boxes || prediction?.probabilities
      ? words.reasons.subject('class', shownLabel(target?.name ?? prediction?.label ?? '', dataset))
      : words.reasons.subject('number', dataset?.target.name ?? target?.name ?? '');
  const { unit } = attribution;
  const subject = unit ? words.reasons.ofUnit(unit.name, unit.through ? output : undefined) : output;
  const parts = partsOf(story, words);
  const total = parts.reduce((sum, p) => sum + Math.abs(p.value), 0);
  if (!(total > 0)) return [words.reasons.none];
  const signed = values.data.some(v => v < 0);
  const order = descending(parts.map(p => Math.abs(p.value)));
  const strongest = Array.from(order, i => parts[i]!).filter(
    p => !p.unsaid && Math.abs(p.value) >= negligible * total,
  );
  const say = (list: typeof parts) =>
    list.slice(0, told).map(p => p.tell(words.percent(Math.abs(p.value) / total)));
  const pro = strongest.filter(p => p.value > 0);
  const contra = strongest.filter(p => p.value < 0);
  if (pro.length + contra.length === 0) return [words.reasons.none];
  if (!signed) return [words.reasons.relevant(subject, say(pro))];
  return [
    pro.length > 0 ? words.reasons.for(subject, say(pro)) : '',
    contra.length > 0 ? words.reasons.against(pro.length > 0 ? undefined : subject, say(contra)) : '',
  ];
}

/** Into how many stretches of time a series is divided to be spoken of. */
const toldStretches = 4;

/** What people can name: columns with their values, or regions of a picture. */
function partsOf({ attribution, dataset, raw }: Story, words: Words): Part[] {
  const { values } = attribution;
  if (dataset?.modality === 'series' && ofInput(attribution) && dataset.features.every(f => f.from)) {
    const columns = new Set(dataset.features.map(f => f.from)).size;
    return stretches(dataset.features, columns * toldStretches).map(({ name, indices }) => ({
      value: indices.reduce((sum, i) => sum + values.data[i]!, 0),
      tell: share => words.reasons.entry(name!, share),
    }));
  }
  if (ofInput(attribution)) {
    // Attributions of videos are flat; the data know how they lie.
    const shape = dataset?.modality === 'video' ? dataset.sampleShape : values.shape;
    const places = placesOf(values.data, shape, dataset?.modality, words);
    if (places) return places;
  }
  if (dataset && /table|mixed/.test(dataset.modality) && attribution.names && ofInput(attribution)) {
    return attribution.names.map((name, i) => {
      const info = dataset.features.find(f => f.name === name);
      return {
        value: values.data[i]!,
        tell: share => words.reasons.column(name, show(raw?.[name]), typical(info), share),
      };
    });
  }
  if (
    dataset?.modality === 'image' &&
    ofInput(attribution) &&
    Number.isInteger(Math.sqrt(values.data.length))
  ) {
    const side = Math.sqrt(values.data.length);
    return placesOf(values.data, [side, side], dataset.modality, words)!;
  }
  const names = attribution.names;
  // Bars of a layer are its units.
  const { entry, token, unit } = words.reasons;
  const say = attribution.layers && !ofInput(attribution) ? unit : entry;
  return Array.from(values.data, (value, i) => {
    const name = names?.[i] ?? String(i);
    const word = attribution.tokens?.[i];
    return {
      value,
      tell: (share: string) => (word ? token(word, i + 1, share) : say(name, share)),
      ...(attribution.tokens && isPadding(name, i) && { unsaid: true }),
    };
  });
}

function show(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const number = typeof value === 'number' ? value : Number(value);
  return typeof value === 'string' && (value.trim() === '' || !Number.isFinite(number))
    ? value
    : formatNumber(number);
}

function typical(info: FeatureInfo | undefined): string | undefined {
  if (!info) return undefined;
  return info.kind === 'category'
    ? info.categories?.[0]
    : info.mean === undefined
      ? undefined
      : show(info.mean);
}

function aboutTheModel(story: Story, words: Words): string[] {
  const { attribution } = story;
  if (attribution.told) return [...attribution.told];
  if (story.method.id === 'partial_dependence') return [dependence(story, words)];
  const { values, spread, names, facts } = attribution;
  const metric = scorerIds[facts?.['metric'] ?? -1];
  const score = facts?.['score'];
  const lead =
    metric === undefined || score === undefined
      ? ''
      : words.importance.lead(
          words.importance.metrics[metric],
          metric === 'accuracy' ? words.percent(score) : formatNumber(Math.abs(score)),
          facts?.['rows'] ?? 0,
        );
  const places = placesOf(values.data, values.shape, story.dataset?.modality, words);
  if (places) {
    const parts = places.filter(p => p.value > 0);
    const total = parts.reduce((s, p) => s + p.value, 0);
    const order = descending(parts.map(p => p.value)).slice(0, told);
    if (!(total > 0)) return [lead, words.importance.none];
    return [
      lead,
      words.importance.list(Array.from(order, i => parts[i]!.tell(words.percent(parts[i]!.value / total)))),
    ];
  }
  // A drop that its spread over repeats does not explain, as the trust measure has it.
  const clear = Array.from(descending(values.data)).filter(
    i => values.data[i]! > 0 && values.data[i]! > (spread?.data[i] ?? 0),
  );
  // Columns that mislead: without them the score rises, by as much.
  const harming = Array.from(descending(values.data.map(v => -v))).filter(
    i => metric !== undefined && -values.data[i]! > (spread?.data[i] ?? 0),
  );
  const items = (list: readonly number[]) =>
    list
      .slice(0, told)
      .map(i =>
        words.importance.item(
          names?.[i] ?? String(i),
          formatNumber(Number(Math.abs(values.data[i]!).toFixed(4))),
          formatNumber(Number((spread?.data[i] ?? 0).toFixed(4))),
        ),
      );
  const harm = harming.length > 0 ? words.importance.harm(items(harming)) : '';
  if (clear.length === 0) return [lead, harm || words.importance.none];
  const rest = values.data.length - clear.length - harming.length;
  const say = metric === undefined ? words.importance.moves : words.importance.list;
  return [lead, say(items(clear)), harm, rest > 0 ? words.importance.rest(rest) : ''];
}

function dependence({ attribution, dataset, target }: Story, words: Words): string {
  const { values, names, facts } = attribution;
  const column = dataset?.features[facts?.['column'] ?? -1]?.name ?? '';
  const order = descending(values.data);
  const high = order[0]!;
  const low = order.at(-1)!;
  const classes = dataset?.target.kind === 'classes';
  const tell = (i: number) => (classes ? words.percent(values.data[i]!) : formatNumber(values.data[i]!));
  if (tell(high) === tell(low)) return words.dependence.flat(column);
  const subject = classes ? `"${target?.name}"` : (dataset?.target.name ?? '');
  const at = (i: number) => names?.[i] ?? String(i);
  return words.dependence.curve(column, subject, tell(low), at(low), tell(high), at(high));
}

function aboutTrust({ trust }: Story, words: Words): string[] {
  if (trust.pending) return [words.trustPending];
  const weakest = trust.measures.reduce((a, b) => (b.score < a.score ? b : a), trust.measures[0]!);
  const said = words.trust[trust.verdict](words.percent(trust.score), weakest?.text ?? '');
  return trust.verdict === 'poor'
    ? [said, words.cautions[weakest?.id ?? 'other'] ?? words.cautions.other]
    : [said];
}
