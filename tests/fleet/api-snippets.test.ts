import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type ApiProcess, makeKey } from '../support/api-process.ts';
import { compileGo } from '../support/aws-clients/drivers.ts';
import { clientsFolder, clientsObstacle } from '../support/aws-clients/tree.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { openApi } from '../support/open-api.ts';
import { keysSecret } from '../support/operator.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(join(root, 'producers/api/README.md'), 'utf8');
const snippet = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(readme)?.[1] ?? '';

/** What a snippet takes for granted: the address, the key, and who plays. */
const inGo = (lines: string) => `package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/gamelift"
	"github.com/aws/aws-sdk-go-v2/service/gamelift/types"
)

func main() {
	ctx, url, players := context.Background(), os.Args[1], []types.Player{{PlayerId: aws.String("ann")}}
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: os.Args[2], SecretAccessKey: os.Args[3]}, nil
	})
	${lines}
	if err != nil {
		panic(err)
	}
}
`;
const inPython = (lines: string) => `import sys, boto3\nurl, key, secret = sys.argv[1:4]\n${lines}`;
const inJavaScript = (lines: string) =>
  `const [url, accessKeyId, secretAccessKey] = process.argv.slice(2);\n${lines}`;

let fleet: Fleet;
let api: ApiProcess;
let key: { readonly name: string; readonly secret: string };
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  key = await makeKey(fleet.client, 'studio', ['matchmake']);
  await fleet.install('duel', duelRuleSet);
  api = await openApi(fleet);
  await vi.waitFor(async () => expect((await fetch(`${api.healthUrl}/readyz`)).status).toBe(200), {
    timeout: 20_000,
  });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'snippet-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
};

/** Runs a program and expects that it starts a ticket of ann. */
async function startsTicket(program: string, ...args: readonly string[]): Promise<void> {
  const before = (await fleet.client.findLivePlayer('ann'))?.ticketId;
  await run(program, [...args, api.url, key.name, key.secret]);
  const after = (await fleet.client.findLivePlayer('ann'))?.ticketId;
  expect(after).toBeDefined();
  expect(after).not.toBe(before);
}

test("the README's JavaScript starts a ticket", async () => {
  const place = await folder();
  await symlink(join(root, 'node_modules'), join(place, 'node_modules'));
  await writeFile(join(place, 'snippet.mjs'), inJavaScript(snippet('js')));

  await startsTicket(process.execPath, join(place, 'snippet.mjs'));
});

const obstacle = await clientsObstacle();
if (obstacle) console.warn(`SKIPPED: the README's Python and Go are not run: ${obstacle}`);

test.skipIf(obstacle)("the README's Python and Go start tickets", { timeout: 600_000 }, async () => {
  const clients = await clientsFolder();
  const file = join(await folder(), 'snippet.go');
  await writeFile(file, inGo(snippet('go')));

  await startsTicket(join(clients, 'bin/python'), '-c', inPython(snippet('python')));
  await startsTicket(await compileGo(clients, 'cbor', file));
});
