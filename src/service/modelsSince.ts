/**
 * Readings for someone who has the last one: of a model that an edit left as it was the places alone go from process to
 * process, which costs less than the model itself takes to be read.
 */
import { randomUUID } from 'node:crypto';
import type { ReadModel } from '../formats/_format';
import { placesSince, type Retold, withModels } from '../formats/pytorch/retold';

type Models = Readonly<Record<string, ReadModel>>;

export interface ModelsSince {
  /** What the next request may name as the answer that its sender has. */
  id: string;
  models: Record<string, Retold>;
}

const mostKept = 16;

function put<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
}

/** The side that reads: what it answered, by the name that it gave the answer. */
export class Answers {
  private readonly kept = new Map<string, Models>();

  /** @param since the answer that whoever asks has; one that is not known here counts for nothing. */
  tell(now: Models, since: string | undefined): ModelsSince {
    const before = since === undefined ? undefined : this.kept.get(since);
    const id = randomUUID();
    put(this.kept, id, now);
    const models = Object.entries(now).map(([name, read]): [string, Retold] => {
      const known = before?.[name]?.model;
      const places = known && read.model && placesSince(known, read.model);
      if (!places) return [name, read];
      const { model: _, ...rest } = read;
      return [name, { ...rest, places }];
    });
    return { id, models: Object.fromEntries(models) };
  }
}

/** The side that asks: the last answer to each of its requests. */
export class LastAnswers {
  private readonly kept = new Map<string, { id: string; models: Models }>();

  /**
   * @param key what requests that differ in texts alone have in common.
   * @param send asks for what is new since an answer, or for all.
   */
  async ask(key: string, send: (since: string | undefined) => Promise<ModelsSince>): Promise<Models> {
    const before = this.kept.get(key);
    let answer = await send(before?.id);
    let models = withModels(answer.models, before?.models ?? {});
    if (!models) {
      answer = await send(undefined);
      models = withModels(answer.models, {}) ?? {};
    }
    put(this.kept, key, { id: answer.id, models });
    return models;
  }
}
