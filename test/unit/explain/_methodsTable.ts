/** docs/methods.md, written from the registries and the measured differences from the authorities. */
import type { TObject } from '@sinclair/typebox';
import { measures, methods } from '../../../src/explain/registry';
import { fairFrom, goodFrom } from '../../../src/explain/verdict';
import type { Fidelity } from './_fidelity';

/** The whole page. Differences are rounded up to a power of ten, so that they are the same on every machine. */
export function methodsPage(found: readonly Fidelity[]): string {
  return [
    '# Explanation methods and how they are judged',
    '',
    'Written by `npm run test:unit` with `VITRINE_WRITE_DOCS=1` from the registries in `src/explain`; a test fails when',
    'it is out of date. The authority is the library whose results the tests compare ours with, on small fixed networks',
    '(`test/reference/explain*.py`); the largest absolute difference is rounded up to a power of ten. Where both sample,',
    'nearly all values lie within three standard errors of each other.',
    '',
    '## Methods',
    '',
    row(['Method', 'Of', 'Question', 'Paper', 'Authority', 'Difference']),
    row(['---', '---', '---', '---', '---', '---']),
    ...methods.map(m => {
      const of = found.filter(x => x.id === m.id);
      const { authors, year, title, url } = m.paper;
      return row([
        `\`${m.id}\``,
        m.scope === 'model' ? 'the model' : 'a prediction',
        m.summary,
        `[${authors} ${year}](${url} "${title.replaceAll('"', "'")}")`,
        [...new Set(of.map(f => f.authority))].join('; '),
        of.map(difference).join('; '),
      ]);
    }),
    '',
    '## What they are known not to do',
    '',
    ...methods.flatMap(m => (m.caution ? [`- \`${m.id}\`: ${m.caution}`] : [])),
    '',
    '## Options',
    '',
    ...methods.flatMap(m => {
      const properties = Object.entries((m.options as TObject).properties);
      if (properties.length === 0) return [];
      return [
        `\`${m.id}\``,
        '',
        ...properties.map(([name, schema]) => {
          const choices = (schema['anyOf'] as { const: string }[] | undefined)?.map(c => `\`"${c.const}"\``);
          const list = choices ? ` One of ${choices.join(', ')}.` : '';
          return `- \`${name}\` (${JSON.stringify(schema['default'])}): ${schema['description']}${list}`;
        }),
        '',
      ];
    }),
    '## Trust',
    '',
    'Every explanation is judged by the measures that suit its method. Each gives a score from 0 to 1; the lowest is the',
    `explanation's trust. From ${goodFrom} on it is good, from ${fairFrom} on fair, below poor.`,
    '',
    row(['Measure', 'What a good value means', 'Paper', 'Judges']),
    row(['---', '---', '---', '---']),
    ...measures.map(m =>
      row([
        `\`${m.id}\``,
        m.summary,
        m.paper
          ? `[${m.paper.authors} ${m.paper.year}](${m.paper.url} "${m.paper.title.replaceAll('"', "'")}")`
          : '',
        m.always
          ? 'every method, where there are rows with targets'
          : methods
              .filter(x => x.judgedBy.includes(m.id))
              .map(x => `\`${x.id}\``)
              .join(', '),
      ]),
    ),
    '',
  ].join('\n');
}

function difference({ unit, error, within, values }: Fidelity): string {
  if (unit === 'standard errors') return `${within} of ${values} within 3 standard errors`;
  // Below float32's own step for outputs of this size there is nothing to tell.
  return `≤ 1e${Math.max(-6, Math.ceil(Math.log10(error)))}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(c => c.replaceAll('|', '\\|')).join(' | ')} |`;
}
