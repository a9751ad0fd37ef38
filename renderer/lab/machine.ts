import type { LabMachine } from '../../electron/engine/contract/contract.js';
import { bytes } from '../ui/format.js';

/** A machine in one line: what computes, and what runs on it. */
export const machineLine = ({ processor, cores, graphics, runtime }: LabMachine): string =>
  [processor, `${cores} ${cores === 1 ? 'core' : 'cores'}`, ...graphics, runtime].filter((part) => part !== '').join(' · ');

/** All that is known of it. */
export const machineFacts = (machine: LabMachine): string => `${machineLine(machine)} · ${bytes(machine.memory)} · ${machine.system}`;
