import { openTextEncoder } from '../../formats/huggingface/textModel';
import { Engines } from '../../service/process/engines';
import { cosineOf, embedTexts } from '../../train/predict/textTasks';
import { type Command, textOption } from '../command';
import { fixedNumber, tableLines } from '../table';
import { textOptions, textsOf } from '../texts';

export const command: Command = {
  name: 'embed',
  usage: 'FOLDER --text TEXT…|--input FILE [--column NAME] [--json]',
  summary:
    'Turn texts into vectors with a sentence encoder that Transformers or sentence-transformers saved.',
  arguments: [1, 1],
  options: {
    ...textOptions,
    input: { type: 'string', short: 'i', value: 'FILE', help: 'A .txt with a text a line, or a table.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; the best there is if left out.' },
  },
  async run(call) {
    const { terminal, distFolder, signal } = call;
    const texts = await textsOf(call);
    const engines = new Engines();
    try {
      const encoder = await openTextEncoder(call.arguments[0]!, { distFolder, signal });
      const engine = await engines.get(textOption(call, 'backend'));
      const vectors = await embedTexts(engine, encoder, texts, signal);
      if (terminal.json) {
        for (const [row, v] of vectors.entries())
          terminal.result({ row, text: texts[row], embedding: Array.from(v) });
        return true;
      }
      // What a person can read of vectors is how near they are.
      const shown = vectors.slice(0, 12);
      terminal.print(
        `${vectors.length} vectors of ${vectors[0]?.length ?? 0} numbers; their cosine similarities:`,
        '',
        ...tableLines(
          [
            { title: 'Row', align: 'right' },
            { title: 'Text', most: 40 },
            ...shown.map((_, i) => ({ title: String(i), align: 'right' as const })),
          ],
          shown.map((v, i) => [String(i), texts[i]!, ...shown.map(w => fixedNumber(cosineOf(v, w)))]),
          t => terminal.bold(t),
        ),
      );
      return true;
    } finally {
      await engines.dispose();
    }
  },
};
