import { Check, ChevronsUpDown, CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  Select as AriaSelect,
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from 'react-aria-components';
import { common } from '../text/common';
import { Icon } from './Icon';
import styles from './primitives.module.css';
import { classes } from './text';

export function ErrorText({ children, id }: { children: ReactNode; id?: string }) {
  return (
    <span className={styles.error} id={id}>
      <Icon of={CircleAlert} small />
      <span>{children}</span>
    </span>
  );
}

/** What stands below a field and is read with it: its fault, or else its help. */
function Description({ error, help }: { error: string | undefined; help: ReactNode }) {
  if (error === undefined && !help) return null;
  return error === undefined ? (
    <Text slot="description" className={styles.help ?? ''}>
      {help}
    </Text>
  ) : (
    <Text slot="description">
      <ErrorText>{error}</ErrorText>
    </Text>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The server's or the form's fault, shown beside the field and read with it. */
  error?: string | undefined;
  help?: ReactNode;
  optional?: boolean;
  placeholder?: string;
  type?: 'text' | 'password' | 'number';
  mono?: boolean;
  lines?: number;
  isDisabled?: boolean;
  autoFocus?: boolean;
  hideLabel?: boolean;
  onFocus?: () => void;
  onBlur?: () => void;
  /** Path of the field in the record: a form moves focus to the first faulty one by it. */
  path?: string;
  testId?: string;
  list?: string;
  /** Id of what describes it, where that stands elsewhere. */
  describedBy?: string | undefined;
  onKeyDown?: TextFieldProps['onKeyDown'];
}

export function Field(props: FieldProps) {
  const { label, error, help, optional, mono, lines, hideLabel, path, testId } = props;
  const className = classes(styles.control, mono && styles.mono);
  const shared = {
    className,
    placeholder: props.placeholder,
    'data-path': path,
    'data-testid': testId,
    spellCheck: false,
  };
  return (
    <TextField
      className={styles.field ?? ''}
      value={props.value}
      onChange={props.onChange}
      isInvalid={error !== undefined}
      isDisabled={props.isDisabled ?? false}
      autoFocus={props.autoFocus ?? false}
      type={lines ? 'text' : (props.type ?? 'text')}
      autoComplete={props.type === 'password' ? 'new-password' : 'off'}
      autoCorrect="off"
      {...(props.onFocus ? { onFocus: props.onFocus } : {})}
      {...(props.onBlur ? { onBlur: props.onBlur } : {})}
      {...(props.onKeyDown ? { onKeyDown: props.onKeyDown } : {})}
      {...(props.describedBy ? { 'aria-describedby': props.describedBy } : {})}
      {...(hideLabel ? { 'aria-label': label } : {})}
    >
      {hideLabel ? null : (
        <Label className={styles.label ?? ''}>
          {label}
          {optional ? <span className={styles.optional}> {common.optional}</span> : null}
        </Label>
      )}
      {lines ? <TextArea {...shared} rows={lines} /> : <Input {...shared} list={props.list} />}
      <Description error={error} help={help} />
    </TextField>
  );
}

export interface Choice {
  id: string;
  label: string;
}

export function Select(props: {
  label: string;
  value: string | null;
  choices: Choice[];
  onChange: (value: string) => void;
  placeholder?: string;
  error?: string | undefined;
  help?: ReactNode;
  isDisabled?: boolean;
  hideLabel?: boolean;
  path?: string;
  testId?: string;
  describedBy?: string | undefined;
}) {
  return (
    <AriaSelect
      className={styles.field ?? ''}
      value={props.value}
      onChange={(key) => {
        if (key !== null) props.onChange(String(key));
      }}
      placeholder={props.placeholder ?? common.choose}
      isInvalid={props.error !== undefined}
      isDisabled={props.isDisabled ?? false}
      {...(props.hideLabel ? { 'aria-label': props.label } : {})}
      {...(props.describedBy ? { 'aria-describedby': props.describedBy } : {})}
    >
      {props.hideLabel ? null : <Label className={styles.label ?? ''}>{props.label}</Label>}
      <Button
        className={classes(styles.control, styles.selectButton)}
        data-testid={props.testId}
        data-path={props.path}
      >
        <SelectValue />
        <Icon of={ChevronsUpDown} small />
      </Button>
      <Description error={props.error} help={props.help} />
      <Popover className={styles.popover ?? ''} offset={4}>
        <ListBox className={styles.menu ?? ''} items={props.choices}>
          {(choice: Choice) => (
            <ListBoxItem id={choice.id} textValue={choice.label} className={styles.item ?? ''}>
              {({ isSelected }) => (
                <>
                  <span className={styles.itemLabel}>{choice.label}</span>
                  {isSelected ? <Icon of={Check} small /> : null}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export function Checkbox(props: {
  children: ReactNode;
  isSelected: boolean;
  onChange: (selected: boolean) => void;
  testId?: string;
  label?: string;
}) {
  return (
    <AriaCheckbox
      className={styles.checkbox ?? ''}
      isSelected={props.isSelected}
      onChange={props.onChange}
      data-testid={props.testId}
      {...(props.label ? { 'aria-label': props.label } : {})}
    >
      {({ isSelected }) => (
        <>
          <span className={styles.box}>{isSelected ? <Icon of={Check} small /> : null}</span>
          {props.children}
        </>
      )}
    </AriaCheckbox>
  );
}
