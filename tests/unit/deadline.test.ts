import { expect, test, vi } from 'vitest';
import { openDeadline } from '../../workers/runtime/deadline.ts';

const longer = 60_000;

test('the first of the signals aborts it, for its reason', () => {
  const [stopping, cancelled] = [new AbortController(), new AbortController()];
  using deadline = openDeadline([stopping.signal, cancelled.signal], longer, 'took too long');
  expect(deadline.signal.aborted).toBe(false);

  cancelled.abort('the lock was lost');
  stopping.abort('the worker is shutting down');

  expect(deadline.signal.reason).toBe('the lock was lost');
});

test('a signal that was aborted before aborts it at once', () => {
  using deadline = openDeadline([AbortSignal.abort('too late')], longer, 'took too long');

  expect(deadline.signal.reason).toBe('too late');
});

test('time aborts it with the message', async () => {
  using deadline = openDeadline([], 1, 'took too long');

  await vi.waitFor(() => expect(deadline.signal.reason).toEqual(new Error('took too long')));
});

test('one that was let go of hears nothing any more', () => {
  const stopping = new AbortController();
  const deadline = openDeadline([stopping.signal], longer, 'took too long');

  deadline[Symbol.dispose]();
  stopping.abort();

  expect(deadline.signal.aborted).toBe(false);
});

test('one signal aborts all that watch it, each for its reason', () => {
  const stopping = new AbortController();
  using one = openDeadline([stopping.signal], longer, 'took too long');
  using other = openDeadline([stopping.signal], longer, 'took too long');

  stopping.abort('the worker is shutting down');

  expect([one, other].map((it) => it.signal.reason)).toEqual(Array(2).fill('the worker is shutting down'));
});
