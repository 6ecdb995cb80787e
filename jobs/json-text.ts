export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  /** `message` says where: `is not JSON: line 3, column 5: expected ',' or '}' after property value`. */
  | { readonly ok: false; readonly message: string };

/**
 * Reads JSON. What is wrong with a text that is none is told by line and column, from 1; a byte-order mark by
 * its name.
 */
export function parseJsonText(text: string): ParsedJson {
  if (text.startsWith('\uFEFF'))
    return {
      ok: false,
      message: 'starts with a byte-order mark (U+FEFF); save the file as UTF-8 without one',
    };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const { message } = error as Error;
    const before = text.slice(0, placeOf(text, message)).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { ok: false, message: `is not JSON: line ${before.length}, column ${column}: ${plain(message)}` };
  }
}

/** What an engine says of a text that only ends too early. */
const cutShort = /Unexpected end|Unterminated|No number after|Exponent part/;

function placeOf(text: string, message: string): number {
  const told = /at position (\d+)/.exec(message)?.[1];
  if (told !== undefined) return Number(told);
  if (cutShort.test(message)) return text.length;
  // Every shorter text is the beginning of some JSON; with the offending character none is.
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const told = /at position (\d+)/.exec(message)?.[1];
    return cutShort.test(message) || (told !== undefined && Number(told) >= text.length);
  }
}

function plain(message: string): string {
  const [said = ''] = message.split(/ in JSON at position|, "|, \.\.\."|(?<=end) of JSON input/);
  return said.charAt(0).toLowerCase() + said.slice(1);
}
