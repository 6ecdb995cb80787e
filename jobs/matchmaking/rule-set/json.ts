/**
 * JSON with line and block comments: forbidden on paper, deployed by two official AWS samples. Comments become
 * spaces, so positions in error messages stay true.
 */
export function parseJson(body: string): { ok: true; value: unknown } | { ok: false; message: string } {
  if (body.startsWith('\uFEFF'))
    return {
      ok: false,
      message: 'starts with a byte-order mark (U+FEFF); save the file as UTF-8 without one',
    };
  try {
    return { ok: true, value: JSON.parse(blankComments(body)) };
  } catch (error) {
    return {
      ok: false,
      message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** One that does not end goes on to the end of the text, or each would be looked for again from the next on. */
const stringOrComment = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

function blankComments(body: string): string {
  return body.replace(stringOrComment, (found) => (found[0] === '"' ? found : found.replace(/[^\n]/g, ' ')));
}
