/** Predictions as a table that any program reads. */
import Papa from 'papaparse';
import type { PredictedRow } from './predictFile';

/** CSV: a row each, the probability of each class in a column of its own, why where it was asked. */
export function predictionsCsv(rows: readonly PredictedRow[], target: string): string {
  const classes = Object.keys(rows.find(r => r.probabilities)?.probabilities ?? {});
  const explained = rows.some(r => r.explanation);
  const failed = rows.some(r => r.error !== undefined);
  const columns = [...new Set(rows.flatMap(r => Object.keys(r.explanation?.attribution ?? {})))];
  const header = [
    'row',
    target,
    ...classes.map(c => `probability of ${c}`),
    ...columns.map(c => `share of ${c}`),
    ...(explained ? ['trust', 'why'] : []),
    ...(failed ? ['error'] : []),
  ];
  const cells = rows.map(r => [
    r.row,
    Array.isArray(r.prediction) ? r.prediction.join(' ') : r.prediction,
    ...classes.map(c => r.probabilities?.[c] ?? ''),
    ...columns.map(c => r.explanation?.attribution?.[c] ?? ''),
    ...(explained ? [r.explanation?.trust ?? '', r.explanation?.text ?? ''] : []),
    ...(failed ? [r.error ?? ''] : []),
  ]);
  return `${Papa.unparse([header, ...cells], { newline: '\n' })}\n`;
}
