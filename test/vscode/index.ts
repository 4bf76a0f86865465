/** The door of the suite: VS Code loads this in the extension host and calls run(). */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const reporter = path.join(__dirname, '../../../test/harness/reporter.mjs');
  const { default: Reporter } = await import(pathToFileURL(reporter).href);
  const mocha = new Mocha({
    reporter: Reporter,
    timeout: 60_000,
    slow: 5_000,
    color: false,
    grep: process.env.VITRINE_TEST_GREP || undefined,
  });
  for (const name of fs.readdirSync(__dirname).sort())
    if (name.endsWith('.test.js')) mocha.addFile(path.join(__dirname, name));
  const failures = await new Promise<number>(resolve => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
