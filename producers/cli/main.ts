import { runProgram } from './program.ts';

// npm runs scripts in the project's folder; relative paths are the caller's.
process.exitCode = await runProgram(process.env['INIT_CWD'] ?? process.cwd(), process.argv.slice(2));
