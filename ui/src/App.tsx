import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Dialogs } from './app/Dialogs';
import { later } from './app/later';
import { chooseProduct, navigation } from './app/navigation';
import { queries, refreshCatalog, useBootstrap, useProducts } from './app/queries';
import { Shell } from './app/Shell';
import { useShortcuts } from './app/shortcuts';
import { useStore } from './app/store';
import { Button } from './design/Button';
import { EmptyState, Waiting } from './design/Layout';
import { Toasts } from './design/toasts';
import { asAppError, platform } from './platform';
import { common } from './text/common';
import { errorText } from './text/errors';
import { shell as text } from './text/shell';

const FirstRun = later(async () => (await import('./features/products/FirstRun')).FirstRun);
const Palette = later(async () => (await import('./features/palette/Palette')).Palette, null);

function Window() {
  const bootstrap = useBootstrap();
  const products = useProducts().data;
  const productId = useStore(navigation, (state) => state.productId);
  const palette = useStore(navigation, (state) => state.palette);
  const theme = bootstrap.data?.settings.theme ?? 'system';
  useShortcuts();

  useEffect(() => platform.onCatalogChanged(() => void refreshCatalog()), []);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    if (!products) return;
    if (products.some((product) => product.id === productId)) return;
    const first = products[0];
    if (first) chooseProduct(first.id);
    else navigation.set({ productId: null, cell: null, screen: 'matrix' });
  }, [products, productId]);

  if (bootstrap.error) {
    return (
      <EmptyState title={text.startFailed} text={errorText(asAppError(bootstrap.error))}>
        <Button look="primary" onPress={() => void bootstrap.refetch()}>
          {common.retry}
        </Button>
      </EmptyState>
    );
  }
  if (!bootstrap.data || !products) return <Waiting label={common.loading} />;
  return (
    <>
      {products.length === 0 ? <main style={{ height: '100%' }}>{<FirstRun />}</main> : <Shell />}
      <Dialogs />
      {palette ? <Palette /> : null}
      <Toasts />
    </>
  );
}

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Window />
    </QueryClientProvider>
  );
}
