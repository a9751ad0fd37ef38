import { UserError, type Events, type JobId, type LabOverview, type LabPlan, type LabResult } from '../contract/contract.js';
import type { Model } from '../inference/types.js';

export type LabOptions = {
  readonly dataFolder: string;
  readonly models: () => Promise<readonly Model[]>;
  readonly emit: (name: 'lab', payload: Events['lab']) => void;
};

const absent = (): never => { throw new UserError('missing', 'Nothing can be measured here yet.'); };

/** Measurements of networks and models: one at a time, their results kept. */
export class Lab {
  constructor(private readonly options: LabOptions) {}

  open(): Promise<LabOverview> { return Promise.resolve(absent()); }
  start(plan: LabPlan): Promise<JobId> { return Promise.resolve(absent()); }
  cancel(job: JobId): void { absent(); }
  result(id: string): Promise<LabResult> { return Promise.resolve(absent()); }
  forget(id: string): Promise<void> { return Promise.resolve(absent()); }
  dispose(): Promise<void> { return Promise.resolve(); }
}
