export function writeSparse(
  dir: string,
  size?: { layers?: number; width?: number; heads?: number; vocabulary?: number; positions?: number },
): string;
