import { measures, methods } from '../../explain/registry';
import type { Command } from '../command';
import { tableLines } from '../table';

export const command: Command = {
  name: 'methods',
  usage: '[--json]',
  summary: 'List the explanation methods and the trust measures that judge them.',
  arguments: [0, 0],
  options: {},
  async run({ terminal }) {
    if (terminal.json) {
      terminal.result({
        methods: methods.map(({ id, title, summary, scope, needs, paper, judgedBy, options, caution }) => ({
          id,
          title,
          summary,
          scope,
          needs,
          paper,
          judgedBy,
          options,
          ...(caution && { caution }),
        })),
        measures: measures.map(({ id, title, summary, paper }) => ({
          id,
          title,
          summary,
          ...(paper && { paper }),
        })),
      });
      return true;
    }
    const bold = (t: string) => terminal.bold(t);
    terminal.print(
      ...tableLines(
        [{ title: 'Method' }, { title: 'Of' }, { title: 'What it answers', most: 90 }, { title: 'Paper' }],
        methods.map(m => [m.id, m.scope, m.summary, `${m.paper.authors.split(',')[0]} ${m.paper.year}`]),
        bold,
      ),
      '',
      ...tableLines(
        [{ title: 'Trust measure' }, { title: 'What a good value means', most: 110 }],
        measures.map(m => [m.id, m.summary]),
        bold,
      ),
    );
    return true;
  },
};
