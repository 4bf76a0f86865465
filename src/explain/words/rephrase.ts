/**
 * Whether another wording of an explanation still says the same: a language model may choose its words, but not its
 * numbers, its names or its verdict.
 */

/** What is asked of the language model; the sentence itself follows. */
export function rephrasingPrompt(language: 'en' | 'zh'): string {
  return [
    `Rewrite the following explanation of a model's prediction in ${language === 'zh' ? 'Simplified Chinese' : 'English'} so that a person without a background in statistics understands it.`,
    'Keep every number exactly as it is written, every name in quotation marks, every column name, and the verdict about trust with its warning.',
    'Add no facts, no advice and no numbers of your own. Answer with the rewritten paragraph only.',
  ].join(' ');
}

export interface Agreement {
  agrees: boolean;
  /** Numbers of the original that the other wording left out. */
  missing: readonly string[];
  /** Numbers that the other wording made up. */
  added: readonly string[];
}

/** Compares the numbers of two wordings: each must have the other's, as often or not. */
export function numbersAgree(original: string, other: string): Agreement {
  const [said, found] = [numbersIn(original), numbersIn(other)];
  const missing = [...said].filter(n => !found.has(n));
  const added = [...found].filter(n => !said.has(n));
  return { agrees: missing.length === 0 && added.length === 0, missing, added };
}

/** Numbers in one spelling: "1,234.50", "1234.5" and "−1234.5 %" differ in what they say only by the sign. */
function numbersIn(text: string): Set<string> {
  const found = text.matchAll(/(?<![\p{L}\p{N}_])[-−+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?/giu);
  return new Set(
    [...found].map(m => {
      const value = Number(m[0].replace('−', '-').replaceAll(',', ''));
      return Number.isFinite(value) ? String(value) : m[0];
    }),
  );
}
