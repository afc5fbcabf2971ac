import { StateEffect } from '@codemirror/state';
import type { UrlInspection } from '../../bindings/UrlInspection';

/** The engine has read the text as it stands. */
export const setInspection = StateEffect.define<UrlInspection>();

/** Secrets are shown, by slot; null hides them again. */
export const setRevealed = StateEffect.define<Readonly<Record<string, string>> | null>();
