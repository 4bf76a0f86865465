import { TextPreparation } from '../../data/kinds/text';
import { VitrineError } from '../../model/errors';
import { Engines } from '../../service/engines';
import { generateText } from '../../train/generateText';
import { openRun } from '../../train/openRun';
import { type Command, type CommandCall, textOption } from '../command';

export const command: Command = {
  name: 'generate',
  usage: 'RUN|FILE.vitrine.json --prompt TEXT [--tokens N] [--temperature T] [--top-k K] [--seed S] [--json]',
  summary: 'Continue a text with a run that was trained on the next token.',
  arguments: [1, 1],
  options: {
    prompt: { type: 'string', short: 'p', value: 'TEXT', help: 'The text to continue.' },
    tokens: { type: 'string', short: 'n', value: 'N', help: 'Tokens to add; 100 if left out.' },
    temperature: {
      type: 'string',
      value: 'T',
      help: '0 takes the likeliest token each time, 1 (if left out) as likely as the model says.',
    },
    'top-k': { type: 'string', value: 'K', help: 'Choose among the K likeliest tokens only.' },
    seed: { type: 'string', value: 'S', help: 'The same seed gives the same text; 0 if left out.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    const prompt = textOption(call, 'prompt');
    if (prompt === undefined)
      throw new VitrineError('bad-usage', 'Which text is to be continued? Give it with --prompt TEXT.');
    const topK = numberOption(call, 'top-k', 1, true);
    const options = {
      prompt,
      tokens: numberOption(call, 'tokens', 1, true) ?? 100,
      temperature: numberOption(call, 'temperature', 0, false) ?? 1,
      seed: numberOption(call, 'seed', 0, true) ?? 0,
      ...(topK !== undefined && { topK }),
      signal,
    };
    const run = await openRun(call.arguments[0]!);
    const engines = new Engines();
    try {
      const engine = await engines.get(textOption(call, 'backend') ?? run.record.backend);
      const tokens: { token: string; probability: number }[] = [];
      for await (const token of generateText(run, engine, options)) {
        tokens.push(token);
        terminal.progress(`${tokens.length} of ${options.tokens} tokens`);
      }
      // Words are set apart by spaces, other tokens follow each other.
      const words =
        run.preparation instanceof TextPreparation && run.preparation.state.tokenizer.kind === 'words';
      const text = tokens.map(t => (words ? ` ${t.token}` : t.token)).join('');
      if (terminal.json) terminal.result({ prompt, text, tokens });
      else terminal.print(terminal.bold(prompt) + text);
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

/** @throws bad-usage */
function numberOption(call: CommandCall, name: string, least: number, whole: boolean): number | undefined {
  const text = textOption(call, name);
  if (text === undefined) return undefined;
  const x = Number(text);
  if (text.trim() !== '' && Number.isFinite(x) && x >= least && (!whole || Number.isSafeInteger(x))) return x;
  throw new VitrineError(
    'bad-usage',
    `--${name} is "${text}"; expected a ${whole ? 'whole number' : 'number'} from ${least}.`,
  );
}
