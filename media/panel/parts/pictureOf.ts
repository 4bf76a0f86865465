/** An explanation as a picture that stands alone: what it is about, the evidence, and its trust. On white, for papers and mails. */
import { attributionSvg } from '../../../src/explain/drawing/drawing';
import type { Explanation } from '../../../src/explain/method';
import { trustWords } from './badge';
import { svgImage } from './svgImage';

const scale = 2;
const margin = 16;
const line = 20;
/** Of pixels enlarged, so that a picture of 28 can be seen. */
const canvasHeight = 240;

/** @param pane where it is shown: pictures are taken as they are seen. */
export async function pictureOf(e: Explanation, title: string, pane: Element): Promise<Blob> {
  const shown = [...pane.querySelectorAll<HTMLCanvasElement>('.pictures canvas')].filter(c => c.width > 0);
  const parts =
    shown.length > 0
      ? shown.map(source => ({
          source,
          width: (source.width * canvasHeight) / source.height,
          height: canvasHeight,
        }))
      : [await drawn(e)];
  const words = [title, ...(e.trust.pending ? [] : [trustWords(e.trust)])];
  const canvas = document.createElement('canvas');
  const c = canvas.getContext('2d')!;
  const font = `13px ${getComputedStyle(pane).fontFamily}`;
  c.font = font;
  const width = Math.max(
    parts.reduce((w, p) => w + p.width + margin, -margin),
    ...words.map(w => c.measureText(w).width),
  );
  const height = Math.max(...parts.map(p => p.height));
  canvas.width = Math.ceil((width + 2 * margin) * scale);
  canvas.height = Math.ceil((height + words.length * line + 3 * margin) * scale);
  c.scale(scale, scale);
  c.fillStyle = '#fff';
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.fillStyle = '#1f1f1f';
  c.font = font;
  for (const [i, w] of words.entries()) c.fillText(w, margin, margin + 13 + i * line);
  c.imageSmoothingEnabled = false;
  let x = margin;
  for (const p of parts) {
    c.drawImage(p.source, x, 2 * margin + words.length * line, p.width, p.height);
    x += p.width + margin;
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob(b => (b ? resolve(b) : reject(new Error('The picture could not be made.'))), 'image/png'),
  );
}

async function drawn(e: Explanation) {
  const source = await svgImage(attributionSvg(e));
  return { source, width: source.naturalWidth, height: source.naturalHeight };
}
