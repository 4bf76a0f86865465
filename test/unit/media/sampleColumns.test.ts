import assert from 'node:assert/strict';
import { sampleColumns } from '../../../media/panel/logic/sampleColumns';

const feature = (name: string, from?: string) => ({
  name,
  kind: 'number' as const,
  missing: 0,
  span: [0, 1] as const,
  ...(from !== undefined && { from }),
});

describe('the columns of samples', () => {
  it('are those of the table', () => {
    assert.deepEqual(
      sampleColumns([feature('a'), feature('b')], [{ a: 1, b: 2 }]).map(c => c.name),
      ['a', 'b'],
    );
  });

  it('are the text, not the tokens that the model sees', () => {
    assert.deepEqual(sampleColumns([feature('token 1'), feature('token 2')], [{ text: 'To be' }]), [
      { name: 'text', kind: 'category' },
    ]);
  });

  it('are the column that several features come from, once', () => {
    assert.deepEqual(
      sampleColumns(
        [feature('day (sin)', 'day'), feature('day (cos)', 'day'), feature('x')],
        [{ day: '2024-01-01', x: 3 }],
      ).map(c => c.name),
      ['day', 'x'],
    );
  });

  it('are those that the model sees where rows say nothing', () => {
    assert.deepEqual(
      sampleColumns([feature('a')], [{}]).map(c => c.name),
      ['a'],
    );
  });
});
