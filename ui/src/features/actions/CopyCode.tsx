import { ClipboardCopy } from 'lucide-react';
import type { ActionCodeFormat } from '../../bindings/ActionCodeFormat';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { MenuButton } from '../../design/Menu';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { codeText as text } from '../../text/actionUses';
import { toClipboard } from '../results/clipboard';
import { place } from './place';
import type { Runner } from './useRunner';

const FORMATS: ActionCodeFormat[] = ['sdk', 'statement', 'cli'];

/** The action with its inputs in the form in which it is needed elsewhere. Secrets are masked in it, by the core. */
export function CopyCode({ actionId, slug, runner }: { actionId: string; slug: string; runner: Runner }) {
  const copy = async (format: ActionCodeFormat) => {
    const json = runner.complete();
    if (json === null) return place.set({ tab: 'run' });
    try {
      const code = await platform.actionCode(actionId, slug, { json }, format);
      const written = await toClipboard(code);
      say(written ? { text: text.copied[format] } : { text: text.notCopied, tone: 'error' });
    } catch (thrown) {
      place.set({ tab: 'run' });
      runner.refuse(thrown);
    }
  };
  return (
    <MenuButton
      label={text.menu}
      button={
        <Button look="quiet" data-testid="copy-code">
          <Icon of={ClipboardCopy} small />
          {text.menu}
        </Button>
      }
      actions={FORMATS.map((format) => ({
        id: `copy-${format}`,
        label: text[format],
        run: () => void copy(format),
      }))}
    />
  );
}
