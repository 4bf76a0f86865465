/**
 * Ids of the workspace's runs. A run's id is its folder's name, so a folder that was copied with its runs brings the
 * same ids again. One of them keeps the id; the others carry the place they are in behind it.
 */
import path from 'node:path';

const mark = '@';

/**
 * An id for each run, in their order; those that are alone keep theirs.
 *
 * @param runs Each with its own id and the folder it belongs to; the one with the shortest path keeps the id.
 */
export function distinctIds(runs: readonly { id: string; base: string }[]): string[] {
  const taken = new Set<string>();
  const ids = new Array<string>(runs.length);
  const byPlace = runs
    .map(({ id, base }, at) => ({ id, base, at }))
    .sort((a, b) => a.base.length - b.base.length || (a.base < b.base ? -1 : 1));
  for (const { id, base, at } of byPlace) {
    let own = id;
    const parts = base.split(path.sep).filter(Boolean);
    for (let n = 1; taken.has(own) && n <= parts.length; n++)
      own = `${id}${mark}${parts
        .slice(-n)
        .join('.')
        .replace(/[^\p{L}\p{N}_.-]/gu, '_')}`;
    taken.add(own);
    ids[at] = own;
  }
  return ids;
}
