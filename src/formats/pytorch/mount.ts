/** The workspace's files as the interpreter's file system has them: there to be read, when they are asked for. */
import type { Emscripten } from './sandbox';
import { NotRead, type WorkspaceFiles } from './workspaceFiles';

interface FileNode {
  id: number;
  name: string;
  parent: FileNode;
  mode: number;
  node_ops: object;
  stream_ops: object;
}

interface Stream {
  node: FileNode;
  position: number;
  bytes?: Uint8Array;
}

/** What of Emscripten's file system a file system of one's own is made with. */
export interface MountableFileSystem {
  mount(type: object, options: object, at: string): void;
  unmount(at: string): void;
  createNode(parent: FileNode | null, name: string, mode: number, device: number): FileNode;
  ErrnoError: new (code: number) => Error;
}

/** WASI's numbers. */
const noEntry = 44;
const readOnly = 69;
const tooLarge = 22;
const invalid = 28;

const folderMode = 0o040_555;
const fileMode = 0o100_444;

/** Makes the files readable at `at`, a folder that is there and empty. @returns what takes them away again. */
export function mount(m: Emscripten, at: string, files: WorkspaceFiles): () => void {
  const fs = m.FS as unknown as MountableFileSystem;
  const fail = (code: number) => new fs.ErrnoError(code);
  const refuse = () => {
    throw fail(readOnly);
  };
  const nameOf = (node: FileNode): string => {
    const parts: string[] = [];
    for (let n = node; n.parent !== n; n = n.parent) parts.unshift(n.name);
    return parts.join('/');
  };
  const statOf = (name: string) => {
    const info = files.stat(name);
    if (!info) throw fail(noEntry);
    return info;
  };
  const make = (parent: FileNode | null, name: string, folder: boolean): FileNode => {
    const node = fs.createNode(parent, name, folder ? folderMode : fileMode, 0);
    node.node_ops = nodes;
    node.stream_ops = streams;
    return node;
  };
  const nodes = {
    getattr(node: FileNode) {
      const { size, mtime, ctime } = statOf(nameOf(node));
      return {
        dev: 1,
        ino: node.id,
        mode: node.mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime: mtime,
        mtime,
        ctime,
        blksize: 4096,
        blocks: Math.ceil(size / 4096),
      };
    },
    lookup: (parent: FileNode, name: string) =>
      make(parent, name, statOf([nameOf(parent), name].filter(p => p !== '').join('/')).isDirectory()),
    readdir: (node: FileNode) => ['.', '..', ...files.list(nameOf(node))],
    setattr: refuse,
    mknod: refuse,
    rename: refuse,
    unlink: refuse,
    rmdir: refuse,
    symlink: refuse,
    readlink() {
      throw fail(invalid);
    },
  };
  const streams = {
    open(stream: Stream) {
      if (stream.node.mode === folderMode) return;
      try {
        stream.bytes = files.read(nameOf(stream.node));
      } catch (e) {
        throw fail(e instanceof NotRead ? tooLarge : noEntry);
      }
    },
    close(stream: Stream) {
      delete stream.bytes;
    },
    read(stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) {
      const part = stream.bytes?.subarray(position, position + length) ?? new Uint8Array();
      buffer.set(part, offset);
      return part.length;
    },
    write: refuse,
    llseek(stream: Stream, offset: number, whence: number) {
      const from = whence === 1 ? stream.position : whence === 2 ? (stream.bytes?.length ?? 0) : 0;
      if (from + offset < 0) throw fail(invalid);
      return from + offset;
    },
  };
  fs.mount({ mount: () => make(null, '/', true) }, {}, at);
  return () => fs.unmount(at);
}
