/**
 * Sentences that the lower rooms throw or warn with, in another language. They are made in English, where their values
 * are known; whoever shows them asks here. What the table lacks stays English: a sentence that is understood half is
 * better than none.
 */
import { chineseChecks } from './checks.zh';
import { chineseDataNotes, chineseValues } from './dataNotes.zh';
import { chineseErrors } from './errors.zh';
import { chineseMessages } from './messages.zh';
import { chineseModelAdvice } from './modelAdvice.zh';

interface Known {
  pattern: RegExp;
  text: string;
}

const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  zh: { ...chineseErrors, ...chineseMessages, ...chineseDataNotes, ...chineseChecks, ...chineseModelAdvice },
};
const values: typeof tables = { zh: chineseValues };
const compiled = new Map<object, readonly Known[]>();

/** The English sentences that a language has, for tests. */
export function knownMessages(language: string): readonly string[] {
  return Object.keys(tables[language] ?? {});
}

/** A message in a language: sentence by sentence, as far as the table goes. */
export function messageIn(language: string, message: string): string {
  let left = message;
  let out = '';
  while (left !== '') {
    const table = tables[language];
    let found = firstOf(language, left, table);
    // Between sentences of Chinese there is no space.
    if (!found && out !== '' && left.startsWith(' ')) {
      left = left.slice(1);
      found = firstOf(language, left, table);
      if (!found) return `${out} ${left}`;
    }
    if (!found) return out + left;
    out += found.text;
    left = left.slice(found.length);
  }
  return out;
}

/** The longest known beginning of a text. */
function firstOf(
  language: string,
  text: string,
  table: Readonly<Record<string, string>> | undefined,
): { text: string; length: number } | undefined {
  let best: { text: string; length: number } | undefined;
  for (const { pattern, text: template } of patternsOf(table)) {
    const match = pattern.exec(text);
    if (!match || (best && best.length >= match[0].length)) continue;
    best = {
      text: template.replace(/\{(\d+)\}/g, (_, i) => valueIn(language, match[Number(i) + 1] ?? '')),
      length: match[0].length,
    };
  }
  return best;
}

/** A value that is itself words of ours ("after training"); names and numbers stay as they are. */
function valueIn(language: string, value: string): string {
  if (!/^[\w.]+(?: [\w.%]+)+$/.test(value) && !/ and \d+ more columns$/.test(value)) return value;
  for (const table of [values, tables]) {
    const found = firstOf(language, value, table[language]);
    if (found?.length === value.length) return found.text;
  }
  return value;
}

function patternsOf(table: Readonly<Record<string, string>> | undefined): readonly Known[] {
  if (!table) return [];
  let known = compiled.get(table);
  if (!known) {
    known = Object.entries(table).map(([english, text]) => ({
      // Values are short, and are never taken from another line. A point within one (net.onnx) ends no sentence.
      pattern: new RegExp(
        `^${english
          .split(/\{\d+\}/)
          .map(escaped)
          .join('(.{1,300}?)')}${english.endsWith('.') ? '(?=\\s|$)' : ''}`,
      ),
      text,
    }));
    compiled.set(table, known);
  }
  return known;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
