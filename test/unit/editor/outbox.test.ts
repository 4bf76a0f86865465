import * as assert from 'node:assert/strict';
import { pageHtml } from '../../../src/editor/panel/html';
import { Outbox } from '../../../src/editor/panel/outbox';
import type { PanelState, ToPage } from '../../../src/editor/panelProtocol';
import type { RunEvent, RunRecord } from '../../../src/train/run';

const record = { id: 'r', state: 'running' } as RunRecord;
const step = (n: number) => ({ event: 'step', run: 'r', epoch: 1, step: n, loss: 1 }) as RunEvent;

function setUp() {
  const sent: ToPage[] = [];
  let due: (() => void) | undefined;
  const box = new Outbox(
    { view: 'training', selection: {}, methods: [] },
    {
      post: m => sent.push(structuredClone(m)),
      later: callback => {
        due = callback;
        return () => {
          due = undefined;
        };
      },
      strings: () => ({ a: 'b' }),
    },
  );
  return {
    box,
    sent,
    tick: () => {
      const f = due;
      due = undefined;
      f?.();
    },
  };
}

describe("the panel's outbox", () => {
  it('says nothing before the page is ready, then everything', () => {
    const { box, sent, tick } = setUp();
    box.update({ view: 'data' });
    tick();
    assert.deepEqual(sent, []);
    box.ready();
    assert.deepEqual(sent, [
      { type: 'state', state: { view: 'data', selection: {}, methods: [] }, strings: { a: 'b' } },
    ]);
  });

  it('sends what follows closely as one patch, and what is gone as cleared', () => {
    const { box, sent, tick } = setUp();
    box.ready();
    box.update({ busy: 'x', view: 'data' });
    box.update({ busy: undefined, error: 'e' });
    tick();
    assert.deepEqual(sent.slice(1), [
      { type: 'patch', patch: { view: 'data', error: 'e' }, clear: ['busy'] },
    ]);
    assert.equal('busy' in box.state, false);
  });

  it('collects events and adds them to the state', () => {
    const { box, sent, tick } = setUp();
    box.ready();
    box.update({ run: { record, events: [] } });
    box.append('r', [step(1)]);
    tick();
    box.append('r', [step(2)]);
    box.append('r', [step(3)]);
    box.append('other', [step(9)]);
    tick();
    assert.deepEqual(
      sent.slice(1).map(m => m.type),
      ['patch', 'events'],
    );
    // The first one travelled in the run itself.
    assert.deepEqual((sent[1] as { patch: Partial<PanelState> }).patch.run?.events, [step(1)]);
    assert.deepEqual((sent[2] as { events: unknown }).events, [step(2), step(3)]);
    assert.equal(box.state.run?.events.length, 3);
  });

  it('sends nothing to a hidden page, and replays when it is back', () => {
    const { box, sent, tick } = setUp();
    box.ready();
    box.update({ run: { record, events: [] } });
    tick();
    box.hidden();
    for (let i = 0; i < 100; i++) box.append('r', [step(i)]);
    tick();
    assert.equal(sent.length, 2);
    box.ready();
    assert.equal((sent[2] as { state: PanelState }).state.run?.events.length, 100);
  });
});

describe("the page's shell", () => {
  const html = pageHtml({
    script: 'https://x/panel.js',
    style: 'https://x/panel.css',
    cspSource: 'https://csp',
    nonce: 'abc"><script>',
    language: 'en',
  });

  it('lets in nothing but its own script and style', () => {
    assert.match(html, /default-src 'none'/);
    assert.ok(!/unsafe-inline|unsafe-eval/.test(html));
    assert.equal(html.match(/<script/g)?.length, 1);
  });

  it('escapes what it is given', () => {
    assert.ok(!html.includes('abc">'));
  });
});
