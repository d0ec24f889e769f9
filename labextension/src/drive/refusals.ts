import { ResponseError } from '../client/request';

/** A refusal with the status by which JupyterLab tells what to do: 404 not there, 409 there already, and so on. */
export function refuse(status: number, message: string): ResponseError {
  return new ResponseError(new Response(null, { status }), message);
}
