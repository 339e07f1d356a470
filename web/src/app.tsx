import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useEffect } from 'react';
import { isLoggedOut } from './api/get-json.ts';
import { useLanes, useLogin } from './api/queries.ts';
import { logOut } from './api/session.ts';
import { useStream } from './api/use-stream.ts';
import { LanePage } from './lane/lane-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { formatRoute, overview, type Route } from './routing/route.ts';
import { useRoute } from './routing/use-route.ts';
import { type Freshness, Header } from './shell/header.tsx';
import { LoginPage } from './shell/login-page.tsx';

/** The cookie cannot be seen from here, so the first answer of the API tells whether one is logged in. */
export const App = (): ReactElement => {
  const client = useQueryClient();
  const login = useLogin();
  if (isLoggedOut(login.error)) return <LoginPage entered={() => void client.resetQueries()} />;
  if (login.isPending) return <p className="waiting">Asking the control plane.</p>;
  return <Dashboard />;
};

const Dashboard = (): ReactElement => {
  const route = useRoute();
  const isStreaming = useStream();
  const lanes = useLanes(isStreaming);
  const freshness: Freshness = lanes.isError ? 'reconnecting' : isStreaming ? 'live' : 'polling';
  const place = route.page === 'lane' ? `${route.environment}/${route.service}` : route.page;

  useEffect(() => {
    window.scrollTo(0, 0);
    document.title = place === 'overview' ? 'Tidegate' : `${place} · Tidegate`;
  }, [place]);

  const leave = async (): Promise<void> => {
    await logOut().catch(() => undefined);
    // Whatever was shown is out of memory with that, too.
    window.location.reload();
  };

  return (
    <>
      <Header freshness={freshness} leave={() => void leave()} />
      <main id="main" tabIndex={-1}>
        <Page route={route} isStreaming={isStreaming} />
      </main>
    </>
  );
};

const Page = ({ route, isStreaming }: { route: Route; isStreaming: boolean }): ReactElement => {
  switch (route.page) {
    case 'overview':
      return <OverviewPage route={route} isStreaming={isStreaming} />;
    case 'lane':
      return <LanePage route={route} isStreaming={isStreaming} />;
    case 'unknown':
      return (
        <div className="nothing">
          <h1>There is no page at {route.path}</h1>
          <p>
            <a href={formatRoute(overview)}>All services</a>
          </p>
        </div>
      );
  }
};
