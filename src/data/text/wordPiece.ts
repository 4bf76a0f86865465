/**
 * WordPiece as BERT uses it (Devlin et al. 2019): the longest piece of the vocabulary that a word begins with, then the
 * longest that goes on, marked by "##". Learned as Hugging Face's `WordPieceTrainer` does, by byte pairs with that mark.
 */
export const continuing = '##';

/** Longer words are unknown as a whole, as in BERT's tokenizer; it bounds the time for text without spaces. */
const maxCharacters = 100;

/**
 * A word's pieces; one unknown piece where the vocabulary has no way through.
 *
 * @param known whether a piece is in the vocabulary.
 */
export function applyWordPiece(word: string, known: (piece: string) => boolean, unknown: string): string[] {
  const characters = [...word];
  if (characters.length > maxCharacters) return [unknown];
  const pieces: string[] = [];
  for (let from = 0; from < characters.length; ) {
    let to = characters.length;
    let piece = '';
    for (; to > from; to--) {
      piece = (from > 0 ? continuing : '') + characters.slice(from, to).join('');
      if (known(piece)) break;
    }
    if (to === from) return [unknown];
    pieces.push(piece);
    from = to;
  }
  return pieces;
}

/** Words and single punctuation marks, white space left out: BERT's first division. */
export function wordsAndMarks(text: string): string[] {
  return text.match(/[\p{P}$+<=>^`|~]|[^\s\p{P}$+<=>^`|~]+/gu) ?? [];
}

/** Pieces as text: what goes on is joined, and marks that end a phrase follow their word. */
export function joinPieces(pieces: readonly string[]): string {
  return pieces
    .join(' ')
    .replaceAll(` ${continuing}`, '')
    .replace(/ ([.,!?;:%)\]}])/g, '$1');
}
