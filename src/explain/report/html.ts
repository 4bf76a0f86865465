/** HTML from templates in which everything that is put in is escaped, unless it is HTML made here. */

/** Text that is markup already. Only `html` and `raw` make it. */
export class Html {
  constructor(readonly text: string) {}
}

export type Part = Html | string | number | null | undefined | false | readonly Part[];

/** `html\`<b>${name}</b>\``: lists are joined, what is null or false is left out, all else is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((s, i) => (i === 0 ? s : text(parts[i - 1]!) + s)).join(''));
}

/** Markup that this program wrote itself, e.g. a style sheet; never text from a file. */
export function raw(markup: string): Html {
  return new Html(markup);
}

/** Safe in text and in quoted attributes. Control characters, which no HTML may hold, become visible. */
export function escapeHtml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
  );
}

/** The reverse, for what `escapeHtml` wrote. */
export function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function text(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(text).join('');
  return escapeHtml(String(part));
}

/** A part of the report with its heading and a sentence under it. */
export function section(id: string, title: string, lead: string, ...content: readonly Part[]): Html {
  return html`<section id="${id}"><h2>${title}</h2>${lead && html`<p>${lead}</p>`}${content}</section>`;
}
