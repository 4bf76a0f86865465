import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { methods } from '../../../src/explain/registry';
import { engine } from './_engine';
import { type Fidelity, measureFidelity } from './_fidelity';
import { superpixelDifferences } from './_fidelityLime';
import { methodsPage } from './_methodsTable';

describe('attributions against Captum, SHAP and scikit-learn', () => {
  let found: Fidelity[];

  before(async function () {
    this.timeout(900_000);
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

  it('divide pictures as scikit-image does', () => {
    for (const { what, different } of superpixelDifferences()) assert.equal(different, 0, what);
  });

  it('cover every method', () => {
    for (const { id } of methods)
      assert.ok(
        found.some(f => f.id === id),
        `${id} has no authority`,
      );
  });

  it('are told in docs/methods.md as they are', () => {
    const file = path.join(process.cwd(), 'docs/methods.md');
    const page = methodsPage(found);
    if (process.env['VITRINE_WRITE_DOCS']) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, page);
    }
    assert.equal(
      fs.readFileSync(file, 'utf8'),
      page,
      'docs/methods.md is out of date; write it with VITRINE_WRITE_DOCS=1 npm run test:unit',
    );
  });
});
