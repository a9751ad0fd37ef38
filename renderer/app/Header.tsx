import { Film, FlaskConical, FolderOpen, Keyboard, Menu as MenuIcon, PanelLeft, PanelRight, Settings, Share, Sparkles } from 'lucide-react';
import { machineFacts, machineLine } from '../lab/machine.js';
import { keysOf } from '../keys/keysOf.js';
import { ModelChooser } from '../models/ModelChooser.js';
import { ModelQuestions } from '../models/ModelQuestions.js';
import { ProviderChooser } from '../models/ProviderChooser.js';
import { currentVideo } from '../state/selectors.js';
import { app, useApp } from '../state/store.js';
import { length } from '../ui/format.js';
import { Button, IconButton, Menu, MenuItem, MenuSeparator, Segmented, Tooltip } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './Header.module.css';

const say = words.app;

const MainMenu = () => {
  const sample = useApp((now) => now.hello?.sample ?? false);
  const { chooseVideos, openSample, toggleQueue, togglePanel, openDialog } = app.getState();
  return (
    <Menu trigger={<IconButton label={say.menu}><MenuIcon size={18} /></IconButton>}>
      <MenuItem icon={<FolderOpen size={14} />} keys={keysOf('open')} onSelect={() => void chooseVideos()}>{say.open}</MenuItem>
      {sample && <MenuItem icon={<Sparkles size={14} />} onSelect={() => void openSample()}>{say.sample}</MenuItem>}
      <MenuSeparator />
      <MenuItem icon={<PanelLeft size={14} />} keys={keysOf('queue')} onSelect={toggleQueue}>{say.showQueue}</MenuItem>
      <MenuItem icon={<PanelRight size={14} />} keys={keysOf('panel')} onSelect={togglePanel}>{say.showPanel}</MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Settings size={14} />} onSelect={() => openDialog('settings')}>{say.settings}</MenuItem>
      <MenuItem icon={<Keyboard size={14} />} keys={keysOf('keys')} onSelect={() => openDialog('keys')}>{say.keys}</MenuItem>
    </Menu>
  );
};

const rate = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2).replace(/0$/, ''));

const Facts = () => {
  const video = useApp(currentVideo);
  const end = useApp((now) => now.end);
  if (video === null) return <span className={styles.product}>{say.name}</span>;
  const { width, height } = video.display;
  const facts = [
    `${width} × ${height}`,
    ...(video.framesPerSecond === null ? [] : [rate(video.framesPerSecond)]),
    length(end),
  ];
  return (
    <>
      <h1 className={styles.name} title={video.name}>{video.name}</h1>
      <span className={styles.facts} title={video.framesPerSecond === null ? undefined : `${say.framesPerSecond(rate(video.framesPerSecond))}. ${say.nominal}.`}>
        {facts.join(' · ')}
      </span>
    </>
  );
};

/** From the video to the lab and back. */
const Places = () => {
  const place = useApp((now) => now.place);
  return (
    <Tooltip content={place === 'lab' ? words.lab.goToVideo : words.lab.goToLab} keys={keysOf('lab')}>
      <div className={styles.places}>
        <Segmented
          label={words.lab.places} size="small" value={place} onChange={app.getState().goTo}
          options={[
            { value: 'video', label: words.lab.video, icon: <Film size={13} /> },
            { value: 'lab', label: words.lab.name, icon: <FlaskConical size={13} /> },
          ]}
        />
      </div>
    </Tooltip>
  );
};

const LabHeader = () => {
  const machine = useApp((now) => now.labOverview?.machine ?? null);
  return (
    <header className={styles.header}>
      <MainMenu />
      <Places />
      <div className={styles.title}>{machine !== null && <span className={styles.machine} title={machineFacts(machine)}>{machineLine(machine)}</span>}</div>
      <ModelQuestions />
    </header>
  );
};

/** The head of either place. */
export const Header = () => (useApp((now) => now.place === 'lab') ? <LabHeader /> : <VideoHeader />);

/** What is open, what it is analysed with, and the way out. */
const VideoHeader = () => {
  const folded = useApp((now) => now.folded);
  const drawer = useApp((now) => now.drawer);
  const many = useApp((now) => now.queue.length > 1);
  const ready = useApp((now) => now.run !== null);
  const { toggleQueue, togglePanel, openDialog } = app.getState();
  return (
    <header className={styles.header}>
      <MainMenu />
      {folded.queue && many && (
        <IconButton label={say.showQueue} keys={keysOf('queue')} pressed={drawer === 'queue'} onClick={toggleQueue}><PanelLeft size={16} /></IconButton>
      )}
      <Places />
      <div className={styles.title}><Facts /></div>
      <ModelChooser />
      <ProviderChooser />
      <Button variant="primary" className={styles.export} icon={<Share size={14} />} disabled={!ready} title={say.exportHint} onClick={() => openDialog('export')}>
        {say.export}
      </Button>
      {folded.panel && (
        <IconButton label={say.showPanel} keys={keysOf('panel')} pressed={drawer === 'panel'} onClick={togglePanel}><PanelRight size={16} /></IconButton>
      )}
    </header>
  );
};
