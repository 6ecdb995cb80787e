import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Bare HTTP/1.1: one request at a time on each connection, which is kept. It knows no answer without
 * `content-length`.
 */
export function openConnections(port: number) {
  const idle: Socket[] = [];
  const all: Socket[] = [];

  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    all.push(socket);
    await once(socket, 'connect');
    return socket;
  };

  return {
    /** Sends a whole request; resolves to the status and the body of its answer. */
    async send(request: Buffer): Promise<{ status: number; body: string }> {
      const socket = idle.pop() ?? (await open());
      const answer = answerOn(socket);
      socket.write(request);
      const read = await answer;
      idle.push(socket);
      return read;
    },
    [Symbol.dispose]() {
      for (const socket of all) socket.destroy();
    },
  };
}

function answerOn(socket: Socket): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  let text = '';
  const leave = () => socket.off('data', onData).off('close', onClose);
  const onClose = () => reject(new Error(`the API closed a connection; it had answered: ${text}`));
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n') + 4;
    if (end < 4) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
    if (text.length < end + length) return;
    leave();
    resolve({ status: Number(text.slice(9, 12)), body: text.slice(end) });
  };
  socket.on('data', onData).on('close', onClose);
  return promise;
}
