/** Mocha's spec reporter, which also writes the counts and what failed to the file named by VITRINE_TEST_RESULTS. */
import fs from 'node:fs';
import Mocha from 'mocha';

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    // At once and not only at the end: a suite that hangs has no end.
    runner.on('fail', (test, error) => {
      const message = String(error?.message).slice(0, 600);
      failed.push({ title: test.fullTitle(), message });
      Mocha.reporters.Base.consoleLog(`      ${message}`);
    });
    const file = process.env.VITRINE_TEST_RESULTS;
    if (file)
      runner.once('end', () => {
        const { passes, failures, pending } = this.stats;
        fs.writeFileSync(file, JSON.stringify({ passes, failures, pending, failed }));
      });
  }
}
