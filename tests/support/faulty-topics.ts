import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What SNS says of one entry of a batch instead of taking it. */
interface EntryFault {
  readonly code: string;
  readonly senderFault: boolean;
}

/**
 * What becomes of a whole call: an error of SNS, or a connection that breaks, before or after SNS did its
 * work.
 */
type CallFault =
  | { readonly status: number; readonly code: string; readonly message: string }
  | 'break'
  | 'break after';

export interface FaultPlan {
  readonly ofCall?: (messages: readonly string[]) => CallFault | undefined;
  readonly ofEntry?: (message: string) => EntryFault | undefined;
}

/**
 * Stands before SNS and lets calls, or single entries of a batch, fail as a test says; everything else
 * reaches the real one. `calls` are the message bodies of every batch that came, in order.
 */
export async function openFaultyTopics(target: string) {
  const calls: string[][] = [];
  let plan: FaultPlan = {};
  const server = createServer(async (request, response): Promise<unknown> => {
    const form = new URLSearchParams(await bodyOf(request));
    const entries = entriesOf(form);
    const messages = entries.map((it) => it.get('Message') ?? '');
    if (form.get('Action') === 'PublishBatch') calls.push(messages);
    const fault = plan.ofCall?.(messages);
    if (fault === 'break') return request.socket.destroy();
    if (fault && fault !== 'break after')
      return response.writeHead(fault.status, { 'content-type': 'text/xml' }).end(errorXml(fault));

    const faults = entries.map((entry) => plan.ofEntry?.(entry.get('Message') ?? ''));
    const passed = entries.filter((_, index) => !faults[index]);
    const failed = entries.flatMap((entry, index) => {
      const fault = faults[index];
      return fault ? [failedXml(entry.get('Id') ?? '', fault)] : [];
    });
    const answer = passed.length > 0 || entries.length === 0 ? await forward(form, passed) : emptyAnswer;
    if (fault === 'break after') return request.socket.destroy();
    const text = failed.length > 0 ? withFailed(answer.text, failed) : answer.text;
    return response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function forward(form: URLSearchParams, entries: readonly URLSearchParams[]) {
    const body = new URLSearchParams([...form].filter(([name]) => !name.startsWith(member)));
    for (const [index, entry] of entries.entries())
      for (const [name, value] of entry) body.append(`${member}${index + 1}.${name}`, value);
    const answer = await fetch(target, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: authorization },
    });
    return { status: answer.status, text: await answer.text() };
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fail(next: FaultPlan) {
      plan = next;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const member = 'PublishBatchRequestEntries.member.';
/** How the target knows whom it stands for; it does not check signatures. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20261126/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=0';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Entries of a batch, with the names of their fields as the form has them behind the number. */
function entriesOf(form: URLSearchParams): URLSearchParams[] {
  const entries = new Map<string, URLSearchParams>();
  for (const [name, value] of form) {
    if (!name.startsWith(member)) continue;
    const [number = '', ...field] = name.slice(member.length).split('.');
    const entry = entries.get(number) ?? new URLSearchParams();
    entry.append(field.join('.'), value);
    entries.set(number, entry);
  }
  return [...entries.values()];
}

const emptyAnswer = {
  status: 200,
  text: '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Failed/><Successful/></PublishBatchResult></PublishBatchResponse>',
};

const failedXml = (id: string, { code, senderFault }: EntryFault): string =>
  `<member><Id>${id}</Id><Code>${code}</Code><Message>as planned</Message><SenderFault>${senderFault}</SenderFault></member>`;

const withFailed = (text: string, failed: readonly string[]): string =>
  text
    .replace(/<Failed\s*\/>|<Failed>\s*<\/Failed>/, '')
    .replace('</PublishBatchResult>', `<Failed>${failed.join('')}</Failed></PublishBatchResult>`);

const errorXml = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
