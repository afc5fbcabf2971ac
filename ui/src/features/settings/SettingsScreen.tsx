import { Download, FolderOpen, Import, Upload } from 'lucide-react';
import { useState } from 'react';
import { changeSettings } from '../../app/actions';
import { attempt } from '../../app/changes';
import { goTo, openDialog } from '../../app/navigation';
import { useBootstrap } from '../../app/queries';
import type { Settings } from '../../bindings/Settings';
import { Button } from '../../design/Button';
import { Checkbox, Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Page, Section } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { platform } from '../../platform';
import { about as aboutText } from '../../text/about';
import { products } from '../../text/products';
import { secretPlace as placeText } from '../../text/secretPlace';
import { settings as text } from '../../text/settings';
import { shell } from '../../text/shell';
import { PlaceSection } from '../secrets/PlaceSection';
import { UpdatesSection } from '../updates/UpdatesSection';
import styles from './Settings.module.css';

type NumberKey = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];

/** Saved when it is left or Enter is pressed, if it is a number that makes sense. */
function NumberSetting(props: {
  label: string;
  help?: string;
  name: NumberKey;
  settings: Settings;
  low: number;
  high: number;
}) {
  const { name, settings, low, high } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const value = Number(typed);
  const bad = typed !== null && !(Number.isInteger(value) && value >= low && value <= high);
  const save = () => {
    if (typed === null || bad) return;
    setTyped(null);
    if (value !== settings[name]) void changeSettings({ [name]: value });
  };
  return (
    <form
      className={styles.number}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field
        label={props.label}
        value={typed ?? String(settings[name])}
        onChange={setTyped}
        onBlur={save}
        help={props.help}
        error={bad ? text.wholeNumber(low, high) : undefined}
        testId={`setting-${name}`}
      />
    </form>
  );
}

export function SettingsScreen() {
  const bootstrap = useBootstrap().data;
  if (!bootstrap) return null;
  const { settings } = bootstrap;
  return (
    <Page title={text.title} testId="settings-screen">
      <Section title={text.appearance}>
        <Segments
          label={text.theme}
          value={settings.theme}
          choices={Object.entries(text.themes).map(([id, label]) => ({ id, label, testId: `theme-${id}` }))}
          onChange={(theme) => void changeSettings({ theme })}
        />
        <Checkbox
          isSelected={settings.compact}
          onChange={(compact) => void changeSettings({ compact })}
          testId="setting-compact"
        >
          {text.compact}
        </Checkbox>
      </Section>
      <Section title={text.tests}>
        <NumberSetting
          label={text.testTimeout}
          name="test_timeout_seconds"
          settings={settings}
          low={1}
          high={300}
        />
        <NumberSetting
          label={text.concurrency}
          help={text.concurrencyHelp}
          name="test_concurrency"
          settings={settings}
          low={1}
          high={16}
        />
      </Section>
      <PlaceSection />
      <Section title={text.secrets}>
        <NumberSetting
          label={text.keyringTimeout}
          help={text.keyringHelp}
          name="keyring_timeout_seconds"
          settings={settings}
          low={1}
          high={120}
        />
        <NumberSetting
          label={text.clipboard}
          name="clipboard_seconds"
          settings={settings}
          low={5}
          high={600}
        />
        <NumberSetting
          label={placeText.idle}
          name="vault_idle_minutes"
          settings={settings}
          low={1}
          high={1440}
        />
      </Section>
      <Section title={text.data}>
        <dl className={primitives.facts}>
          <dt>{text.dataFolder}</dt>
          <dd>
            <code data-selectable data-testid="data-folder">
              {bootstrap.data_dir}
            </code>
          </dd>
        </dl>
        <div className={primitives.row}>
          <Button onPress={() => void attempt(() => platform.dataFolderOpen())}>
            <Icon of={FolderOpen} small />
            {text.open}
          </Button>
          <Button onPress={() => openDialog({ kind: 'export' })} data-testid="export">
            <Icon of={Upload} small />
            {shell.export}
          </Button>
          <Button onPress={() => openDialog({ kind: 'import' })} data-testid="import">
            <Icon of={Download} small />
            {shell.import}
          </Button>
          <Button onPress={() => openDialog({ kind: 'discover' })} data-testid="discover">
            <Icon of={Import} small />
            {shell.discover}
          </Button>
          <Button onPress={() => goTo('product')} data-testid="manage-product">
            {products.manage}
          </Button>
        </div>
        <p className={primitives.help}>{text.transferHelp}</p>
      </Section>
      <UpdatesSection />
      <div className={primitives.row}>
        <span className={primitives.faint}>{text.version(bootstrap.version)}</span>
        <Button small onPress={() => openDialog({ kind: 'about' })} data-testid="open-about">
          {aboutText.open}
        </Button>
      </div>
    </Page>
  );
}
