/** Could a text hold a training loop? Only a look: reading it has the last word. */
export function trainsItself(text: string): boolean {
  return /\.backward\s*\(/.test(text);
}
