import { FolderOpen } from 'lucide-react';
import { attempt } from '../../app/changes';
import { useBootstrap } from '../../app/queries';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { platform } from '../../platform';
import { about as text } from '../../text/about';
import { common } from '../../text/common';
import { Licences } from './Licences';

/** What this is, which version, and what it is made with. */
export function AboutDialog({ onClose }: { onClose: () => void }) {
  const bootstrap = useBootstrap().data;
  if (!bootstrap) return null;
  return (
    <Dialog title={text.open} lead={text.lead} onClose={onClose} wide testId="about">
      <div className={primitives.dialogBody}>
        <dl className={primitives.facts}>
          <dt>{text.version}</dt>
          <dd data-selectable data-testid="about-version">
            {bootstrap.version}
          </dd>
          {bootstrap.commit === null ? null : (
            <>
              <dt>{text.commit}</dt>
              <dd>
                <code data-selectable>{bootstrap.commit}</code>
              </dd>
            </>
          )}
          <dt>{text.licence}</dt>
          <dd data-selectable>{bootstrap.licence}</dd>
          <dt>{text.dataFolder}</dt>
          <dd>
            <code data-selectable>{bootstrap.data_dir}</code>
          </dd>
        </dl>
        <Licences />
      </div>
      <div className={primitives.dialogFoot}>
        <Button data-start onPress={() => void attempt(() => platform.dataFolderOpen())}>
          <Icon of={FolderOpen} small />
          {text.openFolder}
        </Button>
        <Button look="primary" onPress={onClose} data-testid="about-close">
          {common.close}
        </Button>
      </div>
    </Dialog>
  );
}
