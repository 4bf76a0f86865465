/** Entities in texts, by a classifier of tokens. */
import type { Engine } from '../../engine/engine';
import type { TextEncoder } from '../../formats/huggingface/textModel';
import type { TextTokenizer } from '../../formats/huggingface/tokenizer';
import { likeliest, softmax } from '../generation/decoding';
import { overRows } from './textBatches';
import { encodeText, placeOf } from './textTasks';

export interface Entity {
  /** The kind, without B- and I-. */
  entity: string;
  /** The mean of its tokens' probabilities. */
  probability: number;
  /** As the tokenizer puts it together. */
  word: string;
  /** Code units of the text. */
  start: number;
  end: number;
}

interface Tagged {
  label: string;
  probability: number;
  id: number;
  start: number;
  end: number;
}

/**
 * Neighbouring tokens of one kind are one entity, unless the next begins another (B-); what lies outside (O) is left out:
 * the pipeline's aggregation_strategy "simple".
 *
 * @throws bad-request when a text is empty; cancelled
 */
export async function tagTexts(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Entity[][]> {
  const { tokenizer } = encoder;
  const rows = texts.map((text, i) => encodeText(encoder, text, i));
  return overRows(engine, encoder, rows, signal, ({ ids, output: { shape, data } }, i) => {
    const text = texts[i]!;
    const own = tokenizer.encode(text, { special: false }).ids;
    const first = placeOf(ids, own);
    const classes = shape.at(-1)!;
    const tagged: Tagged[] = [];
    for (const [k, { start, end }] of tokenizer.spans(text).entries()) {
      // Of a text that was cut, the last token is a mark.
      if (first + k >= ids.length - (own.length + first > ids.length ? 1 : 0)) break;
      const probabilities = softmax(
        Array.from(data.subarray((first + k) * classes, (first + k + 1) * classes)),
      );
      const best = likeliest(probabilities);
      tagged.push({
        label: encoder.labels[best] ?? `LABEL_${best}`,
        probability: probabilities[best]!,
        id: own[k]!,
        start,
        end,
      });
    }
    return entitiesOf(tagged, group => wordOf(tokenizer, group, text));
  });
}

/** Put together as the tokenizer does it; what it does not know stands as in the text. */
function wordOf({ unknown, ...tokenizer }: TextTokenizer, group: readonly Tagged[], text: string): string {
  const known = tokenizer.decode(
    group.map(t => t.id),
    { special: true },
  );
  if (unknown === undefined) return known.trim();
  const missed = group.filter(t => tokenizer.token(t.id) === unknown);
  return missed.reduce((word, t) => word.replace(unknown, () => text.slice(t.start, t.end)), known).trim();
}

function kindOf(label: string): { begins: boolean; kind: string } {
  return { begins: label.startsWith('B-'), kind: label.replace(/^[BI]-/, '') };
}

function entitiesOf(tagged: readonly Tagged[], word: (group: readonly Tagged[]) => string): Entity[] {
  const groups: Tagged[][] = [];
  for (const token of tagged) {
    const { begins, kind } = kindOf(token.label);
    const last = groups.at(-1);
    if (last && !begins && kindOf(last.at(-1)!.label).kind === kind) last.push(token);
    else groups.push([token]);
  }
  return groups
    .map(group => ({
      entity: kindOf(group[0]!.label).kind,
      probability: group.reduce((s, t) => s + t.probability, 0) / group.length,
      word: word(group),
      start: group[0]!.start,
      end: group.at(-1)!.end,
    }))
    .filter(e => e.entity !== 'O');
}
