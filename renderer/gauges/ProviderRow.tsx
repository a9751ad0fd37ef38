import type { ProviderChoice } from '../../electron/engine/contract/contract.js';
import { Banner, Button, Popover, ToneIcon } from '../ui/ui.js';
import { providerHealth, providerName } from '../models/providers.js';
import { words } from '../words.js';
import styles from './Gauges.module.css';

export type ProviderRowProps = {
  readonly choice: ProviderChoice;
  readonly busy: boolean;
  readonly onTryAgain: () => void;
};

/** What really computes. A fallback is said at once; what was passed over is one click away. */
export const ProviderRow = ({ choice, busy, onTryAgain }: ProviderRowProps) => {
  const health = providerHealth(choice);
  const name = providerName(choice.running, choice.others);
  const again = (
    <Button size="small" busy={busy} onClick={onTryAgain}>
      {words.gauges.tryAgain}
    </Button>
  );
  if (health.kind === 'fallback') {
    const asked = choice.asked === 'auto' ? words.models.auto : providerName(choice.asked, choice.others);
    return (
      <Banner tone="warning" title={words.gauges.fallback(name, asked)} action={again}>
        {health.reason}
      </Banner>
    );
  }
  return (
    <div className={styles.row}>
      <span className={styles.label}>{words.gauges.provider}</span>
      {health.kind === 'passed-over' ? (
        <Popover
          label={words.models.why}
          side="left"
          trigger={
            <button type="button" className={styles.link} aria-label={`${name}. ${words.models.why}`}>
              <ToneIcon tone="info" size={14} />
              {name}
            </button>
          }
        >
          <dl className={styles.reasons}>
            {health.others.map((other) => (
              <div key={other.id}>
                <dt>{words.gauges.passedOver(other.label)}</dt>
                <dd>{other.reason}</dd>
              </div>
            ))}
          </dl>
          {again}
        </Popover>
      ) : (
        <span className={styles.value}>{name}</span>
      )}
    </div>
  );
};
