import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { createStore, useStore } from '../app/store';
import { common } from '../text/common';
import { Button } from './Button';
import { Icon } from './Icon';
import { plain } from './text';
import styles from './toasts.module.css';

export interface Toast {
  id: number;
  text: string;
  tone?: 'plain' | 'error';
  action?: { label: string; run: () => void };
}

const toasts = createStore<{ list: Toast[] }>({ list: [] });
let serial = 0;

export function say(toast: Omit<Toast, 'id'>): void {
  serial += 1;
  const next = { ...toast, text: plain(toast.text), id: serial };
  toasts.set(({ list }) => ({ list: [...list, next].slice(-3) }));
}

function dismiss(id: number): void {
  toasts.set(({ list }) => ({ list: list.filter((toast) => toast.id !== id) }));
}

/** Toasts stay while the pointer or the focus is on them, and long enough to be read and undone. */
function ToastView({ toast }: { toast: Toast }) {
  const held = useRef(false);
  useEffect(() => {
    const started = { left: toast.action || toast.tone === 'error' ? 10_000 : 5_000 };
    const timer = setInterval(() => {
      if (held.current) return;
      started.left -= 250;
      if (started.left <= 0) dismiss(toast.id);
    }, 250);
    return () => clearInterval(timer);
  }, [toast]);
  const hold = (value: boolean) => () => {
    held.current = value;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the toast from leaving
    <div
      className={styles.toast}
      data-tone={toast.tone}
      data-testid={toast.action ? 'undo-toast' : 'toast'}
      onMouseEnter={hold(true)}
      onMouseLeave={hold(false)}
      onFocus={hold(true)}
      onBlur={hold(false)}
    >
      <span data-selectable>{toast.text}</span>
      {toast.action ? (
        <Button
          small
          data-testid="undo"
          onPress={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      ) : null}
      <Button look="quiet" small iconOnly aria-label={common.dismiss} onPress={() => dismiss(toast.id)}>
        <Icon of={X} small />
      </Button>
    </div>
  );
}

export function Toasts() {
  const list = useStore(toasts, (state) => state.list);
  return (
    <section className={styles.toasts} aria-label={common.notifications} aria-live="polite">
      {list.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </section>
  );
}
