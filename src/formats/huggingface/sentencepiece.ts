/**
 * Models of sentencepiece (Kudo and Richardson 2018; `spiece.model`, `tokenizer.model`, …) of folders that have no
 * tokenizer.json: their pieces, scores and rules of normalisation. What the file says is sentencepiece_model.proto's
 * ModelProto.
 */
import { VitrineError } from '../../model/errors';
import { memorySource } from '../onnx/source';
import { decode, type Message, type MessageType, type Span, WireError } from '../onnx/wire';

const piece: MessageType = () => ({
  1: { name: 'piece', type: 'string' },
  2: { name: 'score', type: 'float' },
  3: { name: 'type', type: 'int' },
});
const trainer: MessageType = () => ({
  3: { name: 'modelType', type: 'int' },
  35: { name: 'byteFallback', type: 'int' },
  40: { name: 'unkId', type: 'int' },
  45: { name: 'unkPiece', type: 'string' },
});
const normalizer: MessageType = () => ({
  2: { name: 'charsmap', type: 'bytes' },
  3: { name: 'addDummyPrefix', type: 'int' },
  4: { name: 'removeExtraWhitespaces', type: 'int' },
});
const modelProto: MessageType = () => ({
  1: { name: 'pieces', type: piece, repeated: true },
  2: { name: 'trainer', type: trainer },
  3: { name: 'normalizer', type: normalizer },
});

/** What `type` says of a piece. */
export const pieceType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Piece {
  piece: string;
  score: number;
  type: number;
}

export interface SentencePieces {
  pieces: readonly Piece[];
  kind: 'unigram' | 'bpe';
  unknown: { id: number; piece: string };
  /** Empty where texts stay as they are. */
  charsmap: Uint8Array;
  /** Whether a text begins with a blank that it has not. */
  addDummyPrefix: boolean;
  /** Whether blanks are left out at both ends, and several become one. */
  removeExtraWhitespaces: boolean;
}

const mostPieces = 2_000_000;

/** @param called how messages name the file. @throws VitrineError bad-file */
export function readSentencePieces(bytes: Uint8Array, called: string, file: string): SentencePieces {
  const bad = (what: string) =>
    new VitrineError('bad-file', `${called} cannot be read as a model of sentencepiece: ${what}.`, {
      at: { file },
    });
  let message: Message;
  try {
    message = decode(memorySource(bytes), modelProto);
  } catch (e) {
    if (e instanceof WireError || e instanceof RangeError) throw bad(e.message);
    throw e;
  }
  const { trainer: how = {}, normalizer: rules = {} } = message as {
    trainer?: Message;
    normalizer?: Message;
  };
  const pieces = ((message['pieces'] as Message[] | undefined) ?? []).map(p => ({
    piece: String(p['piece'] ?? ''),
    score: Number(p['score'] ?? 0),
    type: Number(p['type'] ?? pieceType.normal),
  }));
  if (pieces.length === 0) throw bad('it has no pieces');
  if (pieces.length > mostPieces) throw bad(`it has ${pieces.length} pieces; at most ${mostPieces} are read`);
  if (pieces.some(p => !Number.isFinite(p.score))) throw bad('the score of a piece is no number');
  const kind = { 1: 'unigram', 2: 'bpe' } as const;
  const type = Number(how['modelType'] ?? 1);
  if (type !== 1 && type !== 2)
    throw bad(
      `it divides text by ${{ 3: 'words', 4: 'characters' }[type] ?? `a method ${type}`}. Unigram and BPE are read`,
    );
  const unknown = pieces.findIndex(p => p.type === pieceType.unknown);
  const id = Number(how['unkId'] ?? (unknown < 0 ? 0 : unknown));
  if (!pieces[id]) throw bad(`its unknown piece is number ${id} of ${pieces.length}`);
  const { start, end } = (rules['charsmap'] as Span | undefined) ?? { start: 0, end: 0 };
  return {
    pieces,
    kind: kind[type],
    unknown: { id, piece: String(how['unkPiece'] ?? '<unk>') },
    charsmap: bytes.subarray(start, end),
    addDummyPrefix: rules['addDummyPrefix'] !== 0,
    removeExtraWhitespaces: rules['removeExtraWhitespaces'] !== 0,
  };
}
