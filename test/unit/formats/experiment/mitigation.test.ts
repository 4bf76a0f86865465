import assert from 'node:assert/strict';
import { parse } from 'jsonc-parser';
import { withMitigation } from '../../../../src/formats/experiment/mitigation';
import { VitrineError } from '../../../../src/model/errors';

describe('Fairness while training, written into an experiment file', () => {
  const text = `{
  // Mine.
  "model": { "file": "m.py", "class": "M" },
  "sensitive": ["age"], // was
  "loss": "cross_entropy"
}
`;

  it('stands there with its columns, and the rest as it was', () => {
    const mitigate = { method: 'covariance', strength: 3, constraint: 'equalized_odds' } as const;
    const out = withMitigation(text, ['sex', 'race'], mitigate, 'm.vitrine.json');
    assert.match(out, /\/\/ Mine\./);
    assert.match(out, /\/\/ was/);
    assert.deepEqual(parse(out), {
      model: { file: 'm.py', class: 'M' },
      sensitive: ['sex', 'race'],
      loss: 'cross_entropy',
      mitigate,
    });
    const again = withMitigation(out, ['sex'], { method: 'reweighing' }, 'm.vitrine.json');
    assert.deepEqual(parse(again).mitigate, { method: 'reweighing' });
  });

  it('is refused for a text that is no experiment', () => {
    for (const wrong of ['', '[]', '"x"'])
      assert.throws(
        () => withMitigation(wrong, ['sex'], { method: 'reweighing' }, 'm.vitrine.json'),
        (e: unknown) => e instanceof VitrineError && /m\.vitrine\.json is no experiment/.test(e.message),
      );
  });
});
