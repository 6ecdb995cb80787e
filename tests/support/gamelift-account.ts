import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { examples } from '../../producers/cli/examples.ts';

/** A GameLift account with one rule set, as AWS SDKs ask for it; `url` is its endpoint. */
export async function openGameLiftAccount() {
  const server = createServer((request, response) => {
    const rules = { RuleSetName: 'theirs', RuleSetBody: JSON.stringify(examples['rule-set.json']) };
    const asksRules = request.headers['x-amz-target'] === 'GameLift.DescribeMatchmakingRuleSets';
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(asksRules ? { RuleSets: [rules] } : { Configurations: [] }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
