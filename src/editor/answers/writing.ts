/** How a language model is to choose its tokens: the usual ways, or values of one's own in the names of Transformers. */
import type { Writing } from '../../train/generation/decoding';

interface Field {
  of: keyof Writing;
  whole: boolean;
  least: number;
  most: number;
}

/** By the name that Transformers' generate gives it. */
const fields: Readonly<Record<string, Field>> = {
  max_new_tokens: { of: 'tokens', whole: true, least: 1, most: 10_000 },
  temperature: { of: 'temperature', whole: false, least: 0, most: 100 },
  top_k: { of: 'topK', whole: true, least: 1, most: 1_000_000 },
  top_p: { of: 'topP', whole: false, least: 0.001, most: 1 },
  num_beams: { of: 'beams', whole: true, least: 1, most: 64 },
  seed: { of: 'seed', whole: true, least: 0, most: Number.MAX_SAFE_INTEGER },
};

export const writingNames = Object.keys(fields);

/** "temperature=0.8 top_k=50 seed=1": what is not at its rest. */
export function writingText(w: Writing): string {
  const drawn = w.temperature > 0 && (w.beams ?? 1) === 1;
  return Object.entries(fields)
    .filter(([, { of }]) => w[of] !== undefined)
    .filter(([, { of }]) =>
      of === 'beams' ? w.beams! > 1 : drawn || of === 'tokens' || (of === 'temperature' && !w.beams),
    )
    .map(([name, { of }]) => `${name}=${w[of]}`)
    .join(' ');
}

/** What is wrong with a text of values, by its name and what it may be. */
export type WritingProblem = { name: string } & (
  | { unknown: true }
  | { unknown: false; text: string; field: Field }
);

/** Reads "temperature=0.8, top_k=50"; what it does not name stays as in `before`. */
export function readWriting(text: string, before: Writing): Writing | WritingProblem {
  const out: Writing = { ...before };
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const [name = '', value = ''] = part.split(/[=:]/);
    const field = Object.hasOwn(fields, name) ? fields[name]! : undefined;
    if (!field) return { name, unknown: true };
    const x = Number(value);
    const fits =
      value !== '' && x >= field.least && x <= field.most && (!field.whole || Number.isSafeInteger(x));
    if (!fits) return { name, unknown: false, text: value, field };
    out[field.of] = x;
  }
  return out;
}
