import * as assert from 'node:assert/strict';
import { Desk } from '../../../src/editor/panel/desk';
import { pageHtml } from '../../../src/editor/panel/html';
import type { PanelState, PanelView, ToPage } from '../../../src/editor/panelProtocol';
import type { RunEvent, RunRecord } from '../../../src/train/runs/run';

const record = { id: 'r', state: 'running' } as RunRecord;
const step = (n: number) => ({ event: 'step', run: 'r', epoch: 1, step: n, loss: 1 }) as RunEvent;

function setUp() {
  const sent: ToPage[] = [];
  let due: (() => void) | undefined;
  const desk = new Desk();
  const box = desk.join(
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
    'training',
  );
  return {
    desk,
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
    const { desk, box, sent, tick } = setUp();
    desk.update({ view: 'data' });
    tick();
    assert.deepEqual(sent, []);
    box.ready();
    assert.deepEqual(sent, [
      { type: 'state', state: { view: 'data', selection: {}, methods: [] }, strings: { a: 'b' } },
    ]);
  });

  it('sends what follows closely as one patch, and what is gone as cleared', () => {
    const { desk, box, sent, tick } = setUp();
    box.ready();
    desk.update({ busy: 'x', view: 'data' });
    desk.update({ busy: undefined, error: 'e' });
    tick();
    assert.deepEqual(sent.slice(1), [
      { type: 'patch', patch: { view: 'data', error: 'e' }, clear: ['busy'] },
    ]);
    assert.equal('busy' in desk.state, false);
  });

  it('collects events and adds them to the state', () => {
    const { desk, box, sent, tick } = setUp();
    box.ready();
    desk.update({ run: { record, events: [] } });
    desk.append('r', [step(1)]);
    tick();
    desk.append('r', [step(2)]);
    desk.append('r', [step(3)]);
    desk.append('other', [step(9)]);
    tick();
    assert.deepEqual(
      sent.slice(1).map(m => m.type),
      ['patch', 'events'],
    );
    // The first one travelled in the run itself.
    assert.deepEqual((sent[1] as { patch: Partial<PanelState> }).patch.run?.events, [step(1)]);
    assert.deepEqual((sent[2] as { events: unknown }).events, [step(2), step(3)]);
    assert.equal(desk.state.run?.events.length, 3);
  });

  it('sends nothing to a hidden page, and replays when it is back', () => {
    const { desk, box, sent, tick } = setUp();
    box.ready();
    desk.update({ run: { record, events: [] } });
    tick();
    box.hidden();
    for (let i = 0; i < 100; i++) desk.append('r', [step(i)]);
    tick();
    assert.equal(sent.length, 2);
    box.ready();
    assert.equal((sent[2] as { state: PanelState }).state.run?.events.length, 100);
  });
});

describe("the panel's desk", () => {
  const page = (desk: Desk, view: PanelView) => {
    const sent: ToPage[] = [];
    const box = desk.join(
      {
        post: m => sent.push(structuredClone(m)),
        later: callback => {
          callback();
          return () => {};
        },
        strings: () => ({}),
      },
      view,
    );
    box.ready();
    return { box, sent };
  };

  it('shows all pages the same selection and each its own view', () => {
    const desk = new Desk();
    const left = page(desk, 'architecture');
    const right = page(desk, 'training');
    desk.update({ selection: { module: 'fc1' } });
    for (const { sent } of [left, right])
      assert.deepEqual(sent.at(-1), { type: 'patch', patch: { selection: { module: 'fc1' } } });
    assert.equal(desk.state.view, 'training');
    left.box.view = 'data';
    assert.equal(right.box.view, 'training');
    assert.ok(desk.shows('data') && desk.shows('training') && !desk.shows('architecture'));
  });

  it('turns the page in front, unless another one shows the view already', () => {
    const desk = new Desk();
    const left = page(desk, 'architecture');
    const right = page(desk, 'training');
    desk.front = left.box;
    desk.update({ view: 'training' });
    assert.equal(left.box.view, 'architecture');
    desk.update({ view: 'explain' });
    assert.equal(left.box.view, 'explain');
    assert.equal(right.box.view, 'training');
  });

  it('adds events once, however many pages there are', () => {
    const desk = new Desk();
    const left = page(desk, 'architecture');
    page(desk, 'training');
    desk.update({ run: { record, events: [] } });
    desk.append('r', [step(1)]);
    assert.equal(desk.state.run?.events.length, 1);
    desk.leave(left.box);
    desk.append('r', [step(2)]);
    assert.equal(desk.state.run?.events.length, 2);
    assert.equal(desk.state.view, 'training');
  });
});

describe("the page's shell", () => {
  const html = pageHtml({
    script: 'const a = "</script>", b = /<!--/;',
    style: 'p::after { content: "</style>"; }',
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
    for (const element of ['script', 'style'])
      assert.equal(html.match(RegExp(`</${element}`, 'g'))?.length, 1);
    assert.ok(html.includes('const a = "<\\/script>", b = /\\x3c!--/;'));
  });
});
