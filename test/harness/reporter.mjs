/** Mocha's spec reporter, which also writes the counts to the file named by VITRINE_TEST_RESULTS. */
import fs from 'node:fs';
import Mocha from 'mocha';

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    // At once and not only at the end: a suite that hangs has no end.
    runner.on('fail', (_, error) =>
      Mocha.reporters.Base.consoleLog(`      ${String(error?.message).slice(0, 600)}`),
    );
    const file = process.env.VITRINE_TEST_RESULTS;
    if (file)
      runner.once('end', () => {
        const { passes, failures, pending } = this.stats;
        fs.writeFileSync(file, JSON.stringify({ passes, failures, pending }));
      });
  }
}
