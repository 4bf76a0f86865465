/** The columns of the table of samples: what a sample's row has, whatever the model makes of it. */
import type { FeatureInfo } from '../../../src/data/dataset';

export interface SampleColumn {
  name: string;
  kind: FeatureInfo['kind'];
}

const most = 200;

/**
 * A text is one column though the model sees its tokens, a date is one though the model sees its parts.
 *
 * @param rows what the samples have, by the name of the column.
 */
export function sampleColumns(
  features: readonly FeatureInfo[],
  rows: readonly Readonly<Record<string, unknown>>[],
): SampleColumn[] {
  const held = new Set(rows.flatMap(Object.keys));
  if (held.size === 0) return features.slice(0, most);
  const columns = new Map<string, SampleColumn>();
  for (const { name, kind, from } of features)
    if (held.has(name)) columns.set(name, { name, kind });
    else if (from !== undefined && held.has(from)) columns.set(from, { name: from, kind: 'category' });
  // None of what the model sees has a name in the row.
  if (columns.size === 0) for (const name of held) columns.set(name, { name, kind: 'category' });
  return [...columns.values()].slice(0, most);
}
