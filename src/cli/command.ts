/** What a command is: one file in cli/commands/ that exports `command`. */
import type { ParseArgsConfig } from 'node:util';
import { VitrineError } from '../model/errors';
import type { Terminal } from './terminal';

export interface OptionHelp {
  /** As `parseArgs` takes it. */
  type: 'string' | 'boolean';
  multiple?: boolean;
  short?: string;
  /** What stands for the value in the help, e.g. "S". */
  value?: string;
  help: string;
}

export interface Command {
  name: string;
  /** What follows the name in the help, e.g. "FILE.vitrine.json". */
  usage: string;
  summary: string;
  /** How many arguments it takes, at least and at most. */
  arguments: readonly [number, number];
  options: Readonly<Record<string, OptionHelp>>;
  /** Lines below the options in the help, from registries. */
  more?(): readonly string[];
  /** @returns whether the task succeeded. @throws VitrineError */
  run(call: CommandCall): Promise<boolean>;
}

export interface CommandCall {
  arguments: readonly string[];
  options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  terminal: Terminal;
  /** The folder with what is loaded as files (dist/). */
  distFolder: string;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
}

/** The text given for an option. */
export function textOption(call: CommandCall, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Refuses options that are given and would change nothing, as they are for models of another kind.
 *
 * @param kind what the argument is, e.g. "a trained run".
 * @throws bad-usage
 */
export function refuseStray(
  call: CommandCall,
  options: Readonly<Record<string, unknown>>,
  kind: string,
): void {
  const given = Object.keys(options).filter(o => call.options[o] !== undefined && call.options[o] !== false);
  if (given.length === 0) return;
  const [means, them] = given.length === 1 ? ['means', 'it'] : ['mean', 'them'];
  throw new VitrineError(
    'bad-usage',
    `${given.map(o => `--${o}`).join(', ')} ${means} nothing for ${kind} (${call.arguments[0]}): leave ${them} out.`,
  );
}

export type ParseArgsOptions = NonNullable<ParseArgsConfig['options']>;
