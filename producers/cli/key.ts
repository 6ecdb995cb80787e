import { Command, InvalidArgumentError, Option } from 'commander';
import { type Right, rights, type SealedKey, shortestKeysSecret } from '../../jobs/maintenance/api-keys.ts';
import type { FleetClient } from '../client.ts';
import { secretOr } from '../connection/secrets.ts';
import { newSecret, seal, tokenOf } from '../keys/seal.ts';
import { at, RequestError } from '../request-error.ts';
import { show, withClient } from './terminal.ts';

const underSecret = () =>
  new Option('--keys-secret <text>', 'what keys are sealed under, or the ARN of the secret that holds it')
    .env('API_KEYS_SECRET')
    .makeOptionMandatory();

const may = () =>
  new Option('--may <rights>', `what it may do, comma-separated: ${rights.join(', ')}`)
    .argParser(rightsIn)
    .makeOptionMandatory();

interface Made {
  readonly keysSecret: string;
  readonly may: readonly Right[];
}

export function keyCommands(): Command {
  const key = new Command('key').description('keys of the HTTP API, for services and operators');

  key
    .command('create')
    .description('make a key and print it: nobody can read it again')
    .argument('<name>')
    .addOption(may())
    .addOption(underSecret())
    .action((name: string, { may: allowed, keysSecret }: Made, command: Command) =>
      withClient(command, async (client) => {
        const there = await newest(client, name);
        if (there?.state === 'active')
          throw new RequestError(
            'conflict',
            at('name', `there is a key ${name}; rotate it, or revoke it first`),
          );
        await put(command, client, { name, rights: [...allowed], state: 'active', after: there }, keysSecret);
      }),
    );

  key
    .command('rotate')
    .description('give a key a new secret and print it; the old one stops working within seconds')
    .argument('<name>')
    .addOption(underSecret())
    .action((name: string, { keysSecret }: Made, command: Command) =>
      withClient(command, async (client) => {
        const there = await existing(client, name);
        await put(command, client, { name, rights: there.rights, state: 'active', after: there }, keysSecret);
      }),
    );

  key
    .command('revoke')
    .description('end a key; it stops working within seconds')
    .argument('<name>')
    .addOption(underSecret())
    .action((name: string, { keysSecret }: Made, command: Command) =>
      withClient(command, async (client) => {
        const there = await existing(client, name);
        await put(command, client, { name, rights: [], state: 'revoked', after: there }, keysSecret);
      }),
    );

  key
    .command('list')
    .description('keys with their rights; never a secret')
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const rows = (await client.readApiKeys()).map(rowOf);
        show(command, rows, rows);
      }),
    );

  return key;
}

const rowOf = ({ name, state, generation, rights: allowed }: SealedKey) => ({
  name,
  state,
  generation,
  may: allowed.join(','),
});

const newest = async (client: FleetClient, name: string): Promise<SealedKey | undefined> =>
  (await client.readApiKeys()).find((it) => it.name === name);

async function existing(client: FleetClient, name: string): Promise<SealedKey> {
  const key = await newest(client, name);
  if (key?.state !== 'active') throw new RequestError('not-found', at('name', `no key ${name} works`));
  return key;
}

type Next = Pick<SealedKey, 'name' | 'rights' | 'state'> & { readonly after: SealedKey | undefined };

async function put(command: Command, client: FleetClient, next: Next, keysSecret: string) {
  const { after, ...key } = next;
  const secret = key.state === 'active' ? newSecret() : '';
  const under = await secretOr('API_KEYS_SECRET', keysSecret);
  if (under.length < shortestKeysSecret)
    throw new RequestError(
      'invalid-request',
      at('API_KEYS_SECRET', `at least ${shortestKeysSecret} characters`),
    );
  const sealed = seal({ ...key, generation: (after?.generation ?? 0) + 1 }, secret, under);
  await client.putApiKey(sealed);
  const row = rowOf(sealed);
  if (key.state === 'revoked') return show(command, row, [row]);
  const token = tokenOf(key.name, secret);
  show(command, { ...row, key: token }, () =>
    [
      `${token}`,
      `bearer token: the line above; AWS access key id: ${key.name}; AWS secret access key: ${secret}`,
    ].join('\n'),
  );
}

function rightsIn(text: string): Right[] {
  const wanted = text.split(',').map((it) => it.trim());
  const unknown = wanted.find((it) => !rights.some((right) => right === it));
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknown}: there are ${rights.join(', ')}`);
  return rights.filter((right) => wanted.includes(right));
}
