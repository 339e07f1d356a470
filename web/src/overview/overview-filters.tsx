import type { ReactElement } from 'react';
import type { Route } from '../routing/route.ts';
import { replaceRoute } from '../routing/use-route.ts';

export const OverviewFilters = ({ route }: { route: Extract<Route, { page: 'overview' }> }): ReactElement => (
  <search className="filters">
    <label>
      <span>Find a service</span>
      <input
        type="search"
        value={route.find}
        onChange={(event) => replaceRoute({ ...route, find: event.target.value })}
      />
    </label>
    <label className="check">
      <input
        type="checkbox"
        checked={route.runningOnly}
        onChange={(event) => replaceRoute({ ...route, runningOnly: event.target.checked })}
      />
      <span>Only with a running rollout</span>
    </label>
  </search>
);
