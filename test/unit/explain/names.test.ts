import assert from 'node:assert/strict';
import { measures, methods } from '../../../src/explain/registry';
import { type NamedKind, nameOf, otherLanguages } from '../../../src/names/names';
import { exporters } from '../../../src/service/exporters';
import { checks } from '../../../src/train/checkRegistry';

/** Everything of the registries that a user meets by name. */
const all: readonly { kind: NamedKind; id: string; title: string; summary: string }[] = [
  ...methods.map(m => ({ kind: 'method' as const, id: m.id, title: m.title, summary: m.summary })),
  ...measures.map(m => ({ kind: 'measure' as const, id: m.id, title: m.title, summary: m.summary })),
  ...checks.map(c => ({ kind: 'check' as const, id: c.id, title: c.title, summary: c.summary })),
  ...Object.entries(exporters).map(([id, e]) => ({
    kind: 'exporter' as const,
    id,
    title: e.name,
    summary: e.summary,
  })),
];

describe('Names of what the registries hold', () => {
  it('are English where no language is asked for', () => {
    for (const { kind, id, ...english } of all) assert.deepEqual(nameOf(kind, id, english), english);
  });

  for (const language of otherLanguages)
    it(`are all there in ${language}, in its own letters, and no two alike`, () => {
      const missing = all.filter(x => nameOf(x.kind, x.id, x, language).summary === x.summary);
      assert.deepEqual(
        missing.map(x => `${x.kind} ${x.id}`),
        [],
      );
      const titles = all.map(x => `${x.kind} ${nameOf(x.kind, x.id, x, language).title}`);
      assert.equal(new Set(titles).size, titles.length);
    });
});
