/** Files as git has them, asked of the program itself, without a shell. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { throwIfCancelled, VitrineError } from '../model/errors';

const run = promisify(execFile);
const most = 2 ** 31 - 1;

/** Milliseconds that git has for one file: a repository on a drive that does not answer must not hold a comparison for ever. */
const limit = 60_000;

/** The bytes of a file at a revision. @throws VitrineError bad-usage, file-not-found, cancelled */
export async function fileAtRevision(file: string, revision: string, signal?: AbortSignal): Promise<Buffer> {
  // What begins with a dash would be an option.
  if (!/^[\w@./~^{}-]+$/.test(revision) || revision.startsWith('-'))
    throw new VitrineError('bad-usage', `"${revision}" is no revision, e.g. HEAD, HEAD~3, main or a commit.`);
  const full = path.resolve(file);
  try {
    const { stdout } = await run(
      'git',
      // Plumbing: no hook, filter or pager of a repository runs.
      [
        '-C',
        path.dirname(full),
        '-c',
        'core.fsmonitor=false',
        'cat-file',
        'blob',
        `${revision}:./${path.basename(full)}`,
      ],
      {
        encoding: 'buffer',
        maxBuffer: most,
        windowsHide: true,
        timeout: limit,
        ...(signal && { signal }),
        // Of a partial clone, what is missing would be fetched by whatever program its configuration names.
        env: { ...process.env, GIT_NO_LAZY_FETCH: '1' },
      },
    );
    if (stdout.subarray(0, 60).toString().startsWith('version https://git-lfs'))
      throw new VitrineError(
        'file-not-found',
        `git has a pointer to large file storage for ${file} at ${revision}, not the file. Fetch it with git lfs and compare two files.`,
        { at: { file: full } },
      );
    return stdout;
  } catch (e) {
    if (e instanceof VitrineError) throw e;
    throwIfCancelled(signal);
    const { code, stderr, killed } = e as { code?: unknown; stderr?: Buffer; killed?: boolean };
    if (killed)
      throw new VitrineError(
        'file-not-found',
        `git did not give ${file} at ${revision} within ${limit / 1000} seconds. Try "git -C ${path.dirname(full)} cat-file blob ${revision}:./${path.basename(full)}" in a terminal.`,
        { at: { file: full } },
      );
    const said =
      String(stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) ?? '';
    throw new VitrineError(
      'file-not-found',
      code === 'ENOENT'
        ? 'Comparing with an older version needs git, which is not installed.'
        : `git does not have ${file} at ${revision}: ${said || 'nothing was said why'}.`,
      { at: { file: full } },
    );
  }
}

/** Does something with bytes as a file of their name, which is gone afterwards. */
export async function asFile<T>(
  name: string,
  bytes: Uint8Array,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vitrine-'));
  try {
    const file = path.join(folder, path.basename(name));
    await writeFile(file, bytes);
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
