import { environmentNamed } from '../../rl/named';

/** Could a text hold a training loop, or an agent with its environment? Only a look: reading it has the last word. */
export function trainsItself(text: string): boolean {
  return /\.backward\s*\(/.test(text) || environmentNamed(text) !== undefined;
}
