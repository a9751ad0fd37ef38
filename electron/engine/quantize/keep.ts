import { UserError } from '../contract/contract.js';
import { loadModel } from '../inference/cards.js';
import { keepModel, type NewModel } from '../inference/kept-models.js';
import type { Model } from '../inference/types.js';

/** Keeps what won among the user's models, and reads it as any other is read. Throws as `keepModel` and `loadModel` do. */
export const keepMade = async (userFolder: string, made: NewModel): Promise<Model> => {
  const loaded = await loadModel(await keepModel(userFolder, made), userFolder);
  if (loaded.kind !== 'model') throw new UserError('internal', 'The new model cannot be read.');
  return loaded.model;
};
