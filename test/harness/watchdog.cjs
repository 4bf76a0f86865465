/**
 * Stands in for native-watchdog, a native module that is never compiled here: ends this process when the one that it
 * serves is gone, so that no extension host outlives a server that was killed.
 */
'use strict';

exports.start = pid => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(87);
    }
  }, 3000).unref();
};

exports.exit = code => process.exit(code ?? 0);
