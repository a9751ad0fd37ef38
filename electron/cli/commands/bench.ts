import type { CommandGroup } from '../command.js';
import { benchBackbones } from './bench-backbones.js';
import { benchLayers } from './bench-layers.js';
import { benchPaper } from './bench-paper.js';
import { benchPipeline } from './bench-pipeline.js';

/** `vovision bench`: see docs/cli.md. */
export const bench: CommandGroup = {
  name: 'bench',
  summary: 'bench backbones, layers, paper, pipeline: how fast things are on this machine, and why.',
  commands: [benchBackbones, benchLayers, benchPaper, benchPipeline],
};
