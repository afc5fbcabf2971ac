/** What every editor of the window needs to live under its CSP, and how it looks. */
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { common } from '../text/common';

/** What CodeMirror says by itself. */
export const phrases = EditorState.phrases.of({ Completions: common.completions });

/**
 * Typing over a selection. Left to the browser, it would keep the look of what is replaced by an inline style, which
 * the window's CSP refuses.
 */
export const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { data, inputType, isComposing } = event;
    if (inputType !== 'insertText' || isComposing || data === null) return false;
    if (view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

/** The nonce that CodeMirror’s style element must have. */
export function nonce(): string {
  const content = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content ?? '';
  // Outside Tauri nobody put a nonce in its place, and there is no CSP either.
  return content.startsWith('__') ? '' : content;
}

/**
 * The look of an editor and of what opens over it, which CodeMirror's own theme would else decide. Made once: each call of
 * `EditorView.theme` adds rules to the document for good, has every style of the page worked out again and, in WebKit, every
 * font loaded again, of which it keeps the old ones.
 */
export const editorTheme = EditorView.theme({
  '&': { font: 'inherit', color: 'var(--ink)', backgroundColor: 'var(--ground)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: 'var(--line-body)',
    fontVariantLigatures: 'none',
  },
  '.cm-content': { padding: 'var(--space-2)', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0', overflowWrap: 'anywhere' },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '.cm-tooltip': {
    maxWidth: 'var(--dialog)',
    border: 'var(--hairline) solid var(--line-button)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--ground-raised)',
    color: 'var(--ink)',
    fontFamily: 'var(--font-ui)',
    zIndex: 'var(--layer-overlay)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    maxHeight: 'calc(var(--row-compact) * 9)',
    padding: 'var(--space-1)',
    fontFamily: 'var(--font-mono)',
    fontVariantLigatures: 'none',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    gap: 'var(--space-4)',
    padding: '0 var(--space-2)',
    borderRadius: 'var(--radius-small)',
    lineHeight: 'var(--line-title)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--ink)',
  },
  '.cm-completionLabel': { flex: '1' },
  '.cm-completionDetail': {
    margin: '0',
    color: 'var(--ink-faint)',
    fontFamily: 'var(--font-ui)',
    fontStyle: 'normal',
  },
  '.cm-tooltip.cm-completionInfo': {
    padding: 'var(--space-2) var(--space-3)',
    color: 'var(--ink-soft)',
    lineHeight: 'var(--line-body)',
  },
});
