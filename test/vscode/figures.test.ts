import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { activate, read, train, write } from './support';

/** Figures that `npm run bench` prints. They are measured, not judged: a slow machine fails no test. */
describe('figures', function () {
  this.timeout(180_000);

  it('measures activation and how late the extension host is while it trains', async () => {
    const api = await activate();
    const long = read('digits/digits.vitrine.json').replace(/"epochs": \d+/, '"epochs": 30');
    const watch = api.watchEventLoop();
    const run = await train(api, write('digits/figures.vitrine.json', long));
    const delay = watch.stop();
    const [end] = run.of('end');
    assert.equal(end?.state, 'finished');
    assert.ok(api.activationMilliseconds > 0);
    assert.ok(delay.max >= delay.mean);
    const figures = { activation: api.activationMilliseconds, delay, trainingSeconds: end.seconds };
    const to = process.env['VITRINE_FIGURES'];
    if (to) fs.writeFileSync(to, JSON.stringify(figures));
    console.log(
      `activation ${figures.activation.toFixed(1)} ms, event loop late by at most ${delay.max.toFixed(1)} ms, blocked for at most ${delay.blocked.toFixed(1)} ms`,
    );
  });
});
