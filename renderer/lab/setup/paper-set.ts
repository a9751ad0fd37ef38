import { paperNetworks } from '../../../models/paper.js';

/** The networks that the paper compares, as subjects. */
export const paperSet: readonly string[] = paperNetworks.map((id) => `network:${id}`);
