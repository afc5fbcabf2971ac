/** What every editor of the window needs to live under its CSP. */
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
