import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Dialogs } from './app/Dialogs';
import { openGiven } from './app/givenFile';
import { later } from './app/later';
import { chooseProduct, navigation } from './app/navigation';
import { queries, refreshCatalog, useBootstrap, useProducts } from './app/queries';
import { HelpScreen } from './app/Screens';
import { Shell } from './app/Shell';
import { useShortcuts } from './app/shortcuts';
import { useStore } from './app/store';
import { Button } from './design/Button';
import { EmptyState, Waiting } from './design/Layout';
import { Toasts } from './design/toasts';
import { HelpLink } from './features/help/HelpLink';
import { BY_CODE } from './features/help/topics';
import { asAppError, platform } from './platform';
import { common } from './text/common';
import { errorText } from './text/errors';
import { shell as text } from './text/shell';

const FirstRun = later(async () => (await import('./features/products/FirstRun')).FirstRun);
const Palette = later(async () => (await import('./features/palette/Palette')).Palette, {
  meanwhile: null,
  soon: true,
});

function Window() {
  const bootstrap = useBootstrap();
  const products = useProducts().data;
  const productId = useStore(navigation, (state) => state.productId);
  const palette = useStore(navigation, (state) => state.palette);
  const helped = useStore(navigation, (state) => state.screen === 'help');
  const theme = bootstrap.data?.settings.theme ?? 'system';
  useShortcuts();

  useEffect(() => platform.onCatalogChanged(() => void refreshCatalog()), []);
  useEffect(() => {
    void openGiven();
    return platform.onFileGiven(() => void openGiven());
  }, []);
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

  const guide = (
    <main style={{ height: '100%' }}>
      <HelpScreen />
    </main>
  );
  if (bootstrap.error) {
    if (helped) return guide;
    const error = asAppError(bootstrap.error);
    return (
      <EmptyState title={text.startFailed} text={errorText(error)}>
        <Button look="primary" onPress={() => void bootstrap.refetch()}>
          {common.retry}
        </Button>
        <HelpLink topic={BY_CODE[error.code]} />
      </EmptyState>
    );
  }
  if (!bootstrap.data || !products) return <Waiting label={common.loading} />;
  return (
    <>
      {products.length > 0 ? (
        <Shell />
      ) : helped ? (
        guide
      ) : (
        <main style={{ height: '100%' }}>{<FirstRun />}</main>
      )}
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
