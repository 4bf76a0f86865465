import assert from 'node:assert/strict';
import { actionsOf, currentMethod } from '../../../media/panel/actions';
import { defaults, receive, restore, Store } from '../../../media/panel/store';
import { english, t, useStrings } from '../../../media/panel/strings';
import type { FromPage, PanelState } from '../../../src/editor/panelProtocol';
import type { RunEvent } from '../../../src/train/runs/run';
import digits from './fixtures/digits.json';

const state = digits as unknown as PanelState;
const event: RunEvent = { event: 'state', run: state.run!.record.id, state: 'paused' };

describe("the page's state", () => {
  it('takes the whole, then parts, and forgets what is cleared', () => {
    let s = receive(undefined, { type: 'state', state, strings: {} });
    s = receive(s, { type: 'patch', patch: { busy: 'Explaining…' }, clear: ['explanation'] });
    assert.equal(s?.busy, 'Explaining…');
    assert.ok(!('explanation' in s!));
    assert.equal(s?.model, state.model);
  });

  it('appends events of its run and ignores those of others', () => {
    const s = receive(state, { type: 'events', run: event.run, events: [event] });
    assert.equal(s!.run!.events.length, state.run!.events.length + 1);
    assert.equal(receive(state, { type: 'events', run: 'other', events: [event] }), state);
    assert.equal(receive(undefined, { type: 'patch', patch: { busy: 'x' } }), undefined);
  });

  it('restores settings and drops what is not one', () => {
    assert.deepEqual(restore(undefined), defaults);
    assert.deepEqual(restore('nonsense'), defaults);
    const s = restore({ smoothing: 0.9, log: 'yes', direction: 'diagonal', card: 'module:fc1', other: 1 });
    assert.equal(s.smoothing, 0.9);
    assert.equal(s.log, false);
    assert.equal(s.direction, 'TB');
    assert.equal(s.card, 'module:fc1');
    assert.ok(!('other' in s));
  });
});

describe('actions', () => {
  function setUp(over: Partial<PanelState> = {}) {
    const sent: FromPage[] = [];
    const store = new Store({ ...defaults });
    store.receive({ type: 'state', state: { ...state, ...over }, strings: {} });
    return { sent, store, actions: actionsOf(store, m => sent.push(m)) };
  }

  it('explain a row with the current method and say so in the selection', () => {
    const { sent, store, actions } = setUp();
    actions.explain({ row: 7 });
    assert.deepEqual(sent, [
      { type: 'select', selection: { method: 'integrated_gradients', row: 7 } },
      { type: 'explain', method: 'integrated_gradients', row: 7 },
    ]);
    assert.equal(store.page.state!.selection.row, 7);
  });

  it('explain the whole model without a row', () => {
    const { sent, actions } = setUp();
    actions.explain({ method: 'permutation_importance' });
    assert.deepEqual(sent.at(-1), { type: 'explain', method: 'permutation_importance' });
  });

  it('ask for nothing where a row is missing', () => {
    const { sent, actions } = setUp({ selection: {} });
    actions.explain({ method: 'integrated_gradients' });
    assert.deepEqual(
      sent.map(m => m.type),
      ['select'],
    );
  });

  it('leave it to the host what a view needs, and ask for further pages', () => {
    const { sent, store, actions } = setUp({ samples: undefined });
    actions.view('data');
    assert.equal(store.page.state!.view, 'data');
    actions.samples('valid', 60);
    assert.deepEqual(
      sent.map(m => m.type),
      ['view', 'samples'],
    );
  });

  it('put a question that is under way at once, beside its last answer, and not to another run', () => {
    const run = state.run!.record.id;
    const answer = { to: { kind: 'episode', seed: 0, epoch: 3 }, value: {} } as never;
    const other = { run: 'other', asked: { kind: 'robustness' }, answer } as never;
    const { sent, store, actions } = setUp({
      inquiries: {
        episode: { run, asked: { kind: 'episode', seed: 0, epoch: 3 }, answer },
        robustness: other,
      },
    });
    const inquiry = { kind: 'episode', seed: 1, epoch: 3 } as const;
    actions.inquire(inquiry);
    assert.deepEqual(store.page.state!.inquiries!.episode, { run, asked: inquiry, progress: 0, answer });
    actions.inquire({ kind: 'robustness' });
    assert.deepEqual(store.page.state!.inquiries!.robustness, {
      run,
      asked: { kind: 'robustness' },
      progress: 0,
    });
    assert.deepEqual(
      sent.map(m => m.type),
      ['inquire', 'inquire'],
    );
  });

  it('click with a method about predictions, whatever was looked at last', () => {
    const selection = { method: 'permutation_importance' };
    assert.equal(currentMethod({ ...state, selection }, defaults), 'integrated_gradients');
    assert.equal(currentMethod({ ...state, methods: [] }, defaults), undefined);
    const other = { ...state.methods[0]!, id: 'feature_ablation' };
    const methods = [other, ...state.methods];
    assert.equal(currentMethod({ ...state, selection: {}, methods }, defaults), 'integrated_gradients');
    assert.equal(currentMethod({ ...state, methods }, { ...defaults, method: other.id }), other.id);
  });
});

describe('strings', () => {
  it('fill in values and leave unknown names alone', () => {
    assert.equal(t('train.epoch', { done: 3, total: 10 }), 'Epoch 3 of 10');
    assert.equal(t('train.epoch', { done: 3 }), 'Epoch 3 of {total}');
  });

  it('can be translated key by key', () => {
    useStrings({ 'tabs.data': 'Daten' });
    assert.equal(t('tabs.data'), 'Daten');
    assert.equal(t('tabs.explain'), english['tabs.explain']);
    useStrings({});
  });
});
