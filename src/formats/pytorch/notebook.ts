/** A notebook's Python as one text, in the order of its cells, and where each cell lies in it. */

export interface NotebookText {
  text: string;
  /** The line (from 0) at which each cell begins. */
  starts: readonly number[];
}

/** Commands of the notebook (`%matplotlib inline`, `!pip install`, `cell?`) are comments to Python: places stay. */
function quiet(cell: string): string {
  if (/^\s*%%/.test(cell) && !/^\s*%%(?:time|timeit|capture)\b/.test(cell)) return cell.replace(/^/gm, '#');
  return cell
    .replace(/^(\s*)([%!])/gm, (_, space: string) => `${space}#`)
    .replace(/^(\s*\??)(\w[\w.]*)\?+\s*$/gm, '$1#$2?');
}

/** @param cells the code cells' texts. */
export function notebookText(cells: readonly string[]): NotebookText {
  const starts: number[] = [];
  let line = 0;
  const texts = cells.map(c => {
    starts.push(line);
    const text = quiet(c.replace(/\r\n?/g, '\n'));
    line += text.split('\n').length;
    return text;
  });
  return { text: texts.join('\n'), starts };
}

/** The Python of an `.ipynb` file. @throws Error if it is no notebook. */
export function notebookCode(json: string): string {
  const notebook = JSON.parse(json) as { cells?: unknown };
  if (!Array.isArray(notebook.cells)) throw new Error('it has no list of cells');
  const cells: string[] = [];
  for (const c of notebook.cells as { cell_type?: unknown; source?: unknown }[]) {
    if (c?.cell_type !== 'code') continue;
    const { source } = c;
    cells.push(
      Array.isArray(source) ? source.filter(l => typeof l === 'string').join('') : String(source ?? ''),
    );
  }
  return notebookText(cells).text;
}
