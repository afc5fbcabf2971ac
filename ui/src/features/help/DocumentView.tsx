import { pictures } from 'virtual:guide';
import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { shortcut } from '../../app/platformKeys';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { classes } from '../../design/text';
import { say } from '../../design/toasts';
import { help as text } from '../../text/help';
import { type Block, GUIDE_LANGUAGE, type Inline } from './document';
import styles from './help.module.css';
import { turnTo } from './place';

async function copy(what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(what);
    say({ text: text.copied });
  } catch {
    say({ text: text.notCopied, tone: 'error' });
  }
}

/** `Ctrl K` as this system writes it. */
function keysOf(written: string): string {
  const letter = /^Ctrl (\S+)$/.exec(written)?.[1];
  return letter === undefined ? written : shortcut(letter);
}

/** `keyring_unavailable` may be broken after the line, and not within a word. */
function breakable(code: string): ReactNode[] {
  return (code.match(/[^_]*_?/g) ?? []).flatMap((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text that never changes
    index === 0 ? [part] : [<wbr key={index} />, part],
  );
}

function inlines(of: Inline[]): ReactNode[] {
  // The document never changes while it is shown, so that a place in it is a name.
  return of.map((part, index) => {
    if (typeof part === 'string') return part;
    switch (part.kind) {
      case 'code':
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <code key={index}>{breakable(keysOf(part.text))}</code>;
      case 'strong':
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <strong key={index}>{inlines(part.of)}</strong>;
      case 'emphasis':
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <em key={index}>{inlines(part.of)}</em>;
      case 'link':
        return (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            key={index}
            type="button"
            className={styles.link}
            data-page={part.page}
            onClick={() => turnTo({ page: part.page, anchor: part.anchor })}
          >
            {inlines(part.of)}
          </button>
        );
      case 'external':
        // The window opens no address: a person takes it to the browser of their choice.
        return (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            key={index}
            type="button"
            className={styles.link}
            title={text.copyAddress(part.address)}
            onClick={() => void copy(part.address)}
          >
            {inlines(part.of)}
          </button>
        );
    }
    return null;
  });
}

function Heading({ level, id, children }: { level: number; id: string; children: ReactNode }) {
  const Tag = level <= 2 ? 'h2' : 'h3';
  return (
    <Tag className={styles[Tag]} data-anchor={id} tabIndex={-1}>
      {children}
    </Tag>
  );
}

function Picture({ of }: { of: Extract<Block, { kind: 'picture' }> }) {
  // Which of the two is shown is for the style sheet to say, which knows the theme. The other is not loaded.
  return (
    <figure className={styles.figure}>
      {(['light', 'dark'] as const).map((shade) => (
        <img
          key={shade}
          className={classes(styles.picture, styles[shade])}
          src={pictures[`${of.name}-${shade}`]}
          alt={of.text}
          width={of.width}
          height={of.height}
          loading="lazy"
        />
      ))}
    </figure>
  );
}

function blockOf(block: Block, index: number): ReactNode {
  switch (block.kind) {
    case 'heading':
      return (
        <Heading key={index} level={block.level} id={block.id}>
          {inlines(block.of)}
        </Heading>
      );
    case 'paragraph':
      return <p key={index}>{inlines(block.of)}</p>;
    case 'list': {
      const Tag = block.ordered ? 'ol' : 'ul';
      return (
        <Tag key={index} className={styles[Tag]}>
          {block.items.map((item, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <li key={at}>{item.map(blockOf)}</li>
          ))}
        </Tag>
      );
    }
    case 'code':
      return (
        <div key={index} className={styles.code}>
          <pre data-selectable>{block.text}</pre>
          <Button
            look="quiet"
            small
            iconOnly
            aria-label={text.copy}
            onPress={() => void copy(block.text)}
            data-testid="copy-code"
          >
            <Icon of={Copy} small />
          </Button>
        </div>
      );
    case 'table':
      return (
        <table key={index} className={styles.table}>
          <thead>
            <tr>
              {block.head.map((cell, at) =>
                // The corner over a column of names is no heading.
                cell.length === 0 ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={at} />
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <th key={at} scope="col">
                    {inlines(cell)}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <tr key={at}>
                {row.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={column}>{inlines(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    case 'quote':
      return (
        <blockquote key={index} className={styles.quote}>
          {block.of.map(blockOf)}
        </blockquote>
      );
    case 'picture':
      return <Picture key={index} of={block} />;
  }
}

/** A page of the guide, from data: nothing in it is taken for HTML. */
export function DocumentView({ blocks }: { blocks: Block[] }) {
  return (
    <div className={styles.document} data-selectable lang={GUIDE_LANGUAGE} dir="ltr">
      {blocks.map(blockOf)}
    </div>
  );
}
