/** Explanations of what a folder that Transformers saved makes of a text: its next token, its mask, its class. */
import path from 'node:path';
import type { Dataset, RawSample } from '../../data/dataset';
import type { Engine } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import { explain } from '../../explain/explain';
import type { Explanation } from '../../explain/method';
import { atPosition } from '../../explain/transformer/atPosition';
import { modelFileOf } from '../../formats/_registry';
import { format } from '../../formats/huggingface';
import { labelsOf, readConfig, severalHold } from '../../formats/huggingface/folder';
import { openTokenizer, type TextTokenizer } from '../../formats/huggingface/tokenizer';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';

export interface ExplainTextRequest {
  /** The folder or its config.json. */
  folder: string;
  text: string;
  method: string;
  /** A token or class by name or index; the model's own answer if absent. */
  target?: string | number;
  options?: Readonly<Record<string, unknown>>;
}

/**
 * @throws file-not-found, bad-file when the folder's model takes no text or gives no scores; bad-request for an empty
 *   text, or one without a mask where that is what the model fills.
 */
export async function explainText(
  { folder: where, text, ...question }: ExplainTextRequest,
  engine: Engine,
  context: { distFolder: string; signal?: AbortSignal; onProgress?(done: number): void },
): Promise<Explanation> {
  const file = await modelFileOf(path.resolve(where), where);
  const config = await readConfig(file);
  const tokenizer = await openTokenizer(path.dirname(file));
  const read = await format.read({ file }, { distFolder: context.distFolder, signal: context.signal });
  const { model, diagnostics } = Object.values(read)[0]!;
  const error = diagnostics.find(d => d.severity === 'error');
  if (!model || error)
    throw new VitrineError('bad-file', error?.message ?? 'The model cannot be read.', { at: { file } });
  if (model.inputs.length !== 1 || !/int/.test(model.values[model.inputs[0]!]!.dtype))
    throw new VitrineError('bad-file', `${model.name} does not take one text.`, { at: { file } });
  const { ids } = tokenizer.encode(text);
  if (ids.length === 0)
    throw new VitrineError('bad-request', 'The text has no tokens. Give at least one word.');
  const kind = /MaskedLM$/.test(model.name)
    ? 'mask'
    : /SequenceClassification$/.test(model.name)
      ? 'class'
      : /LMHeadModel$|CausalLM$/.test(model.name)
        ? 'next'
        : undefined;
  if (!kind)
    throw new VitrineError(
      'bad-file',
      `${model.name} gives no scores of tokens or classes to explain. Expected a …LMHeadModel, …ForCausalLM, …ForMaskedLM or …ForSequenceClassification.`,
      { at: { file } },
    );
  const position = kind === 'mask' ? ids.indexOf(tokenizer.mask?.id ?? -1) : -1;
  if (kind === 'mask' && position < 0)
    throw new VitrineError(
      'bad-request',
      `${model.name} fills a mask, and the text has none. Write ${tokenizer.mask?.token ?? '[MASK]'} where the word is hidden.`,
    );
  const scored = kind === 'class' ? model : atPosition(model, position);
  const shape = scored.values[scored.outputs[0]!]!.shape;
  const dataset = new TextOfFolder(path.basename(path.dirname(file)), tokenizer, ids, kind, {
    width: Number(shape.at(-1)),
    labels: labelsOf(config),
    filling: Number(config['pad_token_id'] ?? 0) || 0,
  });
  return explain({
    ...question,
    ...(context.signal && { signal: context.signal }),
    ...(context.onProgress && { onProgress: context.onProgress }),
    engine,
    model: scored,
    weights: { ...initializeWeights(model, 0), ...(await format.weights!(model)) },
    dataset,
    loss: { name: kind === 'class' && severalHold(config) ? 'bce_with_logits' : 'cross_entropy' },
    input: { shape: [1, ids.length], data: Int32Array.from(ids) },
  });
}

/** One text as explanations see data: no rows, but names for tokens and classes. */
class TextOfFolder implements Dataset {
  readonly modality = 'text';
  readonly sampleShape: readonly number[];
  readonly features: Dataset['features'];
  readonly target: Dataset['target'];
  readonly splits = { train: new Int32Array(), valid: new Int32Array(), test: new Int32Array() };
  readonly notes: readonly string[] = [];
  readonly hash = '';
  private readonly plain: ReadonlySet<number>;

  constructor(
    readonly name: string,
    private readonly tokenizer: TextTokenizer,
    ids: readonly number[],
    kind: 'mask' | 'class' | 'next',
    private readonly known: { width: number; labels: readonly string[]; filling: number },
  ) {
    this.sampleShape = [ids.length];
    this.features = ids.map((_, i) => ({
      name: `token ${i + 1}`,
      kind: 'number' as const,
      span: [i, i + 1] as const,
      missing: 0,
    }));
    const nameOf = (i: number) => (kind === 'class' ? (known.labels[i] ?? `LABEL_${i}`) : this.shown(i));
    this.target = {
      name: kind === 'class' ? 'class' : kind === 'mask' ? 'masked token' : 'next token',
      kind: 'classes',
      classes: Array.from({ length: known.width }, (_, i) => nameOf(i)),
    };
    // Tokens that an encoding of the text alone has: the others ([CLS], <s>) are the model's own and stay.
    this.plain = new Set(tokenizer.encode(tokenizer.decode(ids), { special: false }).ids);
  }

  batch(): never {
    throw new VitrineError('bad-request', 'A folder has no rows. Give a text.');
  }

  raw(): RawSample {
    throw new VitrineError('bad-request', 'A folder has no rows. Give a text.');
  }

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    const ids = this.tokenizer.encode(String(rows[0]?.['text'] ?? '')).ids;
    return { shape: [1, ids.length], data: Int32Array.from(ids) };
  }

  preparation(): unknown {
    return {};
  }

  entryNames(input: Tensor): readonly string[] {
    return Array.from(input.data, id => this.shown(id));
  }

  neutral(input: Tensor): Int32Array {
    const nothing = this.tokenizer.mask?.id ?? this.known.filling;
    return Int32Array.from(input.data, id => (this.plain.has(id) ? nothing : id));
  }

  private shown(id: number): string {
    const text = this.tokenizer.decode([id], { special: true });
    return text === '' || text.includes('\uFFFD') ? this.tokenizer.token(id) : text;
  }
}
