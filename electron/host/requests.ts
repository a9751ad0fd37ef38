import { requestSchemas, UserError, type Request, type RequestName } from '../engine/contract/contract.js';
import { engineRequests, type EngineRequestName } from '../engine/wire.js';

/**
 * What a page asked for, if it is a request there is, with arguments as they must be. Everything
 * that comes from a page goes through here first.
 */
export const readRequest = (name: unknown, args: unknown): Request => {
  if (typeof name !== 'string' || !Object.hasOwn(requestSchemas, name)) {
    throw new UserError('usage', `There is no request ${typeof name === 'string' ? `“${name.slice(0, 64)}”` : `of type ${typeof name}`}.`);
  }
  const known = name as RequestName;
  const parsed = requestSchemas[known].safeParse(args);
  if (parsed.success) return { name: known, args: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? `${name}.${issue.path.join('.')}` : name;
  throw new UserError('usage', `${where.slice(0, 200)}: ${issue?.message ?? 'not as it must be'}.`);
};

const forEngine: ReadonlySet<string> = new Set(engineRequests);

export const isEngineRequest = (request: Request): request is Request<EngineRequestName> => forEngine.has(request.name);
