/** The help, built from what the commands say of themselves. */
import type { Command, OptionHelp } from './command';

export function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(c => c.name.length));
  return [
    'vitrine: see, train and explain neural networks where they are written.',
    '',
    'Usage: vitrine COMMAND … [--json]',
    '',
    ...commands.map(c => `  ${c.name.padEnd(width)}  ${c.summary}`),
    '',
    'vitrine COMMAND --help says more of one. Exit codes: 0 done, 1 the task failed, 2 bad usage or input.',
  ];
}

export function commandHelp(command: Command, common: Readonly<Record<string, OptionHelp>>): string[] {
  const options = Object.entries({ ...command.options, ...common }).map(([name, o]) => ({
    left: `${o.short ? `-${o.short}, ` : ''}--${name}${o.type === 'string' ? ` ${o.value ?? 'VALUE'}` : ''}`,
    help: o.help,
  }));
  const width = Math.max(...options.map(o => o.left.length));
  const more = command.more?.() ?? [];
  return [
    `Usage: vitrine ${command.name} ${command.usage}`,
    '',
    command.summary,
    '',
    ...options.map(o => `  ${o.left.padEnd(width)}  ${o.help}`),
    ...(more.length > 0 ? ['', ...more] : []),
  ];
}
