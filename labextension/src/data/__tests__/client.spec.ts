import { ServerConnection } from '@jupyterlab/services';
import { requestAPI, ResponseError } from '../../client/request';
import { DataClient } from '../client';

jest.mock('../../client/request', () => ({ ...jest.requireActual('../../client/request'), requestAPI: jest.fn() }));

const request = requestAPI as jest.MockedFunction<typeof requestAPI>;

describe('DataClient', () => {
  const serverSettings = ServerConnection.makeSettings({ baseUrl: 'http://localhost/user/me/' });
  const client = new DataClient({ serverSettings });
  const place = { connection: 'my store', bucket: 'b', key: 'a/../ü&?#%2F+.csv' };
  const query = 'bucket=b&key=a%2F..%2F%C3%BC%26%3F%23%252F%2B.csv';

  beforeEach(() => {
    request.mockReset();
    request.mockResolvedValue({});
  });

  const asked = () => request.mock.calls.map(([path, init]) => `${init.method ?? 'GET'} ${path}`);

  it('puts keys into the query, whatever they hold', async () => {
    await client.object(place);
    await client.removeObject({ ...place, version: 'v1' });
    await client.objects('my store', 'b', place.key, { after: 'a+b/=', limit: 500 });
    expect(asked()).toEqual([
      `GET data/connections/my%20store/object?${query}`,
      `DELETE data/connections/my%20store/object?${query}&version=v1`,
      `GET data/connections/my%20store/objects?${query.replace('key=', 'prefix=')}&after=a%2Bb%2F%3D&limit=500`
    ]);
    expect(client.contentUrl(place, { inline: true })).toBe(
      `http://localhost/user/me/cellift/api/data/connections/my%20store/content?${query}&inline=1`
    );
  });

  it('sends the condition under which an object is written', async () => {
    const body = new Blob(['x']);
    await client.putContent(place, body, { ifMatch: '"e1"', type: 'text/csv' });
    await client.putContent(place, body, { ifNew: true });
    expect(request.mock.calls[0][1]).toEqual({
      method: 'PUT',
      headers: { 'Content-Type': 'text/csv', 'If-Match': '"e1"' },
      body
    });
    expect(request.mock.calls[1][1].headers).toEqual({
      'Content-Type': 'application/octet-stream',
      'If-None-Match': '*'
    });
  });

  it('knows no run that made an object when the server has no such route', async () => {
    request.mockRejectedValue(new ResponseError({ status: 404 } as Response, 'not there'));
    expect(await client.madeBy(place)).toEqual([]);
    request.mockRejectedValue(new ResponseError({ status: 502 } as Response, 'the store fails'));
    await expect(client.madeBy(place)).rejects.toThrow('the store fails');
  });

  it('starts, shows and stops the S3 endpoint', async () => {
    await client.startEndpoint();
    await client.endpoint();
    await client.stopEndpoint();
    expect(asked()).toEqual(['PUT data/endpoint', 'GET data/endpoint', 'DELETE data/endpoint']);
  });

  it('sends the pieces of an upload as bytes, at their offset', async () => {
    const piece = new Blob(['abc']);
    await client.sendBytes('t1', 0, piece);
    await client.sendBytes('t1', 8, piece);
    expect(asked()).toEqual(['PUT data/transfers/t1/bytes?offset=0', 'PUT data/transfers/t1/bytes?offset=8']);
    expect(request.mock.calls[0][1].body).toBe(piece);
  });
});
