import type { Bootstrap } from '../bindings/Bootstrap';
import type { PackedMatrix } from '../bindings/PackedMatrix';
import type { ProductView } from '../bindings/ProductView';

/** Where the page keeps which product it showed last; `src-tauri/src/ask_first.js` reads it there. */
export const PRODUCT_KEY = 'tapedeck.product';

/** What `src-tauri/src/ask_first.js` asked for while this script was on its way. */
interface First {
  app_bootstrap?: Promise<Bootstrap>;
  product_list?: Promise<ProductView[]>;
  matrix_load?: { productId: string; answer: Promise<PackedMatrix> };
}

const first = (window as { __TAPEDECK_FIRST__?: First }).__TAPEDECK_FIRST__ ?? {};

/** The answer that is on its way, once; whoever asks later asks the core. */
export function takeFirst<Name extends 'app_bootstrap' | 'product_list'>(name: Name): First[Name] {
  const answer = first[name];
  delete first[name];
  return answer;
}

export function takeFirstMatrix(productId: string): Promise<PackedMatrix> | undefined {
  const asked = first.matrix_load;
  delete first.matrix_load;
  return asked?.productId === productId ? asked.answer : undefined;
}
