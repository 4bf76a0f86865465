/** The shell of a page: a policy that lets in nothing but our own script and style, and both of them. */

export interface PageParts {
  /** Their texts. As files they would be asked for one by one, through the service worker and the editor's window. */
  script: string;
  style: string;
  cspSource: string;
  nonce: string;
  language: string;
}

export function pageHtml({ script, style, cspSource, nonce, language }: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src ${cspSource} data: blob:`,
    `font-src ${cspSource}`,
    // The graph's layout runs in a worker whose source travels in the page's script.
    'worker-src blob:',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<style nonce="${attribute(nonce)}">${closed(style, 'style')}</style>
<title>Vitrine</title>
</head>
<body>
<div id="app"></div>
<script nonce="${attribute(nonce)}">${closed(script, 'script')}</script>
</body>
</html>`;
}

/** The text inside of its element: nothing in it ends the element, or begins what HTML takes for a comment. */
function closed(text: string, element: 'script' | 'style'): string {
  // In strings, templates and regular expressions, the only places where these can be, this changes nothing.
  return text.replace(new RegExp(`</(?=${element})`, 'gi'), '<\\/').replace(/<!--/g, '\\x3c!--');
}

function attribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
