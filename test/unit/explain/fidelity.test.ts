import assert from 'node:assert/strict';
import { engine } from './_engine';
import { type Fidelity, measureFidelity } from './_fidelity';

describe('attributions against Captum, SHAP and scikit-learn', () => {
  let found: Fidelity[];

  before(async function () {
    this.timeout(120_000);
    found = await measureFidelity(engine);
  });

  it('agree to 1e-4 where they are exact', () => {
    const exact = found.filter(f => f.unit === 'absolute');
    assert.ok(exact.length >= 8);
    for (const { id, error, values } of exact) {
      assert.ok(values > 0, `${id}: nothing was compared`);
      assert.ok(error < 1e-4, `${id} is off by ${error}`);
    }
  });

  it('agree to three standard errors where they sample', () => {
    const sampled = found.filter(f => f.unit === 'standard errors');
    assert.ok(sampled.length >= 3);
    for (const { id, error, values, within } of sampled) {
      // Chance alone leaves 0.3 % of independent values further out, more where they hang together as pixels do.
      assert.ok(within >= 0.98 * values, `${id}: ${within} of ${values}`);
      assert.ok(error < 1.3, `${id}: ${error} standard errors on average`);
    }
  });
});
