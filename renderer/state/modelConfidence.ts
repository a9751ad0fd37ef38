import { usualMinScore } from '../../electron/engine/contract/contract.js';
import type { App } from './slice.js';

/** What the model that is used begins with, 0..1. */
export const modelConfidence = ({ models, modelId }: Pick<App, 'models' | 'modelId'>): number =>
  models.find(({ id }) => id === modelId)?.confidence ?? usualMinScore;

/** Whether the user set another one for it. */
export const confidenceDiffers = (app: Pick<App, 'models' | 'modelId' | 'ownConfidences'>): boolean => {
  const own = app.modelId === null ? undefined : app.ownConfidences.get(app.modelId);
  return own !== undefined && own !== modelConfidence(app);
};
