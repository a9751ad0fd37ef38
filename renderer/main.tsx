import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Frame } from './app/Frame.js';
import { bridge } from './bridge.js';
import { connect } from './state/create.js';
import { app } from './state/store.js';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place to draw in.');
const leave = connect(app, bridge);
addEventListener('pagehide', ({ persisted }) => {
  if (!persisted) leave();
});
void app.getState().greet();
createRoot(root).render(
  <StrictMode>
    <Frame />
  </StrictMode>,
);
