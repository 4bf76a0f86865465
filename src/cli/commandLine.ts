/** Parses a command line, runs the command, and turns what happens into output and an exit code. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import registered from 'registry:cli/commands#command';
import packageJson from '../../package.json';
import { type ErrorCode, VitrineError } from '../model/errors';
import { nearest } from '../model/suggest';
import type { Command, OptionHelp } from './command';
import { commandHelp, overview } from './help';
import { Terminal, type TerminalStreams } from './terminal';

export const commands = registered as readonly Command[];

/** 0: done. 1: the task failed. 2: bad usage or bad input. */
export type ExitCode = 0 | 1 | 2;

/** What fails although everything that was given is in order; everything else is bad usage or input. */
const failures: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'diverged',
  'cancelled',
  'engine-lost',
  'internal',
]);

const commonOptions: Readonly<Record<string, OptionHelp>> = {
  json: { type: 'boolean', help: 'Print JSON to standard output and nothing else.' },
  help: { type: 'boolean', short: 'h', help: 'Show this help.' },
};

/** @param distFolder the folder with what is loaded as files (dist/). */
export async function runCommandLine(
  argv: readonly string[],
  streams: TerminalStreams,
  distFolder: string,
): Promise<ExitCode> {
  const json = argv.includes('--json');
  const colours = streams.out.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const terminal = new Terminal(streams, json, colours && !json);
  const interrupt = new AbortController();
  const onInterrupt = () => {
    // The second Ctrl-C is meant.
    if (interrupt.signal.aborted) process.exit(1);
    terminal.message('Stopping … (once more to stop at once)');
    interrupt.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    return await dispatch(argv, terminal, distFolder, interrupt.signal);
  } catch (e) {
    return report(e, terminal);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

async function dispatch(
  argv: readonly string[],
  terminal: Terminal,
  distFolder: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const [name, ...rest] = argv.filter(a => a !== '--json');
  if (name === undefined) {
    terminal.message(overview(commands).join('\n'));
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const about = commands.find(c => c.name === rest[0]);
    terminal.print(...(about ? commandHelp(about, commonOptions) : overview(commands)));
    return 0;
  }
  if (name === '--version') {
    terminal.print(packageJson.version);
    return 0;
  }
  const command = commands.find(c => c.name === name);
  if (!command) {
    const near = nearest(
      name,
      commands.map(c => c.name),
    );
    throw new VitrineError(
      'bad-usage',
      `There is no command "${name}".${near ? ` Did you mean "${near}"?` : ''} See vitrine --help.`,
    );
  }
  const { values, positionals } = parse(command, rest);
  if (values['help']) {
    terminal.print(...commandHelp(command, commonOptions));
    return 0;
  }
  const [least, most] = command.arguments;
  if (positionals.length < least || positionals.length > most)
    throw new VitrineError(
      'bad-usage',
      `${positionals.length < least ? 'Something is missing' : `"${positionals[most]}" is too much`}. Usage: vitrine ${command.name} ${command.usage}`,
    );
  const ok = await command.run({ arguments: positionals, options: values, terminal, distFolder, signal });
  return ok ? 0 : 1;
}

function parse(command: Command, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...commonOptions }).map(([name, { type, multiple, short }]) => [
      name,
      { type, ...(multiple && { multiple }), ...(short && { short }) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (e) {
    const message = (e as Error).message.split('. ')[0]!;
    const given = /'(--?[^\s']+)/.exec(message)?.[1]?.replace(/^-+/, '');
    const near = given && nearest(given, Object.keys(options));
    throw new VitrineError(
      'bad-usage',
      `${message}.${near && near !== given ? ` Did you mean --${near}?` : ''} See vitrine ${command.name} --help.`,
    );
  }
}

function report(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof VitrineError) {
    const { at } = error.details;
    // A place inside of a file is worth its prefix; the file alone where the message does not name it.
    const named = !at || (at.line === undefined && error.message.includes(path.basename(at.file)));
    const text = named ? error.message : error.toString();
    terminal.message(`${terminal.red('error')}: ${text}`);
    for (const d of (error.details.diagnostics ?? []).filter(d => d.message !== error.message).slice(0, 20))
      terminal.message(`${d.file}:${d.line}:${d.column}: ${d.severity}: ${d.message}`);
    return failures.has(error.code) ? 1 : 2;
  }
  terminal.message(
    `${terminal.red('error')}: Something went wrong inside Vitrine; this is a fault of the program, not yours.`,
  );
  if (process.env['VITRINE_DEBUG']) terminal.message(String((error as Error)?.stack ?? error));
  else terminal.message('Set VITRINE_DEBUG=1 and run it again to see where.');
  return 1;
}
