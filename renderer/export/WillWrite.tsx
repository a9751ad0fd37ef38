import type { CodecId, VideoInfo } from '../../electron/engine/contract/contract.js';
import { bytes, count, dash, length } from '../ui/format.js';
import { words } from '../words.js';
import { expectedSize, type ExportPlan } from './plan.js';
import styles from './Export.module.css';

const say = words.export;

export type WillWriteProps = {
  readonly video: VideoInfo;
  readonly plan: ExportPlan;
  /** False while the file is still being read: then nobody knows the number of frames. */
  readonly complete: boolean;
  readonly codec: CodecId;
};

/** What will be written, in figures that are known. */
export const WillWrite = ({ video, plan, complete, codec }: WillWriteProps) => {
  const size = complete ? expectedSize(codec, video.display, plan.to - plan.from) : null;
  const facts: readonly (readonly [string, string])[] = [
    [say.frames, complete ? count(plan.to - plan.from) : dash],
    [say.duration, complete ? length(plan.duration) : dash],
    [say.audio, video.audio === null ? say.audioNone : say.audioKept],
    ...(size === null ? [] : [[say.size, bytes(size)] as const]),
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};
