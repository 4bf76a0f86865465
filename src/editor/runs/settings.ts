/** What a run was trained with, flat, so that runs can be compared setting by setting. */
import { parse } from 'jsonc-parser';

/** Settings that say how a run came to be, not what was trained. */
const left = /^(\$schema|name$|description$)/;
const MAX_SETTINGS = 200;
const MAX_TEXT = 120;

/** "optimizer.name" -> "Adam", … of an experiment's text; {} for what is none. */
export function settingsOf(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  let count = 0;
  const visit = (value: unknown, path: string) => {
    if (count >= MAX_SETTINGS || left.test(path)) return;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path}.${key}`);
      return;
    }
    if (path === '') return;
    const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    settings[path] = shown.length > MAX_TEXT ? `${shown.slice(0, MAX_TEXT)}…` : shown;
    count++;
  };
  visit(parse(text, [], { allowTrailingComma: true }), '');
  return settings;
}

/** The settings in which the runs are not all the same, in the order of first appearance. */
export function differing(runs: readonly { settings: Readonly<Record<string, string>> }[]): string[] {
  const names = [...new Set(runs.flatMap(r => Object.keys(r.settings)))];
  return names.filter(n => runs.some(r => r.settings[n] !== runs[0]!.settings[n]));
}
