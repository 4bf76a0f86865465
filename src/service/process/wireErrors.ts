/** VitrineErrors on the wire: code, message and place arrive as they left; anything else arrives without its insides. */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { type ErrorCode, VitrineError } from '../../model/errors';

interface WireError {
  code: ErrorCode;
  details: VitrineError['details'];
}

/** JSON-RPC leaves codes above -32000 to applications. */
const vitrineErrorCode = 1;

/** @param log hears of errors that are nobody's fault but ours, with their stack. */
export function toWire(error: unknown, log: (text: string) => void): ResponseError<WireError> {
  if (error instanceof VitrineError) {
    const { code, message, details } = error;
    return new ResponseError(vitrineErrorCode, message, { code, details });
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ResponseError(vitrineErrorCode, internalMessage, { code: 'internal', details: {} });
}

export function fromWire(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const data = error.data as WireError | undefined;
  if (error.code === vitrineErrorCode && data)
    return new VitrineError(data.code, error.message, data.details);
  if (error.code === ErrorCodes.MethodNotFound)
    return new VitrineError('bad-request', `The engine does not know this request: ${error.message}`);
  return new VitrineError('internal', internalMessage);
}

export const internalMessage =
  'Something went wrong inside Vitrine; this is a fault of the program, not yours. The log has the details.';
