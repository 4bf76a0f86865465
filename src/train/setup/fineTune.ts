/** Experiments that train a Hugging Face folder on a file, with the folder's own tokenizer. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ColumnHead } from '../../data/dataset';
import { headsOf } from '../../data/table/head';
import { readTableFile } from '../../data/table/rawRows';
import { relativeTo } from '../../formats/experiment/paths';
import { type Architecture, architectures } from '../../formats/huggingface/architectures';
import { readConfig, whatOf } from '../../formats/huggingface/folder';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';

export interface FineTuning {
  /** The folder, or its config.json. */
  model: string;
  /** A table with texts and labels, or a text. */
  data: string;
  /** The columns, where they are not to be guessed. */
  text?: string;
  target?: string;
}

const textNames = /^(text|texts|sentence|review|content|comment|body|message|title|question|tweet)$/i;
const labelNames = /^(label|labels|target|class|category|sentiment|intent|y|topic)$/i;
/** Tokens of a text that are looked at unless the file says otherwise. */
const usualLength = 128;

/**
 * The text of an experiment file in `folder`: a table trains a classifier of texts, a text file the next token.
 *
 * @throws VitrineError bad-file for a folder that learns neither; bad-data, bad-usage for columns that are not clear.
 */
export async function fineTuning({ model, data, text, target }: FineTuning, folder: string): Promise<string> {
  const config = path.basename(model) === 'config.json' ? model : path.join(model, 'config.json');
  const read = await readConfig(config);
  const { architecture } = whatOf(read, config, undefined);
  const home = path.dirname(config);
  const called = path.basename(path.resolve(home));
  const tokenizer = path.join(home, 'tokenizer.json');
  if (!(await stat(tokenizer).catch(() => undefined))?.isFile())
    throw new VitrineError(
      'file-not-found',
      `The folder ${called} has no tokenizer.json, by which its texts are divided. Save it with AutoTokenizer.from_pretrained("${called}").save_pretrained("${called}").`,
      { at: { file: home } },
    );
  const relative = relativeTo(folder);
  const longest = lengthOf(read, architecture);
  const shared = {
    kind: 'text',
    file: relative(data),
    tokenizer: { file: relative(tokenizer), marks: true, ownIds: true },
    length: longest,
    split: { test: 0.2, valid: 0.1 },
  };
  const corpus = path.extname(data).toLowerCase() === '.txt' && text === undefined;
  const name = architecture.classes.find(c =>
    (corpus ? /ForCausalLM$|LMHeadModel$/ : /ForSequenceClassification$/).test(c),
  );
  // A classifier looks at what is filled unless the architecture can leave it out.
  if (!name || !fits(architecture, corpus))
    throw new VitrineError(
      'bad-file',
      `${called} (${String(read['model_type'])}) cannot be trained on ${path.basename(data)}: ${
        corpus
          ? 'a text needs a model that predicts the next token'
          : 'texts with labels need a model that classifies'
      }, as ${listed(Object.keys(architectures).filter(k => fits(architectures[k]!, corpus)))}.`,
      { at: { file: config } },
    );
  const rest = {
    loss: 'cross_entropy',
    optimizer: { name: 'AdamW', lr: 5e-5, weight_decay: 0.01 },
    clip: { norm: 1 },
    epochs: 3,
    batchSize: corpus ? 8 : 16,
    seed: 0,
  };
  if (corpus) return textOf({ model: { file: relative(config), class: name }, data: shared, ...rest });
  const columns = await columnsOf(data, text, target);
  return textOf({
    model: {
      file: relative(config),
      class: name,
      arguments: { num_labels: columns.classes, mask_padding: paddingOf(read, architecture) },
    },
    data: { ...shared, column: columns.text, target: columns.target },
    ...rest,
  });
}

/** Whether an architecture learns from a running text, or from texts with labels. */
function fits({ generation, masked }: Architecture, corpus: boolean): boolean {
  return corpus ? generation !== undefined && generation.memory === undefined : masked === true;
}

function textOf(experiment: object): string {
  return `${JSON.stringify(experiment, null, 2)}\n`;
}

/** Tokens that the positions have room for. */
function lengthOf(config: Readonly<Record<string, unknown>>, architecture: Architecture): number {
  const most = Number(config['max_position_embeddings'] ?? config['n_positions'] ?? usualLength);
  const free = most - (architecture.unused ?? 0);
  return Math.max(1, Math.min(usualLength, Number.isSafeInteger(free) ? free : usualLength));
}

function paddingOf(config: Readonly<Record<string, unknown>>, architecture: Architecture): number {
  const given = config['pad_token_id'];
  return typeof given === 'number' ? given : (architecture.padding ?? 0);
}

/** Which column holds the texts and which the labels, and how many of these there are. */
async function columnsOf(
  file: string,
  text: string | undefined,
  target: string | undefined,
): Promise<{ text: string; target: string; classes: number }> {
  const table = await readTableFile(path.resolve(file), new Set());
  const heads = headsOf(table);
  const names = heads.map(h => h.name);
  const chosen = (
    given: string | undefined,
    like: (h: ColumnHead) => boolean,
    what: string,
    option: string,
  ) => {
    const found = given === undefined ? heads.find(like) : heads.find(h => h.name === given);
    if (found) return found;
    throw new VitrineError(
      given === undefined ? 'bad-usage' : 'bad-data',
      given === undefined
        ? `Which column of ${path.basename(file)} holds the ${what}? Say it with ${option}; it has ${listed(names)}.`
        : `${path.basename(file)} has no column "${given}" (${option}). It has ${listed(names)}.`,
      { at: { file } },
    );
  };
  const label = chosen(target, h => labelNames.test(h.name) && h.name !== text, 'labels', '--target');
  const others = heads.filter(h => h.name !== label.name && h.kind === 'category');
  const texts = chosen(
    text,
    h => others.includes(h) && (textNames.test(h.name) || others.length === 1),
    'texts',
    '--text',
  );
  if (label.distinct < 2 || label.distinct >= 1000)
    throw new VitrineError(
      'bad-data',
      `The column "${label.name}" of ${path.basename(file)} has ${label.distinct < 2 ? 'fewer than 2' : '1000 or more'} different values; expected classes.`,
      { at: { file } },
    );
  return { text: texts.name, target: label.name, classes: label.distinct };
}
