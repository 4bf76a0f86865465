/** Widths of text in the page's fonts, measured once each. */
let context: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();

export function textWidth(text: string, font: string): number {
  const key = `${font}\u0000${text}`;
  let width = known.get(key);
  if (width === undefined) {
    context ??= document.createElement('canvas').getContext('2d');
    if (context) context.font = font;
    width = context ? context.measureText(text).width : text.length * 7;
    if (known.size > 5000) known.clear();
    known.set(key, width);
  }
  return width;
}

/** Cuts a text in the middle of nowhere with an ellipsis so that it fits. */
export function cut(text: string, font: string, width: number): string {
  if (textWidth(text, font) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(`${text.slice(0, middle)}…`, font) <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}
