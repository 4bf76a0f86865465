/** Words that Python keeps for itself: no name that is written into a file may be one. */
export const pythonWords: readonly string[] =
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  );
