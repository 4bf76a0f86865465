/**
 * Training as a model file's own code says it: the experiment file that says the same, and the tensors that the code
 * makes to train on.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TObject, TSchema } from '@sinclair/typebox';
import type { CodeTensors, NamedTensor } from '../../data/dataset';
import { createEngine } from '../../engine/create';
import { initializeWeights } from '../../engine/initialize';
import type { LossDefinition } from '../../engine/loss';
import type { FileTraining, ReadContext, ReadModelRequest } from '../../formats/_format';
import { formatOf } from '../../formats/_registry';
import { losses, optimizers, schedules } from '../../formats/experiment/choices';
import { relativeTo } from '../../formats/experiment/paths';
import { VitrineError } from '../../model/errors';
import type { Shape, SourceRange, Tensor } from '../../model/graph';
import { listed } from '../../model/suggest';
import { environmentNamed } from '../../rl/named';
import { picturesAsWritten, splitAsWritten, textAsWritten } from './folderAsWritten';
import { experimentInEnvironment } from './inEnvironment';

/** Of so many classes not each needs a row. */
const mostShown = 1000;

/** Where code trains until something happens, and nobody says how often that is. */
const epochsOfWhile = 100;

/** @throws VitrineError bad-model with the reason when the code's training is not to be seen; bad-usage for files that are no code. */
export async function trainingOf(
  request: Pick<ReadModelRequest, 'file' | 'texts'>,
  context: ReadContext,
): Promise<FileTraining> {
  const format = await formatOf(request.file);
  if (!format.training)
    throw new VitrineError('bad-usage', `${format.name} says nothing of how its model is trained.`, {
      at: { file: request.file },
    });
  return format.training(request, context);
}

export interface WrittenTraining {
  class: string;
  /** The file that has the class. */
  modelFile: string;
  /** The text of the experiment file. */
  experiment: string;
  /** Where the code says so. */
  at?: SourceRange;
  /** Where it learns by acting: the environment, and the agent's loss. The settings are then not the code's. */
  acting?: { env: string; loss: string };
}

/**
 * The experiment, for a file in `folder`, of a file that trains its model itself: on the tensors that it makes, or in an environment.
 *
 * @throws VitrineError bad-model with the reason where it trains in a way that is not to be seen.
 */
export async function writtenTraining(
  { class: wanted, ...source }: Pick<ReadModelRequest, 'file' | 'texts' | 'class'>,
  context: ReadContext,
  folder: string,
): Promise<WrittenTraining> {
  const { file, texts } = source;
  const text = texts?.[file] ?? (await readFile(file, 'utf8').catch(() => ''));
  const named = environmentNamed(text);
  if (named) {
    const found = await experimentInEnvironment(
      { ...source, ...(wanted !== undefined && { class: wanted }) },
      named,
      folder,
      context,
    );
    const end = text.split('\n')[named.line - 1]?.length ?? 0;
    return {
      class: found.class,
      modelFile: file,
      experiment: found.experiment,
      at: { file, line: named.line, column: 1, endLine: named.line, endColumn: end + 1 },
      acting: { env: found.env, loss: found.agent.loss },
    };
  }
  const training = await trainingOf(source, context);
  return {
    class: training.model.class,
    modelFile: training.model.file,
    experiment: await experimentAsWritten(training, file, folder),
    ...(training.at && { at: training.at }),
  };
}

/**
 * The text of an experiment file in `folder` that trains as the code does.
 *
 * @throws VitrineError bad-model for what an experiment cannot say: nothing is trained differently without a word.
 */
export async function experimentAsWritten(
  training: FileTraining,
  file: string,
  folder: string,
): Promise<string> {
  const refuse = (message: string) => new VitrineError('bad-model', message, { at: training.at ?? { file } });
  const relative = relativeTo(folder);
  const loss = losses.find(l => l.torch.some(t => t === `nn.${training.loss}` || t === `F.${training.loss}`));
  if (!loss)
    throw refuse(`The loss ${training.loss} is not known; known are ${listed(losses.map(l => l.name))}.`);
  const lossOptions = chosen(training.lossOptions, loss.options, name =>
    refuse(
      `The option ${name} of ${training.loss} is not known to Vitrine: leave it out, or train in PyTorch.`,
    ),
  );
  const whole = training.batch === undefined || training.batch >= training.rows;
  const { optimizer, clip } = scaled(optimizerOf(training, refuse), training, whole, refuse);
  const schedule = scheduleOf(training, whole, refuse);
  const { model } = training;
  const { pictures, text } = training;
  const data = text
    ? textAsWritten(text, training, relative)
    : pictures
      ? await picturesAsWritten(pictures, training, loss, relative, refuse)
      : await tensorsAsWritten(training, loss, relative(file), refuse);
  const experiment = {
    model: {
      file: relative(model.file),
      class: model.class,
      ...(Object.keys(model.arguments).length > 0 && { arguments: model.arguments }),
    },
    data,
    loss: loss.name,
    ...(Object.keys(lossOptions).length > 0 && { lossOptions }),
    optimizer,
    ...(schedule && { schedule }),
    ...(clip && { clip }),
    ...(training.frozen.length > 0 && { freeze: training.frozen }),
    epochs: training.epochs ?? (training.whiles ? epochsOfWhile : 1),
    batchSize: whole ? Math.max(1, training.rows) : training.batch,
    seed: 0,
  };
  return `${JSON.stringify(experiment, null, 2)}\n`;
}

async function tensorsAsWritten(
  training: FileTraining,
  loss: LossDefinition,
  file: string,
  refuse: Refuse,
): Promise<object> {
  const { inputs, target } = await tensorsOf(training, 0);
  checkRows(inputs, target, training, loss, refuse);
  return {
    kind: 'code',
    file,
    targetType: targetType(loss, target, refuse),
    split: splitAsWritten(training.share),
  };
}

/** What the model is given and compared with has a row for each sample, and a target that its answer can be. */
function checkRows(
  inputs: readonly NamedTensor[],
  target: NamedTensor,
  { answer, perPosition }: FileTraining,
  loss: LossDefinition,
  refuse: Refuse,
): void {
  const sized = (t: NamedTensor) => `${t.name} of the shape [${t.shape.join(', ')}]`;
  const given = `The model is given ${inputs.map(sized).join(' and ')} and compared with ${sized(target)}`;
  const [rows] = target.shape;
  if (rows === undefined || inputs.some(t => t.shape[0] !== rows))
    throw refuse(`${given}: read is what has a row for each sample along its first axis.`);
  const per = target.data.length / rows;
  const said = answer.reduce<number>((n, d) => n * Number(d), 1);
  if (loss.target === 'classes' && per !== said) {
    if (per === 1 && answer.length === 1) return;
    if (perPosition && per === answer[0]) return;
    throw refuse(
      `${given}, and gives [${answer.join(', ')}] for each sample: read are scores of one class for each sample, or of one for each position with the classes last.`,
    );
  }
  if (per !== said)
    throw refuse(`${given}, and gives ${said} numbers for each sample where there are ${per}.`);
}

/** Whole numbers from 0 are classes where the loss takes classes, and 0 and 1 where it takes probabilities. */
function targetType(
  loss: LossDefinition,
  { data, shape }: NamedTensor,
  refuse: Refuse,
): 'classes' | 'number' {
  const values = new Set<number>(data);
  const classes = [...values].every((_, i) => values.has(i)) && values.size > 1;
  const single = data.length === shape[0];
  if (loss.target !== 'classes')
    return /^bce/.test(loss.name) && classes && values.size === 2 && single ? 'classes' : 'number';
  // A row may have none of some classes, of its positions or its many rows.
  const whole = [...values].every(x => Number.isInteger(x) && x >= 0);
  if (classes || (whole && (!single || data.length > mostShown))) return 'classes';
  const found = [...values].sort((a, b) => a - b);
  throw refuse(
    `${loss.title} takes classes 0, 1, 2, … of which each has a row, but the targets are ${listed(found.slice(0, 12).map(String))}.`,
  );
}

type Refuse = (message: string) => VitrineError;

function optimizerOf(training: FileTraining, refuse: Refuse): Record<string, unknown> & { name: string } {
  const { optimizer, byHand } = training;
  if (!optimizer) return { name: 'SGD', lr: byHand ?? 0 };
  const known = optimizers.find(o => o.name === optimizer.name);
  if (!known)
    throw refuse(
      `The optimizer ${optimizer.name} is not known; known are ${listed(optimizers.map(o => o.name))}.`,
    );
  const unknown = (name: string) =>
    refuse(`The option ${name} of ${optimizer.name} is not known to Vitrine: leave it out.`);
  const options = ({ lr, ...rest }: Readonly<Record<string, unknown>>) => ({
    ...(lr !== undefined && { lr }),
    ...chosen(withoutHints(rest), known.options, unknown),
  });
  const [first, ...others] = optimizer.groups;
  const plain = others.length === 0 && Object.keys(first?.options ?? {}).length === 0;
  return {
    name: known.name,
    lr: known.learningRate,
    ...options(optimizer.options),
    ...(!plain && {
      groups: optimizer.groups.map(g => ({ parameters: g.parameters, ...options(g.options) })),
    }),
  };
}

/** What says how PyTorch computes, and not what. */
function withoutHints(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { foreach: _, fused: __, capturable: ___, differentiable: ____, ...rest } = options;
  return rest;
}

/**
 * A loss that is the mean times c has gradients that are c times the mean's. The optimizer's settings take it over:
 * exactly, where that can be done.
 */
function scaled(
  optimizer: Record<string, unknown> & { name: string },
  { scale, clip, lossOptions: _, ...training }: FileTraining,
  whole: boolean,
  refuse: Refuse,
): { optimizer: Record<string, unknown>; clip?: FileTraining['clip'] } {
  if (scale === 1) return { optimizer, ...(clip && { clip }) };
  if (!whole && training.rows % (training.batch ?? 1) !== 0)
    throw refuse(
      `The loss is a sum over the rows of a batch, and the last of ${training.rows} rows in batches of ${training.batch} is smaller: take the mean, or a batch size that divides the rows.`,
    );
  const times = (x: unknown, by: number) => Number((Number(x ?? 0) * by).toPrecision(12));
  const each = (options: Record<string, unknown>): Record<string, unknown> => {
    const { lr, eps, weight_decay: decay } = options;
    const l2 = decay !== undefined && optimizer.name !== 'AdamW' && { weight_decay: times(decay, 1 / scale) };
    if (optimizer.name === 'SGD')
      return { ...options, ...(lr !== undefined && { lr: times(lr, scale) }), ...l2 };
    return { ...options, ...l2, ...(eps !== undefined && { eps: times(eps, 1 / scale) }) };
  };
  if (optimizer.name !== 'SGD' && !/^(Adam|AdamW|RMSprop|NAdam|RAdam|Adamax)$/.test(optimizer.name))
    throw refuse(
      `The loss is ${scale} times a mean, which ${optimizer.name} does not scale with: take the mean.`,
    );
  const own = optimizer.name === 'SGD' ? optimizer : { eps: 1e-8, ...optimizer };
  const { groups } = optimizer as { groups?: Record<string, unknown>[] };
  return {
    optimizer: { ...each(own), ...(groups && { groups: groups.map(each) }) },
    ...(clip && {
      clip: {
        ...(clip.norm !== undefined && { norm: times(clip.norm, 1 / scale) }),
        ...(clip.value !== undefined && { value: times(clip.value, 1 / scale) }),
      },
    }),
  };
}

function scheduleOf(
  training: FileTraining,
  whole: boolean,
  refuse: Refuse,
): Record<string, unknown> | undefined {
  const [schedule, more] = training.schedules;
  if (!schedule) return undefined;
  if (more)
    throw refuse(`There are ${training.schedules.length} schedules of the learning rate; one is read.`);
  const known = schedules.find(s => s.name === schedule.name);
  if (!known || schedule.name === 'SequentialLR')
    throw refuse(
      `The schedule ${schedule.name} is not read; read are ${listed(schedules.map(s => s.name))}.`,
    );
  // How long OneCycleLR lasts follows from the experiment.
  const {
    total_steps: _,
    epochs: __,
    steps_per_epoch: ___,
    verbose: ____,
    last_epoch: _____,
    ...options
  } = schedule.options;
  const own = chosen(options, known.options, name =>
    refuse(`The option ${name} of ${schedule.name} is not known to Vitrine: leave it out.`),
  );
  const per = schedule.perStep && !whole ? 'step' : known.per === 'step' && !whole ? 'epoch' : undefined;
  return { name: known.name, ...(per && per !== known.per && { per }), ...own };
}

/** Options that differ from their defaults. */
function chosen(
  given: Readonly<Record<string, unknown>>,
  schema: unknown,
  unknown: (name: string) => VitrineError,
): Record<string, unknown> {
  const { properties } = schema as TObject;
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      const own = (properties as Record<string, TSchema>)[name];
      if (!own) {
        if (value === false || value === null || value === 0) return false;
        throw unknown(name);
      }
      return JSON.stringify(own['default']) !== JSON.stringify(value);
    }),
  );
}

/** The tensors that the code makes to train on; what is random in them is drawn from the seed. */
export async function tensorsOf(
  { data, names, columns, answer, perPosition }: FileTraining,
  seed: number,
): Promise<CodeTensors> {
  const weights = initializeWeights(data, seed);
  const computed: Record<string, Tensor> = { ...weights };
  if (data.nodes.length > 0) {
    const engine = await createEngine({ backend: 'webasm', threads: 1 });
    try {
      const evaluator = await engine.evaluator(data, { bindings: {}, weights });
      Object.assign(computed, (await evaluator.run({})).values);
      await evaluator.dispose();
    } finally {
      await engine.dispose();
    }
  }
  const hash = createHash('sha256');
  const given = names.length;
  const last = given - 1;
  const tensors = data.outputs.map((id, i): NamedTensor => {
    const { shape, data: numbers } = computed[id]!;
    hash
      .update(`${shape.join()};`)
      .update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    const own = columns[i % given];
    return {
      name: names[i] || (i === last ? 'y' : i === 0 ? 'x' : `x${i + 1}`),
      shape,
      data: numbers,
      ...(own && { columns: own }),
    };
  });
  const held = tensors.length > given ? (tensors.at(-1)!.shape[0] ?? 0) : 0;
  const whole = tensors.slice(0, given).map((t, i) => (held > 0 ? followedBy(t, tensors[given + i]!) : t));
  return {
    inputs: whole.slice(0, -1),
    target: asAnswered(whole[last]!, answer, perPosition),
    ...(held > 0 && { held }),
    ...(perPosition && { perPosition }),
    scores: Number((perPosition ? answer.at(-1) : answer[0]) ?? 1),
    hash: hash.digest('hex'),
  };
}

/** The rows of two tensors, one behind the other. */
function followedBy(a: NamedTensor, b: NamedTensor): NamedTensor {
  const data =
    a.data instanceof Int32Array
      ? new Int32Array(a.data.length + b.data.length)
      : new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { ...a, shape: [a.shape[0]! + b.shape[0]!, ...a.shape.slice(1)], data };
}

/** A target in the shape of what the model gives for it, where it is the same numbers. */
function asAnswered(target: NamedTensor, answer: Shape, perPosition: boolean): NamedTensor {
  const [rows = 0] = target.shape;
  const wanted = [rows, ...answer.map(Number)];
  if (perPosition || wanted.reduce((a, b) => a * b, 1) !== target.data.length) return target;
  return { ...target, shape: wanted };
}
