import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusalOf } from '../support/gateway.ts';
import {
  administrator,
  obstacle,
  openSecuredDatabase,
  type SecuredDatabase,
} from '../support/secured-database.ts';

describe.skipIf(obstacle !== undefined)("the program that makes the tasks' user", () => {
  let database: SecuredDatabase;
  beforeAll(async () => {
    database = await openSecuredDatabase();
  });
  afterAll(() => database?.[Symbol.asyncDispose]());

  const run = (change: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['workers/task-login/main.ts'], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        DOCUMENTDB_URI: database.uri,
        DOCUMENTDB_USERNAME: administrator.username,
        DOCUMENTDB_PASSWORD: administrator.password,
        TASK_USERNAME: 'tasks',
        TASK_PASSWORD: 'first ½ password',
        ...change,
      },
    });
    return { status, output: stdout + stderr };
  };
  const asTask = (password: string) => database.connect({ username: 'tasks', password });

  test('makes a user who may use the database of the fleet and no other', async () => {
    expect(run()).toMatchObject({ status: 0 });

    const client = await asTask('first ½ password');
    await client.db('matchmaking').collection('players').insertOne({ made: 1 });
    expect(
      await refusalOf(client.db('elsewhere').collection('players').insertOne({ made: 1 })),
    ).toMatchObject({ code: 13 });
  });

  test('run again it changes the password of the user who is there', async () => {
    expect(run({ TASK_PASSWORD: 'second password' })).toMatchObject({ status: 0 });

    await asTask('second password');
    await expect(asTask('first ½ password')).rejects.toThrow(/authentication/i);
  });

  test('a refused login of the master user ends it with the reason and no password', () => {
    const { status, output } = run({ DOCUMENTDB_PASSWORD: 'wrong secret' });

    expect(status).toBe(1);
    expect(output).toMatch(/Could not make the tasks' user: .*authentication/i);
    expect(output).not.toContain('wrong secret');
  });

  test('an environment without a login names what is missing', () => {
    const { status, output } = run({ TASK_PASSWORD: '' });

    expect(status).toBe(1);
    expect(output).toContain('TASK_PASSWORD');
  });
});
