import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { inOurSpelling } from '../../jobs/aws-spelling.ts';
import { parseJsonText } from '../../jobs/json-text.ts';
import { ruleSetBodyIn } from '../../jobs/rule-set/api-body.ts';
import { RequestError } from '../request-error.ts';

/** The name by which standard input is read instead of a file. */
const standardInput = '-';
let standardInputRead = false;

/** Reads a text file named relative to the caller's folder, or standard input as `-`. */
async function readText(from: string, file: string): Promise<string> {
  if (file === standardInput) return readStandardInput();
  try {
    return await readFile(resolve(from, file), 'utf8');
  } catch (error) {
    throw new RequestError('invalid-request', `could not read ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function readStandardInput(): Promise<string> {
  if (standardInputRead)
    throw new RequestError('invalid-request', '"-" is standard input, which can be read once only');
  standardInputRead = true;
  return text(process.stdin);
}

/**
 * Reads a file of JSON. An object has our names, also where the file has those of the GameLift API
 * (`RuleSetName`).
 */
export async function readJson(from: string, file: string): Promise<unknown> {
  const parsed = parseJsonText(await readText(from, file));
  if (!parsed.ok) throw new RequestError('invalid-request', `${file} ${parsed.message}`);
  return inOurSpelling(parsed.value);
}

/** Reads a rule set, also out of a request or an answer of the GameLift API, which has it as text. */
export const readRuleSetText = async (from: string, file: string): Promise<string> =>
  ruleSetBodyIn(await readText(from, file));
