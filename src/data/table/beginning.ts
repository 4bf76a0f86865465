/** How a delimited text begins: comments above its header, and what separates its cells. */
import Papa from 'papaparse';
import { parseNumber } from './values';

const delimiters = [',', ';', '\t', '|'];

/**
 * Lines that begin with "#" above the header, as tools write them. A header may begin with "#" itself ("#id,name"): then
 * it has as many cells as the row below it.
 */
export function withoutComments(body: string, delimiter?: string): { rest: string; comments: number } {
  let at = 0;
  let comments = 0;
  while (body[at] === '#' && body.indexOf('\n', at) >= 0) {
    at = body.indexOf('\n', at) + 1;
    comments++;
  }
  if (comments === 0) return { rest: body, comments };
  const rest = body.slice(at);
  const mark = delimiter ?? guessDelimiter(rest);
  const cells = (line: string) => Papa.parse<string[]>(line, { delimiter: mark, preview: 1 }).data[0]?.length;
  const last = body.slice(body.lastIndexOf('\n', at - 2) + 1, at - 1);
  if (!/\S/.test(rest) || cells(last) === cells(rest)) return { rest: body, comments: 0 };
  return { rest, comments };
}

/** The delimiter that gives the header the most columns, and the same number in the next lines. */
export function guessDelimiter(body: string): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const { data } = Papa.parse<string[]>(body.slice(0, 1 << 16), { delimiter, newline: '\n', preview: 20 });
    const lines = data.filter(r => r.length > 1 || r[0]!.trim() !== '');
    const width = lines[0]?.length ?? 0;
    if (width < 2) continue;
    // The last line may be cut by the slice.
    const body_ = lines.slice(1, -1);
    const even = body_.every(r => r.length === width) ? 1 : 0;
    const score = even * 1e9 + width;
    if (score > bestScore) {
      bestScore = score;
      best = delimiter;
    }
  }
  return bestScore === 0 && parted(body) ? ' ' : best;
}

/** Whether one space parts the cells: each line has as many, and of those below the header most are numbers. */
function parted(body: string): boolean {
  const lines = body
    .slice(0, 1 << 16)
    .split('\n', 21)
    .map(l => l.split(' '))
    .filter(l => l.join('') !== '');
  const [head, ...rest] = lines.length > 20 ? lines.slice(0, -1) : lines;
  if (!head || head.length < 2 || rest.length < 2 || rest.some(l => l.length !== head.length)) return false;
  const cells = rest.flat();
  return cells.filter(c => !Number.isNaN(parseNumber(c))).length * 2 > cells.length;
}
