import { focusTarget } from '../keys/targets.js';
import { confidenceDiffers, modelConfidence } from '../state/modelConfidence.js';
import { app, useApp } from '../state/store.js';
import { score } from '../ui/format.js';
import { Button } from '../ui/ui.js';
import { words } from '../words.js';

/** Back to what the model begins with; there only where the user set something else. */
export const ConfidenceReset = () => {
  const differs = useApp(confidenceDiffers);
  const begins = useApp(modelConfidence);
  if (!differs) return null;
  const reset = (): void => {
    app.getState().resetMinScore();
    // The button is gone now.
    focusTarget('confidence');
  };
  return <Button variant="quiet" size="small" onClick={reset}>{words.classes.confidenceReset(score(begins))}</Button>;
};
