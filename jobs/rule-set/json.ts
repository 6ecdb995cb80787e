import { type ParsedJson, parseJsonText } from '../json-text.ts';

/**
 * JSON with line and block comments: forbidden on paper, deployed by two official AWS samples. Comments
 * become spaces, so positions in error messages stay true.
 */
export const parseJson = (body: string): ParsedJson => parseJsonText(blankComments(body));

/**
 * One that does not end goes on to the end of the text, or each would be looked for again from the next on.
 */
const stringOrComment = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

function blankComments(body: string): string {
  return body.replace(stringOrComment, (found) => (found[0] === '"' ? found : found.replace(/[^\n]/g, ' ')));
}
