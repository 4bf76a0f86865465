/** Spaces and line ends as one sees them, also where a tokenizer writes them as Ġ and Ċ (bytes of GPT-2) or ▁ (SentencePiece). */
export function visible(token: string): string {
  return token
    .replaceAll(/[\nĊ]/g, '⏎')
    .replaceAll('\t', '⇥')
    .replace(/^[ Ġ▁]| $/g, '␣');
}
