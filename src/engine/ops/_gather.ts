/** What the ops that read by an index share. */

/** Statements that set `k` to the index that `expression` reads: negative ones count from the end, all stay inside. */
export function safeIndex(expression: string, size: number): string {
  return `int k = ${expression}; if (k < 0) { k = k + ${size}; } k = Math.min(Math.max(k, 0), ${size - 1});`;
}
