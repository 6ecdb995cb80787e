import { execFile } from 'node:child_process';

/**
 * Why Docker cannot serve here, and what to do about it; undefined when it can. A client waits for ever for a
 * daemon that hangs: a command that takes longer than `patience` milliseconds counts as failed.
 */
export async function dockerObstacle(env: NodeJS.ProcessEnv, patience = 10_000): Promise<string | undefined> {
  const limit = `${patience / 1000} s`;
  const failure = (...args: string[]) => complaintOf(args, env, patience);
  const compose = await failure('compose', 'version');
  if (compose === 'not installed') return 'there is no docker command';
  if (compose === 'no answer') return `"docker compose version" did not end within ${limit}`;
  if (compose && /unknown command|not a docker command/.test(compose))
    return 'it has no Compose plugin: install docker-compose-plugin (Debian and Ubuntu: docker-compose-v2 or docker-compose)';
  if (compose) return `"docker compose version" failed: ${compose}`;

  const daemon = await failure('version');
  if (daemon === 'no answer') return `its daemon hangs: no answer within ${limit}; restart Docker`;
  if (daemon && /permission denied while trying to connect/i.test(daemon))
    return 'your user may not use its socket (permission denied): "sudo usermod -aG docker $USER", then log in again';
  return daemon && `no daemon answers: start Docker, or mend DOCKER_HOST or its context ("${daemon}")`;
}

/** What a docker command that fails says; undefined when it succeeds. */
function complaintOf(args: readonly string[], env: NodeJS.ProcessEnv, timeout: number) {
  return new Promise<string | undefined>((resolve) => {
    execFile('docker', args, { env, timeout, killSignal: 'SIGKILL' }, (error, _output, complaint) => {
      if (error === null) resolve(undefined);
      else if (error.code === 'ENOENT') resolve('not installed');
      else if (error.killed) resolve('no answer');
      else resolve(complaint.trim().replaceAll(/\s+/g, ' ').slice(0, 300) || `exit code ${error.code}`);
    });
  });
}
