/** Places of a text beyond its last token: they are no reasons, but what they contributed belongs to the sum. */

/** What an entry is called that stands for a token; one without a token only has its place. */
export function tokenName(token: string, place: number): string {
  return token === '' ? `(${place + 1})` : `${place + 1} ${token}`;
}

export function isPadding(name: string | undefined, place: number): boolean {
  return name === `(${place + 1})`;
}

export interface Named {
  names: readonly string[];
  values: ArrayLike<number>;
  spread?: ArrayLike<number>;
}

/**
 * The entries without those that are padding, which are added up in one last entry where they contributed anything.
 * Contributions still add up to the same sum; spreads as those of independent estimates.
 *
 * @param called what that entry is called.
 */
export function padded(
  { names, values, spread }: Named,
  called = 'padding',
): { names: string[]; values: number[]; spread?: number[] } {
  const places = names.map((_, i) => i);
  const kept = places.filter(i => !isPadding(names[i], i));
  const padding = places.filter(i => isPadding(names[i], i));
  const one = padding.some(i => values[i] !== 0);
  const sum = padding.reduce((s, i) => s + values[i]!, 0);
  return {
    names: [...kept.map(i => names[i]!), ...(one ? [called] : [])],
    values: [...kept.map(i => values[i]!), ...(one ? [sum] : [])],
    ...(spread && {
      spread: [
        ...kept.map(i => spread[i]!),
        ...(one ? [Math.sqrt(padding.reduce((s, i) => s + spread[i]! ** 2, 0))] : []),
      ],
    }),
  };
}
