/** What an inner value is for rows of the data, for methods that look at a layer over many rows. */
import type { Tensor } from '../../model/graph';
import type { ExplanationRequest } from '../method';
import { look, partOf } from './inside';

/** Any sample of the data's shape stands in for the explained one, where a method is about the model as a whole. */
export function asSubject(request: ExplanationRequest, input: Tensor): ExplanationRequest {
  const [, ...shape] = input.shape;
  const size = shape.reduce((a, b) => a * b, 1);
  return { ...request, input: { shape: [1, ...shape], data: input.data.slice(0, size) } };
}

/** The value `id` for each row of a prepared batch, flat; the model is computed only as far as there. */
export async function layerValues(
  request: ExplanationRequest,
  id: string,
  input: Tensor,
): Promise<Float32Array[]> {
  const { model } = request;
  const rows = input.shape[0]!;
  const size = input.data.length / rows;
  const source = model.inputs[0]!;
  const found: Float32Array[] = [];
  await look(
    asSubject(request, input),
    {
      model: partOf(model, [], id),
      rows,
      feed: { [source]: (row, into) => into.set(input.data.subarray(row * size, (row + 1) * size)) },
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (_, view) => found.push(view.output.slice()),
  );
  return found;
}
