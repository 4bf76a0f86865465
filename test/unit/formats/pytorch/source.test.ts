import { strict as assert } from 'node:assert';
import { isExpression, SourceText } from '../../../../src/formats/pytorch/source';

describe('Python source', () => {
  it('knows an expression from what is none, or none yet', () => {
    for (const text of [
      '10',
      '-1e-3',
      '"relu"',
      '[64, 128]',
      'BasicBlock',
      'nn.ReLU()',
      '3 if x else 4',
      '1, 2',
    ])
      assert.equal(isExpression(text), true, text);
    for (const text of ['abc(', "'a", 'x =', 'x = 3', 'a b', ') + (', '1\n2', 'pass'])
      assert.equal(isExpression(text), false, text);
  });

  it('says to which variable the value of an expression is given', () => {
    const cases: [before: string, value: string, after: string, variable: string | undefined][] = [
      ['x = ', 'f(a)', '\n', 'x'],
      ['    x = y = ', 'f(a)', '  # said\n    return x\n', 'x'],
      ['if a: x = ', 'f(a)', '; y = 2\n', 'x'],
      ['x = ', 'f(a)', ' + 1\n', undefined],
      ['x = a == ', 'f(a)', '\n', undefined],
      ['x: Tensor = ', 'f(a)', '\n', undefined],
      ['x += ', 'f(a)', '\n', undefined],
      ['self.x = ', 'f(a)', '\n', undefined],
      ['g(\n  x=', 'f(a)', '\n)\n', undefined],
      ['x = ', 'f(a)', ', 2\n', undefined],
    ];
    for (const [before, value, after, variable] of cases) {
      const source = new SourceText('', before + value + after);
      assert.equal(source.assigned(before.length, before.length + value.length), variable, before + value);
    }
  });
});
