/** Cheap looks at Python source, before anything is parsed. */
import { trainsItself } from '../../formats/pytorch/trainsItself';

/** Could this file define a model? Skips what cannot, so that scripts without PyTorch cost nothing. */
export function looksLikeModelFile(text: string): boolean {
  return (
    text.length < 2_000_000 &&
    (/\bclass\s+\w+\s*\(/.test(text) || trainsItself(text)) &&
    /\b(torch|nn)\b/.test(text)
  );
}

/**
 * The `self.name` (or `self.name[…]`) under a column of a line, counted from 1: its attribute, and the columns it
 * covers, end exclusive.
 */
export function selfAttributeAt(
  line: string,
  column: number,
): { name: string; start: number; end: number } | undefined {
  for (const m of line.matchAll(/\bself\.([A-Za-z_]\w*)/g)) {
    const start = m.index + 1;
    const end = start + m[0].length;
    if (column >= start && column <= end) return { name: m[1]!, start, end };
  }
  return undefined;
}

export interface ClassPlace {
  name: string;
  /** Lines and columns count from 1; the statement's first line holds the name. */
  line: number;
  nameColumn: number;
  endLine: number;
}

const roots =
  /^(?:(?:torch\.)?nn\.)?Module$|^nn\.(?:Sequential|ModuleList)$|(?:^|\.)(?:LightningModule|PreTrainedModel)$/;

/**
 * The classes of a text that extend nn.Module, directly or through one another, in the text's order. Works on lines, so
 * that a half-typed body does not matter.
 */
export function classPlaces(text: string): ClassPlace[] {
  const lines = text.split(/\r?\n/);
  const found: (ClassPlace & { bases: string[] })[] = [];
  for (let i = 0; i < lines.length; i++) {
    const m = /^(\s*class\s+)([A-Za-z_]\w*)\s*\(/.exec(lines[i]!);
    if (!m) continue;
    let head = lines[i]!.slice(m[0].length);
    for (let j = i + 1; !head.includes(')') && j < Math.min(lines.length, i + 20); j++)
      head += ` ${lines[j]}`;
    const bases = (head.split(')')[0] ?? '').split(',').map(b => b.trim().replace(/\[.*$/, ''));
    const indent = /^\s*/.exec(lines[i]!)![0].length;
    let end = i;
    for (let j = i + 1; j < lines.length; j++) {
      const line = lines[j]!;
      if (line.trim() === '' || line.trim().startsWith('#')) continue;
      if (/^\s*/.exec(line)![0].length <= indent && !/^\s*[)\]}]/.test(line)) break;
      end = j;
    }
    found.push({ name: m[2]!, line: i + 1, nameColumn: m[1]!.length + 1, endLine: end + 1, bases });
  }
  const models = new Set<string>();
  for (let before = -1; before !== models.size; ) {
    before = models.size;
    for (const c of found) if (c.bases.some(b => roots.test(b) || models.has(b))) models.add(c.name);
  }
  return found.filter(c => models.has(c.name)).map(({ bases: _, ...place }) => place);
}

/** The class whose body holds a line. */
export function classAround(places: readonly ClassPlace[], line: number): ClassPlace | undefined {
  return places.filter(c => c.line <= line && line <= c.endLine).sort((a, b) => b.line - a.line)[0];
}
