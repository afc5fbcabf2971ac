import { ChevronDown, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button, ComboBox, Input, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import type { UrlOptionInfo } from '../../bindings/UrlOptionInfo';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { connection as connectionText, form as text } from '../../text/connection';
import styles from './form.module.css';
import { optionNamed, searchOptions } from './optionModel';

interface Item {
  id: string;
  name: string;
  documentation: string;
  tag: string | null;
}

/** Finds an option by its name, another of its names, or what it does. A name that is not known is taken as typed. */
export function AddOption(props: {
  options: readonly UrlOptionInfo[];
  isSet: (name: string) => boolean;
  onChoose: (name: string) => void;
}) {
  const { options, isSet, onChoose } = props;
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const name = typed.trim();
  const items: Item[] = searchOptions(options, name).map((info) => ({
    id: info.name,
    name: info.name,
    documentation: info.documentation,
    tag: isSet(info.name) ? text.alreadySet : info.deprecated ? text.deprecated : null,
  }));
  if (name !== '' && !/\s/.test(name) && optionNamed(options, name) === null)
    items.push({ id: name, name: text.addAsTyped(name), documentation: text.addAsTypedHelp, tag: null });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves the list, or what is typed, and not the editor
    <div
      data-undo="own"
      className={styles.add}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || (!open && typed === '')) return;
        event.preventDefault();
        setTyped('');
      }}
    >
      <ComboBox
        aria-label={connectionText.addOption}
        className={styles.addBox ?? ''}
        items={items}
        inputValue={typed}
        onInputChange={setTyped}
        onOpenChange={setOpen}
        selectedKey={null}
        onSelectionChange={(key) => {
          if (key === null) return;
          setTyped('');
          onChoose(String(key));
        }}
      >
        <Icon of={Plus} small className={styles.addIcon ?? ''} />
        <Input
          className={classes(primitives.control, styles.addInput)}
          placeholder={text.addPlaceholder}
          data-testid="option-add"
          spellCheck={false}
        />
        <Button className={styles.addAll ?? ''} aria-label={text.addAll} data-testid="option-add-all">
          <Icon of={ChevronDown} small />
        </Button>
        <Popover className={classes(primitives.popover, styles.addPopover)} offset={4}>
          <ListBox className={primitives.menu ?? ''}>
            {(item: Item) => (
              <ListBoxItem
                id={item.id}
                textValue={item.name}
                className={classes(primitives.item, styles.addItem)}
                data-testid={`add-${item.id}`}
              >
                <span className={styles.addName}>
                  <code>{plain(item.name)}</code>
                  {item.tag ? <span className={primitives.faint}>{item.tag}</span> : null}
                </span>
                <span className={classes(primitives.help, primitives.truncate)}>
                  {plain(item.documentation)}
                </span>
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </ComboBox>
    </div>
  );
}
