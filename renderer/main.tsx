import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Frame } from './app/Frame.js';
import { bridge } from './bridge.js';
import { connect } from './state/create.js';
import { keepQueue, takeKeptQueue } from './state/keepQueue.js';
import { app } from './state/store.js';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place to draw in.');
const leave = connect(app, bridge);
const kept = takeKeptQueue(sessionStorage);
const goodbye = keepQueue(app, sessionStorage);
addEventListener('pagehide', ({ persisted }) => {
  if (persisted) return;
  leave();
  goodbye();
});
void app.getState().greet(kept);
createRoot(root).render(
  <StrictMode>
    <Frame />
  </StrictMode>,
);
