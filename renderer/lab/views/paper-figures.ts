import { paperRows, type PaperRow } from '../../../models/paper.js';

/** What the paper says of a whole detector, under the name of our subject. */
export type PaperFigures = PaperRow & { readonly subject: string };

export const paperFigures: readonly PaperFigures[] = paperRows.map((row) => ({ ...row, subject: `network:${row.network}` }));
