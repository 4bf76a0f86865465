/** A question to a model in a folder that Transformers saved, and its answer. */
import type { Engine } from '../../engine/engine';
import { openImageClassifier, openPicturesAndTexts } from '../../formats/huggingface/imageModel';
import { openSpeechModel } from '../../formats/huggingface/speechModel';
import { folderTask } from '../../formats/huggingface/tasks';
import { openTextEncoder, type TextEncoder } from '../../formats/huggingface/textModel';
import { VitrineError } from '../../model/errors';
import { greedy, type Writing } from '../../train/generation/decoding';
import { FolderGenerator } from '../../train/generation/folder';
import { answerQuestions } from '../../train/predict/answers';
import { classifyImages, classifyImagesByLabels } from '../../train/predict/imageTasks';
import { transcribe } from '../../train/predict/speechTasks';
import { type Entity, tagTexts } from '../../train/predict/tagTexts';
import { classifyTexts, cosineOf, embedTexts, fillMasks, type MaskFill } from '../../train/predict/textTasks';
import { classifyByLabels } from '../../train/predict/zeroShot';

export interface FolderQuestion {
  folder: string;
  text?: string;
  /** The second text, of models that tell of pairs, or that make vectors. */
  pair?: string;
  question?: string;
  /** Classes of the reader's own. */
  labels?: readonly string[];
  /** A picture or a sound. */
  file?: string;
  /** How a text is continued; the likeliest token each time if absent. */
  writing?: Writing;
}

export type FolderAnswer =
  | { kind: 'classes'; probabilities: Record<string, number> }
  | { kind: 'entities'; entities: readonly Entity[] }
  | { kind: 'answer'; answer: string; probability: number; start: number; end: number }
  | { kind: 'fills'; fills: readonly MaskFill[] }
  | { kind: 'text'; text: string; language?: string }
  /** How near two texts are: the cosine of their vectors, of so many numbers. */
  | { kind: 'nearness'; cosine: number; size: number };

const fills = 10;

/** @throws VitrineError bad-request for a question that lacks something; cancelled */
export async function askFolder(
  engine: Engine,
  asked: FolderQuestion,
  { distFolder, signal }: { distFolder: string; signal?: AbortSignal },
): Promise<FolderAnswer> {
  const { folder } = asked;
  const context = { distFolder, ...(signal && { signal }) };
  const task = await folderTask(folder);
  switch (task) {
    case 'generate': {
      const generator = await FolderGenerator.open(engine, folder, distFolder, signal);
      const { text } = await generator.generate({
        prompt: need(asked.text, 'a text'),
        ...(asked.writing ?? greedy),
        ...(signal && { signal }),
      });
      return { kind: 'text', text };
    }
    case 'speech': {
      const heard = need(asked.file, 'a sound');
      const model = await openSpeechModel(folder, context);
      return { kind: 'text', ...(await transcribe(engine, model, heard, signal ? { signal } : {})) };
    }
    case 'picture': {
      const file = need(asked.file, 'a picture');
      const [found] = await classifyImages(
        engine,
        await openImageClassifier(folder, context),
        [file],
        signal,
      );
      return { kind: 'classes', probabilities: found!.probabilities };
    }
    case 'picture-labels': {
      const labels = need(asked.labels, 'labels');
      const file = need(asked.file, 'a picture');
      const model = await openPicturesAndTexts(folder, context);
      const [found] = await classifyImagesByLabels(engine, model, [file], { labels }, signal);
      return { kind: 'classes', probabilities: found!.probabilities };
    }
    case undefined:
      throw new VitrineError('bad-request', 'This model is shown only: it has no head that would answer.');
    default:
      return askText(engine, await openTextEncoder(folder, context), asked, signal);
  }
}

async function askText(
  engine: Engine,
  encoder: TextEncoder,
  asked: FolderQuestion,
  signal: AbortSignal | undefined,
): Promise<FolderAnswer> {
  const text = need(asked.text, 'a text');
  switch (encoder.task) {
    case 'classify': {
      const { labels, pair } = asked;
      const [found] = labels
        ? await classifyByLabels(engine, encoder, [text], { labels }, signal)
        : await classifyTexts(engine, encoder, [text], signal, pair === undefined ? undefined : [pair]);
      return { kind: 'classes', probabilities: found!.probabilities };
    }
    case 'tag': {
      const [entities] = await tagTexts(engine, encoder, [text], signal);
      return { kind: 'entities', entities: entities! };
    }
    case 'answer': {
      const question = need(asked.question, 'a question');
      const [found] = await answerQuestions(engine, encoder, [{ question, context: text }], signal);
      return { kind: 'answer', ...found! };
    }
    case 'fill-mask': {
      const [found] = await fillMasks(engine, encoder, [text], fills, signal);
      return { kind: 'fills', fills: found! };
    }
    case 'embed': {
      const [a, b] = await embedTexts(engine, encoder, [text, need(asked.pair, 'a second text')], signal);
      return { kind: 'nearness', cosine: cosineOf(a!, b!), size: a!.length };
    }
  }
}

function need<T>(given: T | undefined, what: string): T {
  if (given !== undefined) return given;
  throw new VitrineError('bad-request', `This model needs ${what}.`);
}
