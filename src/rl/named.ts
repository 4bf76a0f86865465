/** Environments that code names. Only a look at its text. */

export interface NamedEnvironment {
  /** As Gymnasium registers it, e.g. "CartPole-v1". */
  id: string;
  /** Counted from 1. */
  line: number;
}

/** The first environment that Python code which imports Gymnasium (or the older Gym) names in quotes. */
export function environmentNamed(text: string): NamedEnvironment | undefined {
  if (!/^[ \t]*(import|from)[ \t]+gym(nasium)?\b/m.test(text)) return undefined;
  const code = withoutComments(text);
  const found = /(["'])((?:[\w.]+\/)?[A-Za-z][\w.]*-v\d+)\1/.exec(code);
  return found ? { id: found[2]!, line: code.slice(0, found.index).split('\n').length } : undefined;
}

/** What the code says a reward is worth a step later, if it names one number `gamma`. */
export function discountNamed(text: string): number | undefined {
  const found = /\bgamma\b[^\n\d]{0,60}?\b(0?\.\d+|1\.0)\b/i.exec(withoutComments(text));
  const value = found ? Number(found[1]) : undefined;
  return value !== undefined && value > 0 && value <= 1 ? value : undefined;
}

/** Whether the code speaks of what actions are worth (deep Q-learning), rather than of how likely they are. */
export function speaksOfWorth(text: string): boolean {
  return (
    /\bd?dqn\b|replay|epsilon|\bq_?(net|network|value|values|table)\b|target_net/i.test(text) &&
    !/Categorical|log_prob/.test(text)
  );
}

/** The same lines, empty where there is but a comment. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, '');
}
