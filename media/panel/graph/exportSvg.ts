/** The drawn graph as a file of its own: styles as they are on the screen, written into it. */
import { svgImage } from '../parts/svgImage';

const carried = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'opacity',
  'visibility',
];

const margin = 20;

export function exportSvg(world: SVGGElement, size: { width: number; height: number }): string {
  const copy = world.cloneNode(true) as SVGGElement;
  copy.removeAttribute('transform');
  const from = [world, ...world.querySelectorAll('*')];
  const to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    const target = to[i]!;
    for (const name of carried) {
      const value = style.getPropertyValue(name);
      if (value) target.setAttribute(name, value);
    }
    for (const name of ['class', 'role', 'tabindex', 'data-card', 'aria-pressed', 'aria-expanded'])
      target.removeAttribute(name);
  });
  for (const hit of copy.querySelectorAll('title')) if (!hit.textContent) hit.remove();
  const background = getComputedStyle(document.body).backgroundColor;
  const line = getComputedStyle(world.querySelector('.edge path') ?? world).stroke;
  const width = Math.ceil(size.width + 2 * margin);
  const height = Math.ceil(size.height + 2 * margin);
  const body = new XMLSerializer().serializeToString(copy).replace(/<!--[\s\S]*?-->/g, '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width} ${height}" width="${width}" height="${height}">`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1 1 7 4 1 7" fill="none" stroke="${line}"/></marker></defs>`,
    `<rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" fill="${background}"/>`,
    body,
    '</svg>',
    '',
  ].join('\n');
}

/** Pixels along the longer side that a canvas surely takes. */
const mostPixels = 8192;

/** The same file as a picture, at twice its size where that fits. */
export async function pngOf(svgText: string): Promise<Uint8Array> {
  const picture = await svgImage(svgText);
  const scale = Math.min(2, mostPixels / Math.max(picture.naturalWidth, picture.naturalHeight, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(picture.naturalWidth * scale);
  canvas.height = Math.ceil(picture.naturalHeight * scale);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
  return new Uint8Array((await blob?.arrayBuffer()) ?? []);
}
