import { ServerConnection } from '@jupyterlab/services';
import { requestAPI, ResponseError } from '../request';

/** Settings of a server that gives this answer, and the address that was asked for. */
function server(answer: () => Promise<Partial<Response>>) {
  const asked: string[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/me/',
    fetch: (async (request: Request) => {
      asked.push(request.url.split('?')[0]);
      return answer();
    }) as unknown as typeof fetch
  });
  return { settings, asked };
}

const answer = (status: number, body: string): Partial<Response> => ({
  ok: status < 400,
  status,
  statusText: 'Status',
  text: async () => body
});

describe('requestAPI', () => {
  it('asks below the base URL and gives the JSON', async () => {
    const { settings, asked } = server(async () => answer(200, '{"version":"1"}'));
    await expect(requestAPI('status', {}, settings)).resolves.toEqual({ version: '1' });
    expect(asked).toEqual(['http://localhost/user/me/cellift/api/status']);
  });

  it('gives nothing for an empty answer', async () => {
    const { settings } = server(async () => answer(204, ''));
    await expect(requestAPI('runs/1', { method: 'DELETE' }, settings)).resolves.toBeUndefined();
  });

  it('throws the message and the diagnostics of the server', async () => {
    const diagnostics = [{ code: 'CL101', severity: 'error', message: 'no steps' }];
    const { settings } = server(async () => answer(400, JSON.stringify({ message: 'no steps', diagnostics })));
    const error = await requestAPI('runs', { method: 'POST' }, settings).then(
      () => null,
      reason => reason as ResponseError
    );
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toBeInstanceOf(ServerConnection.ResponseError);
    expect(error?.message).toBe('no steps');
    expect(error?.diagnostics).toEqual(diagnostics);
    expect(error?.response.status).toBe(400);
  });

  it('throws the status when the answer is a page of a proxy', async () => {
    const { settings } = server(async () => answer(502, '<html>Bad gateway</html>'));
    await expect(requestAPI('runs', {}, settings)).rejects.toThrow('502 Status');
  });

  it('says that the extension is missing when the server does not know the address', async () => {
    const { settings } = server(async () => answer(404, '<html>Not found</html>'));
    await expect(requestAPI('runs', {}, settings)).rejects.toThrow('does not have the Cellift extension');
  });

  it('throws a network error when the server cannot be reached', async () => {
    const { settings } = server(async () => {
      throw new TypeError('Failed to fetch');
    });
    const answer = requestAPI('runs', {}, settings);
    await expect(answer).rejects.toBeInstanceOf(ServerConnection.NetworkError);
    await expect(answer).rejects.toThrow('The Jupyter server cannot be reached.');
  });
});
