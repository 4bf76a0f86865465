/** Patterns that name parameters: "*" stands for any characters, and a module's name for all that is in it. */
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';

export function matches(pattern: string, name: string): boolean {
  const text = pattern
    .split('*')
    .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${text}(\\..+)?$`, 's').test(name);
}

/**
 * The names that some of the patterns match.
 *
 * @param where the field of the experiment that holds the patterns, for messages.
 * @throws bad-experiment for a pattern that matches nothing, which is a mistake.
 */
export function matching(
  patterns: readonly string[],
  names: readonly string[],
  where: string,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const own = names.filter(n => matches(pattern, n));
    for (const n of own) found.add(n);
    if (own.length > 0) continue;
    const modules = [...new Set(names.flatMap(n => [n, n.slice(0, Math.max(0, n.lastIndexOf('.')))]))].filter(
      Boolean,
    );
    const near = nearest(pattern, modules);
    throw new VitrineError(
      'bad-experiment',
      `${where}: no parameter is called "${pattern}". ${near ? `Did you mean "${near}"? ` : ''}There are ${listed(names, 12)}.`,
    );
  }
  return found;
}
