/**
 * BLEU of a corpus: Papineni, Roukos, Ward and Zhu, "BLEU: a Method for Automatic Evaluation of Machine Translation"
 * (2002). n-grams up to 4 with equal weights and the brevity penalty, one reference each, without smoothing, as
 * sacrebleu's corpus_bleu(smooth_method="none", tokenize="none"), divided by 100.
 */
export function corpusBleu(
  written: readonly (readonly number[])[],
  references: readonly (readonly number[])[],
): number {
  const order = 4;
  const matches = new Array<number>(order).fill(0);
  const totals = new Array<number>(order).fill(0);
  let writtenLength = 0;
  let referenceLength = 0;
  written.forEach((tokens, i) => {
    const reference = references[i]!;
    writtenLength += tokens.length;
    referenceLength += reference.length;
    for (let n = 1; n <= order; n++) {
      const known = counts(reference, n);
      for (const [gram, count] of counts(tokens, n)) {
        totals[n - 1]! += count;
        matches[n - 1]! += Math.min(count, known.get(gram) ?? 0);
      }
    }
  });
  if (matches.some(m => m === 0)) return 0;
  const precision = matches.reduce((sum, m, n) => sum + Math.log(m / totals[n]!), 0) / order;
  const penalty = writtenLength < referenceLength ? 1 - referenceLength / writtenLength : 0;
  return Math.exp(precision + penalty);
}

function counts(tokens: readonly number[], n: number): Map<string, number> {
  const out = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(' ');
    out.set(gram, (out.get(gram) ?? 0) + 1);
  }
  return out;
}
