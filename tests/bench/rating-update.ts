export const usage = '';
export async function run(): Promise<void> {}
