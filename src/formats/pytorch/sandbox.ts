/**
 * What a workspace's Python may touch: its own memory, and the one device that we give it. CPython is no sandbox and
 * Pyodide is made to reach JavaScript, so the walls stand here, outside of Python:
 *
 * 1. WebAssembly gets no import that reaches the host (`system` runs a shell under Node, sockets open connections).
 * 2. The interpreter loses the modules that lead to JavaScript or to raw memory, also in the table that the import
 *    system makes built-in modules from, and every object that refers to a JavaScript one.
 * 3. The thread's own JavaScript loses what an escape would want: `process`, `require`, code from strings, the network.
 * 4. Memory cannot grow beyond a limit; time is limited from outside, by ending the thread.
 */

/** The part of Emscripten's module object that we use; Pyodide does not declare it. */
export interface Emscripten {
  HEAPU8: Uint8Array;
  HEAPU32?: Uint32Array;
  _PyImport_Inittab: number;
  _PyRun_SimpleString(code: number): number;
  _free(pointer: number): void;
  stringToNewUTF8(text: string): number;
  UTF8ToString(pointer: number): string;
  FS: EmscriptenFileSystem;
}

export interface EmscriptenFileSystem {
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: object): void;
  mkdev(path: string, device: number): void;
  mkdirTree(path: string): void;
  writeFile(path: string, data: string | Uint8Array): void;
}

/** "Function not implemented" in WASI's numbering, which Emscripten uses. */
const ENOSYS = 52;

const hostImports =
  /^_emscripten_system$|^emscripten_(async_)?(run_script|load_script|wget|websocket|create_worker)/;
const socketImports =
  /^__syscall_(socket|connect|bind|listen|accept4|sendto|sendmsg|recvfrom|recvmsg)$|^_maybe_connect_async$/;

/** Wraps WebAssembly's doors in this thread. Call before Pyodide loads. */
export function confineWebAssembly(memoryBytes: number): void {
  const { instantiate } = WebAssembly;
  const confined = (source: unknown, imports?: Record<string, Record<string, unknown>>) => {
    for (const functions of Object.values(imports ?? {})) {
      for (const name of Object.keys(functions)) {
        if (hostImports.test(name)) functions[name] = () => -1;
        else if (socketImports.test(name)) functions[name] = () => -ENOSYS;
      }
    }
    return (instantiate as (...args: unknown[]) => unknown)(source, imports);
  };
  WebAssembly.instantiate = confined as typeof WebAssembly.instantiate;
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages: number) {
    if (this.buffer.byteLength + pages * 65536 > memoryBytes) throw new RangeError('memory limit reached');
    return grow.call(this, pages);
  };
}

/** Built-in modules of CPython that lead out of it, to raw memory, or to every object there is. */
const forbiddenBuiltins = new Set([
  '_pyodide_core',
  '_ctypes',
  '_posixsubprocess',
  '_remote_debugging',
  '_testbuffer',
  '_testcapi',
  '_testclinic',
  '_testclinic_limited',
  '_testinternalcapi',
  '_testlimitedcapi',
  '_xxtestfuzz',
  'faulthandler',
  'fcntl',
  'gc',
  'mmap',
  'termios',
  'xxsubtype',
]);

/**
 * Makes the forbidden modules unfindable for the import system, whatever name is asked for: in the table that they are
 * compiled into, and in the copy of it that a running interpreter uses.
 */
function forgetBuiltins(m: Emscripten): void {
  const words = new Uint32Array(m.HEAPU8.buffer);
  const blank = m.stringToNewUTF8('?');
  m.HEAPU8[blank] = 0xff;
  const table = words[m._PyImport_Inittab >>> 2]! >>> 2;
  const first = words.slice(table, table + 4);
  for (let at = words.indexOf(first[0]!); at >= 0; at = words.indexOf(first[0]!, at + 1)) {
    if (!first.every((w, i) => words[at + i] === w)) continue;
    for (let entry = at; words[entry] !== 0; entry += 2)
      if (forbiddenBuiltins.has(m.UTF8ToString(words[entry]!))) words[entry] = blank;
    // The first entry may be a forbidden one: look on behind the table.
  }
  // A module that was made once is kept under "path:name", from where it could be made again.
  const memory = Buffer.from(m.HEAPU8.buffer);
  for (const name of forbiddenBuiltins) {
    const key = `${name}:${name}\0`;
    for (let at = memory.indexOf(key); at >= 0; at = memory.indexOf(key, at + 1)) memory[at] = 0xff;
  }
}

/** Runs in the interpreter: lets go of all that leads to JavaScript. */
const disconnect = `
import sys, os
def _disconnect():
    import gc
    importhook = sys.modules.get('_pyodide._importhook')
    if importhook is not None:
        importhook.jsfinder.jsproxies.clear()
    bridges = ('js', 'pyodide_js', 'pyodide', '_pyodide', '_pyodide_core')
    forbidden = set(${JSON.stringify([...forbiddenBuiltins])})
    sys.meta_path[:] = [
        f for f in sys.meta_path
        if not (f if isinstance(f, type) else type(f)).__module__.startswith('_pyodide')
    ]
    for name in list(sys.modules):
        if name.split('.')[0] in bridges:
            module = sys.modules.pop(name)
            try:
                module.__dict__.clear()
            except Exception:
                pass
        elif name.split('.')[0] in forbidden:
            sys.modules.pop(name)
    sys.path[:] = [p for p in sys.path if p.endswith('.zip') or p.startswith('/vitrine')]
    sys.builtin_module_names = tuple(n for n in sys.builtin_module_names if n not in forbidden)
    for name in ('system', 'popen', 'fork', 'execv', 'execve', 'posix_spawn', 'posix_spawnp', 'kill', 'killpg'):
        for module in (os, sys.modules['posix']):
            if hasattr(module, name):
                delattr(module, name)
    gc.collect()
    # What stands now stays: no collection while one types goes through it.
    gc.freeze()
    for name in ('get_objects', 'get_referrers', 'get_referents'):
        if hasattr(gc, name):
            delattr(gc, name)
    sys.modules.pop('gc', None)
_disconnect()
del _disconnect, os
`;

/** Runs Python source that must not fail; false if it did. */
export function runSource(m: Emscripten, source: string): boolean {
  const text = m.stringToNewUTF8(source);
  try {
    return m._PyRun_SimpleString(text) === 0;
  } finally {
    m._free(text);
  }
}

/** Cuts the interpreter off from JavaScript. Call once it stands, before any foreign code runs. */
export function confineInterpreter(m: Emscripten): void {
  if (!runSource(m, disconnect)) throw new Error('The Python interpreter could not be confined.');
  forgetBuiltins(m);
}

/** Takes from this thread's JavaScript what nothing in it needs any more. Call last: nothing can be loaded after it. */
export function confineThread(): void {
  const kinds = [
    () => {},
    async () => {},
    function* () {
      yield;
    },
    async function* () {
      yield;
    },
  ];
  // Code from strings is reached through any object's constructor's constructor.
  for (const f of kinds)
    Object.defineProperty(Object.getPrototypeOf(f), 'constructor', { value: undefined, configurable: false });
  const scope = globalThis as Record<string, unknown>;
  for (const name of [
    'Function',
    'eval',
    'process',
    'require',
    'module',
    'fetch',
    'WebSocket',
    'EventSource',
    'XMLHttpRequest',
    'Worker',
    'BroadcastChannel',
    'WebAssembly',
    'navigator',
  ]) {
    try {
      delete scope[name];
      if (name in scope) scope[name] = undefined;
    } catch {
      // Not configurable in this version of Node: then it is one of those that do no harm.
    }
  }
}
