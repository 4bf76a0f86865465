/** The game that Shapley values divide: units are players, a coalition's worth is the output with only them present. */
import type { ExplanationRequest } from './method';
import { sampleOf, withProbe } from './probe';
import type { Unit } from './units';

export interface Game {
  players: number;
  /** Worth of no player and of all: output of the baseline and of the input. */
  nothing: number;
  all: number;
  /** Worth of `count` coalitions; `member` says who is in. */
  worth(
    count: number,
    member: (coalition: number, player: number) => boolean,
    progress?: (done: number) => void,
  ): Promise<Float64Array>;
}

/** Opens the game of a prediction: entries of a unit that is absent have the baseline's values. */
export async function withGame<T>(
  request: ExplanationRequest,
  baseline: Float32Array,
  units: readonly Unit[],
  use: (game: Game) => Promise<T>,
): Promise<T> {
  const { data, shape } = sampleOf(request);
  return withProbe(request, shape, { rows: 256 }, async probe => {
    const [nothing, all] = await probe.scores(2, (row, into) => into.set(row === 0 ? baseline : data));
    return use({
      players: units.length,
      nothing: nothing!,
      all: all!,
      worth: (count, member, progress) =>
        probe.scores(
          count,
          (row, into) => {
            into.set(baseline);
            units.forEach(({ indices }, player) => {
              if (member(row, player)) for (const i of indices) into[i] = data[i]!;
            });
          },
          progress,
        ),
    });
  });
}

/** Options that the Shapley methods share are described alike. */
export const unitsDescription =
  'At most this many parts are told apart; columns with their one-hot entries, pixels, or patches.';
