import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './design/tokens.css';
import './design/base.css';
import { StrictMode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { askForFirstFrame } from './app/queries';
import { language } from './text/locale';

document.documentElement.lang = language.tag;
document.documentElement.dir = language.direction;
const root = document.getElementById('root');
if (root)
  void askForFirstFrame().then(() => {
    const window = createRoot(root);
    // At once, and not in the scheduler's turn: that one lets an empty page be laid out and painted first.
    flushSync(() =>
      window.render(
        <StrictMode>
          <App />
        </StrictMode>,
      ),
    );
  });
