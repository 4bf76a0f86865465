import assert from 'node:assert/strict';
import { disparities } from '../../../src/explain/fairness/disparities';
import { optionFields } from '../../../src/explain/optionFields';
import { measures, methods } from '../../../src/explain/registry';
import { metricTitle } from '../../../src/names/metrics';
import { type NamedKind, nameOf, optionNaming, otherLanguages } from '../../../src/names/names';
import { exporters } from '../../../src/service/exporters';
import { checks } from '../../../src/train/checkRegistry';
import { metrics } from '../../../src/train/metricRegistry';

/** Everything of the registries that a user meets by name. */
const all: readonly { kind: NamedKind; id: string; title: string; summary: string }[] = [
  ...methods.map(m => ({ kind: 'method' as const, id: m.id, title: m.title, summary: m.summary })),
  ...measures.map(m => ({ kind: 'measure' as const, id: m.id, title: m.title, summary: m.summary })),
  ...checks.map(c => ({ kind: 'check' as const, id: c.id, title: c.title, summary: c.summary })),
  ...Object.entries(disparities).map(([id, d]) => ({
    kind: 'disparity' as const,
    id,
    title: d.title,
    summary: d.summary,
  })),
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

  it('name every measure of a training in other languages', () => {
    for (const language of otherLanguages)
      for (const { id } of metrics) {
        const title = metricTitle(id, language);
        assert.ok(title !== metricTitle(id, 'en') || /^[A-Z\d²@ ]+$/.test(title), `${id} in ${language}`);
      }
  });

  for (const language of otherLanguages)
    it(`have every option in ${language}`, () => {
      const missing = methods.flatMap(m =>
        optionFields(m)
          .filter(f => {
            const named = optionNaming(f.name, f.description, language);
            return named.description === f.description || /^[A-Za-z ]+$/.test(named.title);
          })
          .map(f => `${m.id}.${f.name}: ${f.description}`),
      );
      assert.deepEqual(missing, []);
    });
});

describe('Options as a form shows them', () => {
  const of = (id: string) => optionFields(methods.find(m => m.id === id)!);

  it('say what each may be: its kind, its usual value, its bounds or choices', () => {
    const [samples] = of('kernel_shap');
    assert.deepEqual(samples, {
      name: 'samples',
      title: 'Samples',
      description: 'Coalitions to try.',
      kind: 'integer',
      default: 1024,
      minimum: 8,
      maximum: 1000000,
    });
    const rule = of('lrp').find(f => f.name === 'rule')!;
    assert.equal(rule.kind, 'choice');
    assert.ok(rule.choices!.includes(String(rule.default)));
  });

  it('know where values come from: modules, columns, folders of examples; attention layers are counted', () => {
    assert.equal(of('grad_cam').find(f => f.name === 'layer')!.from, 'modules');
    assert.equal(of('partial_dependence').find(f => f.name === 'column')!.from, 'columns');
    assert.equal(of('concept_activation').find(f => f.name === 'concept')!.from, 'examples');
    assert.equal(of('attention').find(f => f.name === 'layer')!.from, undefined);
  });

  it('have a usual value each, so that a form can show it', () => {
    for (const m of methods)
      for (const f of optionFields(m)) assert.notEqual(f.default, undefined, `${m.id}.${f.name}`);
  });
});
