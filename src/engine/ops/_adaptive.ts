/** Windows of the adaptive pools: window i of an axis reaches from floor(i in / out) to ceil((i + 1) in / out). */

export function adaptiveWindows(size: number, length: number): { start: number; end: number }[] {
  return Array.from({ length }, (_, i) => ({
    start: Math.floor((i * size) / length),
    end: Math.ceil(((i + 1) * size) / length),
  }));
}
