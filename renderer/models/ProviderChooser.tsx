import { ChevronDown, RotateCw } from 'lucide-react';
import type { ProviderId, ProviderStatus } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator, Spinner, ToneIcon } from '../ui/ui.js';
import { figure } from '../ui/format.js';
import { words } from '../words.js';
import { providerHealth, providerName } from './providers.js';
import styles from './Chooser.module.css';

const detailOf = (status: ProviderStatus) => {
  if (status.state === 'ready') return undefined;
  return <span className={styles.reason}>{status.state === 'untried' ? words.models.untried : `${words.models.passedOver}. ${status.reason ?? ''}`}</span>;
};

/** What computes, in the header: what runs now, how fast each would be, and why some were passed over. */
export const ProviderChooser = () => {
  const asked = useApp((state) => state.providerAsked);
  const providers = useApp((state) => state.providers);
  const busy = useApp((state) => state.providersBusy);
  const choice = useApp((state) => state.run?.provider ?? null);
  const open = useApp((state) => state.dialog === 'providers');
  const { openDialog, closeDialog, chooseProvider, loadProviders, tryProviders } = app.getState();

  const fallback = choice !== null && providerHealth(choice).kind === 'fallback';
  const running = choice === null ? null : providerName(choice.running, choice.others);
  const askedName = asked === 'auto' ? words.models.auto : providerName(asked, providers);
  const shown = running ?? askedName;
  return (
    <Menu
      align="end"
      open={open}
      onOpenChange={(next) => {
        if (next) {
          openDialog('providers');
          if (providers.length === 0) void loadProviders();
        } else closeDialog();
      }}
      className={styles.menu}
      trigger={
        <button type="button" className={styles.trigger} aria-label={`${words.models.chooseProvider}: ${fallback ? words.models.fellBack(shown, askedName) : shown}`}>
          {fallback ? <ToneIcon tone="warning" size={14} /> : <span className={styles.dot} data-state={running === null ? 'waiting' : 'running'} />}
          <span className={styles.name}>{shown}</span>
          <ChevronDown size={14} className={styles.chevron} />
        </button>
      }
    >
      <MenuLabel>{words.models.chooseProvider}</MenuLabel>
      <MenuChoice<ProviderId | 'auto'>
        value={asked}
        onChange={chooseProvider}
        options={[
          { value: 'auto', label: words.models.auto, detail: asked === 'auto' && running !== null ? words.models.autoPicked(running) : words.models.autoDetail },
          ...providers.map((status) => ({
            value: status.id,
            label: status.label,
            detail: detailOf(status),
            ...(status.latency !== null && { aside: words.models.perFrame(figure(status.latency)) }),
          })),
        ]}
      />
      <MenuSeparator />
      <MenuItem icon={busy ? <Spinner size={14} /> : <RotateCw size={14} />} disabled={busy} stays onSelect={() => void tryProviders()}>
        {busy ? words.models.trying : words.models.tryAgain}
      </MenuItem>
    </Menu>
  );
};
