import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dockerObstacle } from '../../infra/local/docker/obstacle.ts';

/** A PATH with a `docker` that does `version` and `compose version` as the two lines of shell say. */
async function withDocker(compose: string, version = 'exit 0'): Promise<NodeJS.ProcessEnv> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-obstacle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = `#!/bin/sh\ncase "$1" in\ncompose) ${compose} ;;\nversion) ${version} ;;\nesac\n`;
  await writeFile(join(folder, 'docker'), program);
  await chmod(join(folder, 'docker'), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

const complains = (text: string) => `printf '%s\\n' '${text}' >&2; exit 1`;

test('with a Compose plugin and a daemon that answers there is none', async () => {
  expect(await dockerObstacle(await withDocker('exit 0'))).toBeUndefined();
});

test('a machine without docker is told so', async () => {
  expect(await dockerObstacle({ PATH: '/nowhere' })).toBe('there is no docker command');
});

// What the clients of Docker 28 and 20 print without the plugin.
test.each([
  "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
  "docker: 'compose' is not a docker command.\nSee 'docker --help'",
])('no Compose plugin is named: %j', async (text) => {
  const quoted = text.replaceAll("'", `'"'"'`);

  expect(await dockerObstacle(await withDocker(complains(quoted)))).toMatch(/no Compose plugin: install/);
});

test('a daemon that is away is named with its address', async () => {
  const text =
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';

  const obstacle = await dockerObstacle(await withDocker('exit 0', complains(text)));

  expect(obstacle).toMatch(/no daemon answers: start Docker/);
  expect(obstacle).toContain(text);
});

test('a socket that the user may not open comes with the command that helps', async () => {
  const text = `permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied`;

  const obstacle = await dockerObstacle(await withDocker('exit 0', complains(text)));

  expect(obstacle).toContain('sudo usermod -aG docker $USER');
});

test('a daemon that hangs is given up', async () => {
  const obstacle = await dockerObstacle(await withDocker('exit 0', 'exec sleep 60'), 200);

  expect(obstacle).toBe('its daemon hangs: no answer within 0.2 s; restart Docker');
});
