import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ui } from '../harness/context.mjs';
import { copySamples, copyTrained, root } from '../harness/paths.mjs';
import { violationsOf } from './support.mjs';

/** Reports as a reader of one opens them: in a browser, offline, in the system's colours. */
describe('reports', () => {
  let samples;

  before(() => {
    samples = copyTrained(copySamples(path.join(ui.dataDir, 'report samples')));
  });

  for (const [sample, what] of [
    ['sentiment', 'texts'],
    ['triage', 'a table with groups'],
  ])
    it(`of ${what} are accessible in light and dark, and ask for nothing from elsewhere`, async function () {
      this.timeout(120_000);
      const runs = path.join(samples, sample, '.vitrine/runs');
      const file = path.join(samples, `${sample}.html`);
      const cli = path.join(root, 'dist/cli.js');
      execFileSync(process.execPath, [cli, 'report', path.join(runs, fs.readdirSync(runs)[0]), '-o', file]);
      for (const colorScheme of ['light', 'dark']) {
        const page = await ui.browser.newPage({ colorScheme, viewport: { width: 1100, height: 900 } });
        const said = [];
        page.on('console', m => said.push(m.text()));
        page.on('request', r => r.url().startsWith('file:') || said.push(r.url()));
        await page.goto(`file://${file}`);
        await page.locator('h1').waitFor();
        await page.screenshot({ path: path.join(ui.screenshots, `report-${sample}-${colorScheme}.png`) });
        assert.deepEqual(await violationsOf(page), [], colorScheme);
        assert.deepEqual(said, []);
        await page.close();
      }
    });
});
