/** The files that a report carries, so that it can become an experiment again. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { type Html, html, unescapeHtml } from './html';

/**
 * The files that a report holds: the experiment, and the model's source if it is in there.
 *
 * @throws bad-file when the text is no such report.
 */
export function extractFiles(report: string): { experiment: EmbeddedFile; source?: EmbeddedFile } {
  const experiment = embedded(report, 'vitrine-experiment');
  if (!experiment)
    throw new VitrineError(
      'bad-file',
      'This is no report made by Vitrine, or it was changed: there is no experiment in it.',
    );
  const source = embedded(report, 'vitrine-source');
  return { experiment, ...(source && { source }) };
}

export interface EmbeddedFile {
  name: string;
  text: string;
}

function embedded(report: string, id: string): EmbeddedFile | undefined {
  const found = new RegExp(`<pre id="${id}" data-name="([^"]*)">([^<]*)</pre>`).exec(report);
  return found ? { name: unescapeHtml(found[1]!), text: unescapeHtml(found[2]!) } : undefined;
}

export function embed(id: string, { name, text }: EmbeddedFile): Html {
  // Parsers drop a newline that follows <pre> at once: none is there but the text's own, which is kept by another.
  return html`<pre id="${id}" data-name="${name}">${text.startsWith('\n') ? `\n${text}` : text}</pre>`;
}

/**
 * A report may be anyone's: what it calls its files must be plain names of the wanted kind.
 *
 * @throws bad-file
 */
export function plainName(name: string, suffix: string, report: string): void {
  if (
    name.endsWith(suffix) &&
    name === path.basename(name) &&
    !/[\\/:\0]/.test(name) &&
    !name.startsWith('.')
  )
    return;
  throw new VitrineError(
    'bad-file',
    `${report} holds a file with the impossible name "${name.slice(0, 80)}".`,
    { at: { file: report } },
  );
}
