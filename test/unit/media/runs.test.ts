import assert from 'node:assert/strict';
import { runLabel } from '../../../media/panel/views/runs';
import type { PanelState } from '../../../src/editor/panelProtocol';

const row = (id: string, settings: Record<string, string>, name?: string) => ({
  id,
  ...(name ? { name } : {}),
  model: 'Net',
  experiment: 'net',
  started: 'unknown',
  state: 'finished' as const,
  epochs: 1,
  epochsDone: 1,
  parameters: 1,
  settings,
});
const state = (rows: ReturnType<typeof row>[]) =>
  ({
    run: { record: { id: 'own' } },
    runs: rows,
    compared: rows.filter(r => r.id !== 'own').map(r => ({ id: r.id })),
  }) as unknown as PanelState;

/** When they began is said in the page's language. */
const page = { documentElement: { lang: 'en' } };

describe('what a run is called beside others', () => {
  before(() => Object.assign(globalThis, { document: page }));
  after(() => void Reflect.deleteProperty(globalThis, 'document'));

  it('is its name, else the settings that tell it from them', () => {
    const s = state([
      row('own', { 'optimizer.lr': '0.01', seed: '0' }),
      row('a', { 'optimizer.lr': '0.03', seed: '0' }),
      row('b', { 'optimizer.lr': '0.1', seed: '0' }, 'wild'),
    ]);
    assert.equal(runLabel('a', s), 'lr 0.03');
    assert.equal(runLabel('b', s), 'wild');
  });

  it('is when it began where no setting tells them apart, or too many do', () => {
    const same = state([row('own', { seed: '0' }), row('a', { seed: '1' }), row('b', { seed: '1' })]);
    assert.equal(runLabel('a', same), 'a');
    const many = state([row('own', { a: '0', b: '0', c: '0' }), row('a', { a: '1', b: '1', c: '1' })]);
    assert.equal(runLabel('a', many), 'a');
    assert.equal(runLabel('gone', many), 'gone');
  });
});
