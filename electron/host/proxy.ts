import { UserError } from '../engine/contract/contract.js';
import type { OpenProxy } from './media-server.js';

export const proxyMime = 'video/mp4';

export const openProxy: OpenProxy = () =>
  Promise.reject(new UserError('missing', 'Videos that the browser cannot play itself are not shown yet.'));
