/** The command line, called in this process: what it prints, where, and its exit code. */

import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runCommandLine } from '../../../src/cli/commandLine';
import { root } from '../service/_workspace';

// biome-ignore lint/suspicious/noExplicitAny: what a line holds is what the tests are about
export type Json = Record<string, any>;

export interface Outcome {
  code: number;
  out: string;
  err: string;
  /** The lines of standard output as JSON. */
  json(): Json[];
}

export async function vitrine(...argv: string[]): Promise<Outcome> {
  const [out, err] = [new Collector(), new Collector()];
  const code = await runCommandLine(argv, { out, err }, join(root, 'dist'));
  return {
    code,
    out: out.text,
    err: err.text,
    json: () =>
      out.text
        .trimEnd()
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line)),
  };
}

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
