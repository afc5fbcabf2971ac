/** What a deed needs of passwords is asked of the person: the vault’s passphrase, or what is asked for each time. */
import { navigation } from '../../app/navigation';
import { type Credentials, keys, queries } from '../../app/queries';
import type { AppError } from '../../platform';
import { platform } from '../../platform';
import { askWith } from '../../platform/asking';

type Question = 'vault-unlock' | 'secrets-enter';

let waiting: Promise<boolean> | null = null;

/** Asks above whatever is open, once for all that wait; answers whether the person went on. */
function ask(question: Question): Promise<boolean> {
  waiting ??= new Promise<boolean>((answer) => {
    const answered = (wentOn: boolean) => {
      waiting = null;
      navigation.set({ question: null });
      answer(wentOn);
    };
    navigation.set({ question: { kind: question, answered } });
  });
  return waiting;
}

/** Before many cells are asked for at once. True when nothing is to be asked, or the person went on. */
export async function readyForSecrets(): Promise<boolean> {
  const { productId } = navigation.get();
  const known = queries.getQueryData<Credentials>(keys.credentials(productId ?? ''));
  if (known?.code === 'vault_locked') return ask('vault-unlock');
  if (known?.place === 'ask' && known.toEnter > 0) return ask('secrets-enter');
  return true;
}

/** After a deed was refused: true when what it lacked is there now. */
async function askAfter(error: AppError): Promise<boolean> {
  if (error.code === 'vault_locked') return ask('vault-unlock');
  if (error.code !== 'secret_missing') return false;
  const { place } = await platform.secretPlaceStatus();
  return place === 'ask' && ask('secrets-enter');
}

askWith(askAfter);
