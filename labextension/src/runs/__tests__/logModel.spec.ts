import { FakeClient, until } from '../../__tests__/fakeClient';
import { LogModel } from '../logModel';

const TAIL = 64 * 1024;

describe('LogModel', () => {
  let client: FakeClient;
  let log: LogModel;

  beforeEach(() => {
    client = new FakeClient();
    log = new LogModel({ client, run: 'r', task: 't', attempt: 1 });
  });

  afterEach(() => log.dispose());

  const lines = () => log.text.lines.filter(line => line !== '');

  it('reads nothing while nobody looks', async () => {
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(client.calls).toEqual([]);
  });

  it('reads the tail first and stops when the task is over', async () => {
    client.log = 'a\nb\n';
    log.open();
    await until(() => log.isDone);
    expect(lines()).toEqual(['a', 'b']);
    expect(log.hasEarlier).toBe(false);
    const asked = client.calls.length;
    await new Promise(resolve => setTimeout(resolve, 900));
    expect(client.calls.length).toBe(asked);
  });

  it('follows by offset while the task goes on, also in the middle of a line', async () => {
    client.logDone = false;
    client.log = 'first\nsec';
    log.open();
    await until(() => lines().length === 2);
    client.log += 'ond\nthird\n';
    client.logDone = true;
    await until(() => log.isDone);
    expect(lines()).toEqual(['first', 'second', 'third']);
    expect(client.calls[1]).toContain('"offset":9');
  });

  it('reads earlier lines on demand, from whole lines on', async () => {
    client.log = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    log.open();
    await until(() => log.isDone);
    expect(log.hasEarlier).toBe(true);
    const before = lines().length;
    await log.earlier();
    expect(lines().length).toBeGreaterThan(before + 6000);
    expect(lines()[0]).toMatch(/^line \d+$/);
    while (log.hasEarlier) {
      await log.earlier();
    }
    expect(lines().length).toBe(20_000);
    expect(lines()[0]).toBe('line 0');
    expect(new Set(lines()).size).toBe(20_000);
  });

  it('gives the whole log for a download', async () => {
    client.log = 'x'.repeat(3 * 512 * 1024 + 7);
    log.open();
    await until(() => log.isReady);
    expect(log.text.bytes).toBe(TAIL);
    await expect(log.whole()).resolves.toHaveLength(client.log.length);
  });

  it('says why it could not be read, and goes on when it can', async () => {
    client.failure = new Error('the server is gone');
    log.open();
    await until(() => log.error === 'the server is gone');
    client.failure = null;
    client.log = 'back\n';
    log.close();
    log.open();
    await until(() => log.isDone);
    expect(log.error).toBeNull();
    expect(lines()).toEqual(['back']);
  });
});
