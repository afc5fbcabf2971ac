import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  closeCompletion,
  completionStatus,
  startCompletion,
} from '@codemirror/autocomplete';
import { type Extension, Prec } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import type { UrlCompletion } from '../../bindings/UrlCompletion';
import type { UrlCompletions } from '../../bindings/UrlCompletions';

export type CompleteUrl = (text: string, offset: number) => Promise<UrlCompletions>;

/** Typing opens the list where options and named secrets are written; anywhere else it waits to be asked for. */
const OPENS_BY_ITSELF = /([?&;][^=&;#\s]*|=[^&;\s]*|\$Secret\{[^}]*)$/;

function completion(item: UrlCompletion): Completion {
  const { label, insert, detail, documentation, kind } = item;
  return {
    label,
    type: kind,
    ...(detail ? { detail } : {}),
    ...(documentation
      ? {
          info: () => {
            const text = document.createElement('div');
            text.textContent = documentation;
            return text;
          },
        }
      : {}),
    apply: (view, _completion, from, to) => {
      view.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        userEvent: 'input.complete',
      });
      // A name is followed by its value: what it may be is shown at once.
      if (insert.endsWith('=')) startCompletion(view);
    },
  };
}

export function completionSource(complete: CompleteUrl) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString();
    if (!context.explicit && !OPENS_BY_ITSELF.test(text.slice(0, context.pos))) return null;
    const found = await complete(text, context.pos).catch(() => null);
    if (!found || found.items.length === 0 || context.aborted) return null;
    return {
      from: found.start,
      to: found.end,
      options: found.items.map(completion),
      // The engine has chosen and ordered them; the next letter asks it again.
      filter: false,
    };
  };
}

export function urlCompletion(complete: CompleteUrl): Extension {
  return completing(completionSource(complete));
}

/** Closes the list, or takes back one that is still asked for; says whether there was one to be seen. */
function leaveCompletion(view: EditorView): boolean {
  const seen = completionStatus(view.state) === 'active';
  closeCompletion(view);
  return seen;
}

/** Names and values as they are typed. Escape closes the list and nothing else. */
export function completing(source: CompletionSource): Extension {
  return [
    // Before autocompletion, whose own Escape is also used up by a list that is asked for and not there yet. What an Escape
    // closes here must not close a drawer or a dialog too; where nothing is to be seen it is theirs.
    Prec.highest(keymap.of([{ key: 'Escape', run: leaveCompletion, stopPropagation: true }])),
    autocompletion({
      override: [source],
      icons: false,
      activateOnTypingDelay: 60,
      interactionDelay: 0,
    }),
    keymap.of([{ key: 'Tab', run: acceptCompletion }]),
  ];
}
