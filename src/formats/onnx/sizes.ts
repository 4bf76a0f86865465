/** Sizes as computations: what a symbolic size is, as small trees. The grammar is that of model/dim.ts. */
import type { Dim } from '../../model/graph';

export type SizeTree =
  | { kind: 'number'; value: number }
  | { kind: 'symbol'; name: string }
  | { kind: 'add' | 'sub' | 'mul' | 'div'; a: SizeTree; b: SizeTree };

/** "2*N + ((T)//(3))" as a tree. @throws SyntaxError */
export function sizeTree(dim: Dim): SizeTree {
  if (typeof dim === 'number') return { kind: 'number', value: dim };
  const tokens = dim.match(/\/\/|[A-Za-z_]\w*|\d+|[-+*()]/g) ?? [];
  let at = 0;
  const sum = (): SizeTree => {
    let left: SizeTree = tokens[at] === '-' ? { kind: 'number', value: 0 } : product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const kind = tokens[at++] === '+' ? 'add' : 'sub';
      left = { kind, a: left, b: product() };
    }
    return left;
  };
  const product = (): SizeTree => {
    let left = atom();
    while (tokens[at] === '*' || tokens[at] === '//') {
      const kind = tokens[at++] === '*' ? 'mul' : 'div';
      left = { kind, a: left, b: atom() };
    }
    return left;
  };
  const atom = (): SizeTree => {
    const token = tokens[at++];
    if (token === '(') {
      const inner = sum();
      if (tokens[at++] !== ')') throw new SyntaxError(`"${dim}" lacks a bracket`);
      return inner;
    }
    if (token !== undefined && /^\d+$/.test(token)) return { kind: 'number', value: Number(token) };
    if (token !== undefined && /^[A-Za-z_]/.test(token)) return { kind: 'symbol', name: token };
    throw new SyntaxError(`"${dim}" is no size`);
  };
  const tree = sum();
  if (at < tokens.length) throw new SyntaxError(`"${dim}" is no size`);
  return tree;
}
