/** A whole number of at least 1 from the command line; the error names the option. */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${option}: ${text} is not a whole number of at least 1`);
  return value;
}
