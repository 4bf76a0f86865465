/** The game that Shapley values divide: units are players, a coalition's worth is the output with only them present. */
import type { ExplanationRequest } from '../method';
import { sampleOf, withProbe } from '../probe';
import type { Unit } from './units';

export interface Game {
  players: number;
  /** Worth of no player and of all: output of the baseline and of the input. */
  ends(): Promise<{ nothing: number; all: number }>;
  /** Worth of `count` coalitions; `member` says who is in. The ends are computed along with the first ones. */
  worth(
    count: number,
    member: (coalition: number, player: number) => boolean,
    progress?: (done: number) => void,
  ): Promise<Float64Array>;
}

/**
 * Opens the game of a prediction: entries of a unit that is absent have the baseline's values.
 *
 * @param count coalitions that will be asked for at once, about.
 */
export async function withGame<T>(
  request: ExplanationRequest,
  baseline: Float32Array,
  units: readonly Unit[],
  count: number,
  use: (game: Game) => Promise<T>,
): Promise<T> {
  const { data, shape } = sampleOf(request);
  // Large plans are slow to compile for what small nets gain from them.
  const rows = Math.ceil((count + 2) / Math.ceil((count + 2) / 256));
  return withProbe(request, shape, { rows }, async probe => {
    let ends: { nothing: number; all: number } | undefined;
    const worth: Game['worth'] = async (some, member, progress) => {
      const extra = ends ? 0 : 2;
      const scores = await probe.scores(
        some + extra,
        (row, into) => {
          into.set(row === 1 && extra ? data : baseline);
          if (row < extra) return;
          units.forEach(({ indices }, player) => {
            if (member(row - extra, player)) for (const i of indices) into[i] = data[i]!;
          });
        },
        progress,
      );
      ends ??= { nothing: scores[0]!, all: scores[1]! };
      return scores.subarray(extra);
    };
    return use({
      players: units.length,
      ends: async () => {
        if (!ends) await worth(0, () => false);
        return ends!;
      },
      worth,
    });
  });
}

/** Options that the Shapley methods share are described alike. */
export const unitsDescription =
  'At most this many parts are told apart; columns with their one-hot entries, pixels, or patches.';
