import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isLoggedOut } from './api/get-json.ts';
import { App } from './app.tsx';
import './styles/all.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      // The polling is the retry; a login that is over is not going to come back.
      retry: (failures, error) => !isLoggedOut(error) && failures < 1,
      networkMode: 'always',
    },
  },
});

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element with the id "page"');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
