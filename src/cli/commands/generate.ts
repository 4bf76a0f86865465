import { VitrineError } from '../../model/errors';
import { Engines } from '../../service/process/engines';
import { type FolderGenerateOptions, FolderGenerator } from '../../train/generation/folder';
import { type OpenRun, openRun } from '../../train/open/openRun';
import { type GeneratedToken, generateText } from '../../train/predict/generateText';
import { writeSequences } from '../../train/predict/writeSequences';
import { type Command, type CommandCall, textOption } from '../command';
import { isHuggingFace } from '../experiments';
import { printable } from '../terminal';

export const command: Command = {
  name: 'generate',
  usage:
    'RUN|FILE.vitrine.json|FOLDER --prompt TEXT [--tokens N] [--temperature T] [--top-k K] [--top-p P] [--beams B] [--seed S] [--json]',
  summary:
    'Continue a text with a run that was trained on the next token, or with a language model in a folder that Transformers saved; or translate with a run on pairs of texts.',
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
    'top-p': {
      type: 'string',
      value: 'P',
      help: 'Choose among the fewest tokens that together have this probability.',
    },
    beams: {
      type: 'string',
      value: 'B',
      help: 'Beam search over so many texts, instead of drawing; for folders and for runs on pairs of texts.',
    },
    seed: { type: 'string', value: 'S', help: 'The same seed gives the same text; 0 if left out.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    const prompt = textOption(call, 'prompt');
    if (prompt === undefined)
      throw new VitrineError('bad-usage', 'Which text is to be continued? Give it with --prompt TEXT.');
    const topK = numberOption(call, 'top-k', 1, true);
    const topP = numberOption(call, 'top-p', 0, false);
    const beams = numberOption(call, 'beams', 1, true);
    if (topP !== undefined && (topP === 0 || topP > 1))
      throw new VitrineError(
        'bad-usage',
        `--top-p is "${topP}"; expected a probability above 0 and up to 1.`,
      );
    const options = {
      prompt,
      tokens: numberOption(call, 'tokens', 1, true) ?? 100,
      temperature: numberOption(call, 'temperature', 0, false) ?? 1,
      seed: numberOption(call, 'seed', 0, true) ?? 0,
      ...(topK !== undefined && { topK }),
      ...(topP !== undefined && { topP }),
      signal,
    };
    if (await isHuggingFace(call.arguments[0]!))
      return fromFolder(call, { ...options, ...(beams !== undefined && { beams }) });
    const run = await openRun(call.arguments[0]!);
    if (run.preparation.target.writes) return written(call, run, prompt, beams ?? 1);
    if (beams !== undefined)
      throw new VitrineError(
        'bad-usage',
        '--beams is for folders that Transformers saved and for runs on pairs of texts, not for this run.',
      );
    const engines = new Engines();
    try {
      const engine = await engines.asked(textOption(call, 'backend'))(run.record.backend);
      const tokens: { token: string; probability: number }[] = [];
      let last: GeneratedToken | undefined;
      for await (last of generateText(run, engine, options)) {
        tokens.push({ token: last.token, probability: last.probability });
        terminal.progress(`${tokens.length} of ${options.tokens} tokens`);
      }
      const text = last?.text ?? '';
      if (terminal.json) terminal.result({ prompt, text, tokens });
      else terminal.print(terminal.bold(prompt) + text);
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

/** What a run on pairs of texts makes of one: its translation. */
async function written(call: CommandCall, run: OpenRun, prompt: string, beams: number): Promise<boolean> {
  const { terminal, signal } = call;
  const engines = new Engines();
  try {
    const { preparation, model } = run;
    const [column] = preparation.features[0]!.name.split(/ \d+$/);
    const [answer] = await writeSequences({
      engine: await engines.asked(textOption(call, 'backend'))(run.record.backend),
      model,
      weights: await run.weights(),
      input: preparation.prepare([{ [column!]: prompt }]),
      target: preparation.target,
      parts: preparation.parts!,
      beams,
      signal,
    });
    const { text, tokens, logProbability, ended } = answer!;
    if (terminal.json)
      terminal.result({
        prompt,
        text,
        tokens: tokens.map(id => ({ token: preparation.target.classes![id]! })),
        probability: Math.exp(logProbability),
        ended,
      });
    else terminal.print(printable(text));
    return true;
  } finally {
    await engines.dispose();
  }
}

async function fromFolder(
  call: CommandCall,
  options: Omit<FolderGenerateOptions, 'onToken'>,
): Promise<boolean> {
  const { terminal, distFolder, signal } = call;
  const engines = new Engines();
  try {
    const engine = await engines.get(textOption(call, 'backend'));
    const generator = await FolderGenerator.open(engine, call.arguments[0]!, distFolder, signal);
    let count = 0;
    const { text, tokens, ended } = await generator.generate({
      ...options,
      onToken: ({ text: sofar }) => {
        count++;
        terminal.progress(`${count} of ${options.tokens} tokens: ${sofar.slice(-60).replace(/\s+/g, ' ')}`);
      },
    });
    if (terminal.json) terminal.result({ prompt: options.prompt, text, tokens, ended });
    else
      terminal.print(
        generator.generator.memory ? text : terminal.bold(printable(options.prompt)) + printable(text),
      );
    return true;
  } finally {
    await engines.dispose();
  }
}

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
