/** A whole number from the command line, of at least 1 unless told otherwise; the error names the option. */
export function wholeNumber(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${option}: ${text} is not a whole number of at least ${least}`);
  return value;
}
