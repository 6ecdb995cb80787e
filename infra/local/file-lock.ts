import { type FileHandle, open } from 'node:fs/promises';
import { exitCode } from './command.ts';

/**
 * Holds a file's lock until the handle is closed or this process dies, however it dies: the kernel keeps the
 * lock with the open file, so it cannot go stale. `onWait` is called once when somebody else holds it.
 *
 * `flock` comes with every Linux. Where it is missing, only Docker can serve, nothing needs building, and the
 * lock is not taken.
 */
export async function lockFile(path: string, onWait: () => void = () => {}): Promise<FileHandle> {
  const file = await open(path, 'a');
  try {
    const free = await exitCode(['flock', '--nonblock', '3'], { file: file.fd });
    if (free === 1) {
      onWait();
      const code = await exitCode(['flock', '3'], { file: file.fd });
      if (code !== 0) throw new Error(`Cannot lock ${path}: flock gave ${code}`);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
